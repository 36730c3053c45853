"""A fault of our own: the source refuses every nth request, as one of three servers behind a balancer does."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic import Field
from pydantic.dataclasses import dataclass

from harness import STRICT, Fault, System, fault
from harness.contract import points
from pallets.effects import RefuseEvery as Effect


@fault("refuse_every")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class RefuseEvery(Fault):
    """Let the source refuse every ``nth`` request.

    Stands for: one server of three that lost its disk, behind a balancer that did not notice.
    Detectable by: the status of the answer.
    A sound chain: asks again, and gets another server.
    """

    nth: int = Field(ge=1, strict=True)

    named_by: ClassVar[tuple[str, ...]] = ("503", "unavailable")
    detectable_by: ClassVar[tuple[str, ...]] = ("status of the answer",)

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the source's requests."""
        return system.armed(self, points.REQUEST, Effect(nth=self.nth))
