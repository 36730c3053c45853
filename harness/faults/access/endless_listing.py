"""A listing goes on for ever."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import ClassVar

from pydantic.dataclasses import dataclass

from harness.chain.model import Chain
from harness.faults.model.fault import STRICT, System, fault
from harness.faults.model.refusing import refusing, unspoken
from harness.faults.model.requests import MeetsRequests
from harness.values.units import Duration, SomeTime


@fault("endless_listing")
@dataclass(frozen=True, kw_only=True, config=STRICT)
class EndlessListing(MeetsRequests):
    """Say at the end of each page of a listing that there is another one.

    A client that follows pages "until there are none" asks for ever, without an error and never idle: only its own
    bound, or the job's, ends it. Each page takes ``every`` so long.

    Stands for: a continuation token that a proxy drops, a listing of a folder that grows faster than it is read.
    Detectable by: a bound on pages or time; the same token, or the same names, twice.
    A sound chain: bounds its listings, takes no page twice, and says that the listing did not end.
    """

    every: SomeTime = Duration(seconds=1)

    detectable_by: ClassVar[tuple[str, ...]] = ("max run time", "page limit")

    def inject(self, system: System) -> AbstractContextManager[None]:
        """Arm the source's gate."""
        return refusing(system, self, "endless_listing", every=self.every)

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """A protocol that has no words for it."""
        yield from super().mistakes(chain)
        yield from unspoken(self, "endless_listing", chain)
