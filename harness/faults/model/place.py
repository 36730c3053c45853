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
from harness.faults.model.exchanges import AtAnswer, AtCommit, AtRequest, Exchange, When, of_its_kind
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
class StrikesAtFiles(Fault):
    """A fault that may strike a job at a place of its own work: when it writes a byte, or renames a file.

    A place is exact: who comes there goes on when the fault has acted. The triggers count who comes there: ``call: 2``
    is the second file.
    """

    job: str
    at_write: AtWrite | None = None
    at_rename: AtRename | None = None

    @property
    def place(self) -> AtWrite | AtRename | Exchange | None:
        """Where it strikes, if the author has said so."""
        return self.at_write or self.at_rename

    @property
    def given(self) -> dict[str, AtWrite | AtRename | Exchange]:
        """The places that the author has said, by parameter."""
        said = {name: getattr(self, name, None) for name in PLACES}
        return {name: place for name, place in said.items() if place is not None}

    def struck(self, system: System, by: effects.RunningJob | effects.BadDisk) -> AbstractContextManager[None]:
        """Arm the job's own processes at their place."""
        place = self.at_write or self.at_rename
        assert place is not None  # noqa: S101 - who calls this has looked
        return system.armed(self, points.PLACE, effects.Struck(place=place.place(), by=by), job=self.job)

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """One place, which the chain has."""
        yield from super().mistakes(chain)
        first, *others = [*self.given, ""]
        for name in others[:-1]:
            yield name, f"found {name} beside {first}, expected one place"
        for name, place in self.given.items():
            for text in place.never(chain):
                yield name, text

    def why_not_there(self) -> str:
        """Why it may never have come to its place, in words for its author."""
        return f"{self.job} did not come to {self.place}, or did so in a way that nobody sees ({UNSEEN})"


@dataclass(frozen=True, kw_only=True, config=STRICT)
class StrikesAJob(StrikesAtFiles):
    """A fault that strikes the processes of a running job: at a time, after an event, or at a place of its work.

    Beside the places of its files there are those where it speaks with a neighbour; they are known by the job whose
    process has spoken, and ``call: 2`` is the second request. An event of a neighbour (``on``), of whatever job, is as
    exact: its ``invoke`` is a request that has come and has no answer, its ``ok`` an answer of which the last bytes
    have not left.
    """

    at_request: AtRequest | None = None
    at_answer: AtAnswer | None = None
    at_commit: AtCommit | None = None

    @property
    def place(self) -> AtWrite | AtRename | Exchange | None:
        """Where it strikes, if the author has said so."""
        return super().place or self._exchange

    @property
    def _exchange(self) -> Exchange | None:
        return self.at_request or self.at_answer or self.at_commit

    def strike(self, system: System, by: effects.RunningJob) -> AbstractContextManager[None]:
        """Arm the scheduler's agent, or the job's own processes at their place."""
        if self.at_write is not None or self.at_rename is not None:
            return self.struck(system, by)
        return system.armed(self, points.STARTED, by, job=self.job)

    def trigger(self, to_ns: Callable[[ClockTime], int], *, seed: str) -> Trigger:
        """The author's; what the job says to a neighbour is an event there, which goes on when the fault has acted."""
        given = super().trigger(to_ns, seed=seed)
        return given if self._exchange is None else replace(given, on=self._exchange.event(self.job))

    def trigger_in(self, chain: Chain, trigger: Trigger) -> Trigger:
        """The same trigger where the neighbours are those of a chain, whose consumers have each a kind."""
        if self._exchange is None or trigger.on is None:
            return trigger
        return replace(trigger, on=of_its_kind(trigger.on, chain))

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """No event beside a place that is one."""
        yield from super().mistakes(chain)
        if self._exchange is not None and self.on is not None:
            yield "on", f"found on beside {next(iter(self.given))}, which is an event itself: drop one of the two"

    @property
    def event_missed(self) -> str | None:
        """What the author hears where the event for which it waits did not come."""
        return super().event_missed if self._exchange is None else self.why_not_there()

    def why_not_there(self) -> str:
        """Why it may never have come to its place, in words for its author."""
        if self._exchange is None:
            return super().why_not_there()
        return f"{self.job} did not come to {self.place}, or did so by {UNKNOWN}"
