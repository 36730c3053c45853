"""What the faults share that meet requests: they meet those of every job, or of one."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field
from pydantic.dataclasses import dataclass

from harness.chain.model import Chain
from harness.faults.model.fault import STRICT, Fault
from harness.values.strict import unknown

FROM = "from"
"""The job that asks, in events and in what an order is about."""

UNKNOWN = "a program without the night's clock: a static one, or any where the clock is real"
"""Programs of which nobody knows whose requests they send."""


@dataclass(frozen=True, kw_only=True, config=STRICT)
class MeetsRequests(Fault):
    """A fault that meets what jobs ask of a neighbour: a connection, a login, a listing, a file.

    ``from`` binds it to the requests of one job, whichever of its processes sends them. The others have their answer,
    and are not counted. A request is known by the job whose process connects; a program without the night's clock is
    known by none, and such a fault does not act on it.
    """

    from_: str | None = Field(default=None, alias="from")

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """A job that the chain has."""
        yield from super().mistakes(chain)
        if self.from_ is not None and self.from_ not in chain.jobs:
            yield "from", unknown("job", self.from_, chain.jobs)
