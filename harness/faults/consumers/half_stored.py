"""A consumer stores a part of a batch, and then fails."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Annotated, ClassVar

from pydantic import Field
from pydantic.dataclasses import dataclass

from harness.contract.effects import consumers as effects
from harness.faults.model.clients import REFUSED_TO_SENDERS
from harness.faults.model.consumers import MeetsRows
from harness.faults.model.fault import STRICT, System, fault


@fault("half_stored")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class HalfStored(MeetsRows):
    """Store the first ``part`` of a batch's rows and answer 500: what it did was no transaction.

    The key of the batch is not kept, so that the part stays when the whole is sent again: the rows of it are there
    twice, and no idempotency key helps.

    Stands for: a consumer that inserts row by row and commits as it goes, or whose two back ends do not agree.
    Detectable by: a look at what it holds afterwards; the 500 itself looks like any other.
    A sound chain: reads back what the consumer holds, withdraws it where it is not what was sent, and pages.
    """

    part: Annotated[float, Field(gt=0, lt=1)] = 0.5

    causes: ClassVar[tuple[str, ...]] = ("rows_doubled", "server_error", "rows_swallowed")
    detectable_by: ClassVar[tuple[str, ...]] = ("read back",)
    seen: ClassVar[Mapping[str, str]] = REFUSED_TO_SENDERS

    @property
    def why_no_effect(self) -> str:
        """When it finds nothing to act on."""
        return "no batch had more than one row"

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm what becomes of the rows."""
        return self.at_store(system, effects.StoreHalf(part=self.part))
