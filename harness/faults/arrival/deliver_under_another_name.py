"""A file comes under another name than the one that was agreed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic import Field
from pydantic.dataclasses import dataclass

from harness.chain.model import Chain
from harness.contract import points
from harness.contract.effects import source as effects
from harness.faults.model.arrival import due_in_the_evening
from harness.faults.model.clients import REFUSED_TO_ALL
from harness.faults.model.fault import STRICT, Fault, System, fault


@fault("deliver_under_another_name")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class DeliverUnderAnotherName(Fault):
    """Deliver a file, with all that is beside it, under the name ``as`` and not under its own.

    In the name ``{name}``, ``{stem}`` and ``{suffix}`` stand for the file's own: ``"{stem}_v2{suffix}"``. The file is
    there, whole and in time, and a client that asks for it by its name is told that it is not.

    Stands for: a sender's new release, a version number that was added, a suffix in capitals.
    Detectable by: the file's absence at the time that was agreed, and a file in the listing that nobody expects.
    A sound chain: does not guess; it plans with what it has, and its page says what is missing.
    """

    file: str
    as_: str = Field(alias="as", min_length=1)

    seen: ClassVar[Mapping[str, str]] = {
        **REFUSED_TO_ALL,
        "snowflake": "accepts",  # its GET takes every file whose name begins with the one that is asked for
    }
    detectable_by: ClassVar[tuple[str, ...]] = ("expected arrival", "listing")

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the file's arrival."""
        return system.armed(self, points.ARRIVE, effects.Delivery(as_=self.as_), file=self.file)

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """A name that is no other one."""
        yield from super().mistakes(chain)
        yield from due_in_the_evening(self.file, chain)
        if self.as_ in ("{name}", "{stem}{suffix}"):
            yield "as", f"found {self.as_!r}, which is the file's own name; expected another one"
