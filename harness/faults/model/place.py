"""A place in a job's work at which a fault strikes it: the nth byte of a file, a rename, a request, its answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace

from pydantic import Field
from pydantic.dataclasses import dataclass

from harness.chain.model import Chain, ClockTime
from harness.contract import points
from harness.contract.effects import scheduler as effects
from harness.contract.orders import Trigger
from harness.faults.model.exchanges import AtAnswer, AtCommit, AtRequest, Exchange, When
from harness.faults.model.fault import STRICT, Fault, System, refusing_in_words
from harness.faults.model.requests import UNKNOWN
from harness.values.strict import unknown


@refusing_in_words
@dataclass(frozen=True, kw_only=True, config=STRICT)
class AtWrite:
    """When so many bytes of a file below a folder are written, and not one more.

    ``name`` is a pattern of the file's name (``*.csv``), or with a slash of its path below the folder.
    """

    folder: str
    name: str = "*"
    byte: int = Field(ge=1, strict=True)

    def __str__(self) -> str:
        return f"byte {self.byte} of {self.folder}/{self.name}"

    def place(self) -> effects.AtWrite:
        """As the scheduler takes it."""
        return effects.AtWrite(folder=self.folder, name=self.name, byte=self.byte)

    def never(self, chain: Chain) -> Iterator[str]:
        """Why no job of the chain ever comes there."""
        yield from _no_folder(self.folder, chain)


@refusing_in_words
@dataclass(frozen=True, kw_only=True, config=STRICT)
class AtRename:
    """Before a file below a folder gets a name of that pattern by a rename, or when it just has it."""

    folder: str
    name: str = "*"
    when: When = "before"

    def __str__(self) -> str:
        return f"{self.when} a rename to {self.folder}/{self.name}"

    def place(self) -> effects.AtRename:
        """As the scheduler takes it."""
        return effects.AtRename(folder=self.folder, name=self.name, rename=self.when)

    def never(self, chain: Chain) -> Iterator[str]:
        """Why no job of the chain ever comes there."""
        yield from _no_folder(self.folder, chain)


def _no_folder(folder: str, chain: Chain) -> Iterator[str]:
    if folder not in chain.folders:
        yield unknown("folder", folder, chain.folders)


UNSEEN = "mmap, splice, fprintf and its kin, bash's echo, a program without the night's clock"
"""Ways to write that the clock's library has no part in."""

PLACES = {
    "at_write": AtWrite,
    "at_rename": AtRename,
    "at_request": AtRequest,
    "at_answer": AtAnswer,
    "at_commit": AtCommit,
}
"""What each of the parameters takes that say one."""


@dataclass(frozen=True, kw_only=True, config=STRICT)
class StrikesAJob(Fault):
    """A fault that strikes the processes of a running job: at a time, after an event, or at a place of its own work.

    A place is exact: who comes there goes on when the fault has acted. The triggers count who comes there: ``call: 2``
    is the second batch, the second file, the second request. What a job says to a neighbour is known by the job whose
    process has said it. An event of a neighbour (``on``), of whatever job, is as exact: its ``invoke`` is a request
    that has come and has no answer, its ``ok`` an answer of which the last bytes have not left.
    """

    job: str
    at_write: AtWrite | None = None
    at_rename: AtRename | None = None
    at_request: AtRequest | None = None
    at_answer: AtAnswer | None = None
    at_commit: AtCommit | None = None

    @property
    def place(self) -> AtWrite | AtRename | Exchange | None:
        """Where it strikes, if the author has said so."""
        return self.at_write or self.at_rename or self._exchange

    @property
    def _exchange(self) -> Exchange | None:
        return self.at_request or self.at_answer or self.at_commit

    def strike(self, system: System, by: effects.RunningJob) -> AbstractContextManager[None]:
        """Arm the scheduler's agent, or the job's own processes at their place."""
        if (place := self.at_write or self.at_rename) is not None:
            return system.armed(self, points.PLACE, effects.Struck(place=place.place(), by=by), job=self.job)
        return system.armed(self, points.STARTED, by, job=self.job)

    def trigger(self, to_ns: Callable[[ClockTime], int], *, seed: str) -> Trigger:
        """The author's; what the job says to a neighbour is an event there, which goes on when the fault has acted."""
        given = super().trigger(to_ns, seed=seed)
        return given if self._exchange is None else replace(given, on=self._exchange.event(self.job))

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """One place, which the chain has."""
        yield from super().mistakes(chain)
        given = [name for name in PLACES if getattr(self, name) is not None]
        for name in given[1:]:
            yield name, f"found {name} beside {given[0]}, expected one place"
        for name in given:
            place = getattr(self, name)
            for text in place.never(chain):
                yield name, text
        if self._exchange is not None and self.on is not None:
            yield "on", f"found on beside {given[0]}, which is an event itself: drop one of the two"

    @property
    def event_missed(self) -> str | None:
        """What the author hears where the event for which it waits did not come."""
        return super().event_missed if self._exchange is None else self.why_not_there()

    def why_not_there(self) -> str:
        """Why it may never have come to its place, in words for its author."""
        unseen = f"by {UNKNOWN}" if self._exchange is not None else f"in a way that nobody sees ({UNSEEN})"
        return f"{self.job} did not come to {self.place}, or did so {unseen}"
