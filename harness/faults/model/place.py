"""A place in a job's own work at which a fault strikes it: the nth byte of a file, a rename, a commit at a consumer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from harness.chain.model import Chain, ClockTime
from harness.contract import orders, points
from harness.contract.effects import scheduler as effects
from harness.contract.orders import Trigger
from harness.faults.model.fault import STRICT, Fault, System, refusing_in_words
from harness.values.strict import unknown

When = Literal["before", "after"]


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


@refusing_in_words
@dataclass(frozen=True, kw_only=True, config=STRICT)
class AtCommit:
    """When a consumer has read a batch and not stored it, or has stored it and not answered."""

    consumer: str
    when: When = "after"

    def __str__(self) -> str:
        return f"{self.when} a commit at {self.consumer}"


UNSEEN = "mmap, splice, fprintf and its kin, bash's echo, a program without the night's clock"
"""Ways to write that the clock's library has no part in."""

PLACES = {"at_write": AtWrite, "at_rename": AtRename, "at_commit": AtCommit}
"""What each of the parameters takes."""


@dataclass(frozen=True, kw_only=True, config=STRICT)
class StrikesAJob(Fault):
    """A fault that strikes the processes of a running job: at a time, after an event, or at a place of its own work.

    A place is exact: who comes there goes on when the fault has acted. The triggers count who comes there: ``call: 2``
    is the second batch, the second file. An event of a neighbour (``on``) is as exact: its ``invoke`` is a request that
    has come and has no answer, its ``ok`` an answer of which the last bytes have not left.
    """

    job: str
    at_write: AtWrite | None = None
    at_rename: AtRename | None = None
    at_commit: AtCommit | None = None

    @property
    def place(self) -> AtWrite | AtRename | AtCommit | None:
        """Where it strikes, if the author has said so."""
        return self.at_write or self.at_rename or self.at_commit

    def strike(self, system: System, by: effects.RunningJob) -> AbstractContextManager[None]:
        """Arm the scheduler's agent, or the job's own processes at their place."""
        if (place := self.at_write or self.at_rename) is not None:
            return system.armed(self, points.PLACE, effects.Struck(place=place.place(), by=by), job=self.job)
        return system.armed(self, points.STARTED, by, job=self.job)

    def trigger(self, to_ns: Callable[[ClockTime], int], *, seed: str) -> Trigger:
        """The author's; a commit is an event of its consumer, which goes on when the fault has acted."""
        given = super().trigger(to_ns, seed=seed)
        if (commit := self.at_commit) is None:
            return given
        kind: Literal["ok", "invoke"] = "ok" if commit.when == "after" else "invoke"
        return replace(given, on=orders.On(component=commit.consumer, action="batch", type=kind))

    def mistakes(self, chain: Chain) -> Iterator[tuple[str, str]]:
        """One place, which the chain has."""
        yield from super().mistakes(chain)
        given = [name for name in PLACES if getattr(self, name) is not None]
        for name in given[1:]:
            yield name, f"found {name} beside {given[0]}, expected one place"
        for name in ("at_write", "at_rename"):
            place = getattr(self, name)
            if place is not None and place.folder not in chain.folders:
                yield name, unknown("folder", place.folder, chain.folders)
        if self.at_commit is not None and self.at_commit.consumer not in chain.consumers:
            yield "at_commit", unknown("consumer", self.at_commit.consumer, chain.consumers)
        if self.at_commit is not None and self.on is not None:
            yield "on", "found on beside at_commit, which is an event itself: drop one of the two"

    def why_not_there(self) -> str:
        """Why it may never have come to its place, in words for its author."""
        return f"{self.job} did not come to {self.place}, or did so in a way that nobody sees ({UNSEEN})"
