"""What a finding rests on: the first ten pieces, and how many there are, whether ten or a million."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

SHOWN = 10
"""So many pieces of evidence are named; the total says how many there are."""


@dataclass(frozen=True)
class Evidence:
    """What a finding rests on: the first pieces, sorted, and how many there are."""

    first: tuple[str, ...]
    total: int

    @classmethod
    def of(cls, pieces: Iterable[Any]) -> Evidence:
        """Sort, keep the first ten, count all."""
        tally = Tally()
        tally.add_all(pieces)
        return tally.evidence

    def __str__(self) -> str:
        more = f", and {self.total - len(self.first)} more" if self.total > len(self.first) else ""
        return ", ".join(self.first) + more


@dataclass
class Tally:
    """Evidence that comes piece by piece: only what will be shown is kept."""

    total: int = 0
    first: list[str] = field(default_factory=list)

    def add(self, piece: Any) -> None:
        """One more."""
        self.total += 1
        self._keep(str(piece))

    def add_all(self, pieces: Iterable[Any]) -> None:
        """Each of them."""
        for piece in pieces:
            self.add(piece)

    def add_counted(self, other: Tally | Evidence) -> None:
        """As many more as were counted elsewhere."""
        self.total += other.total
        for piece in other.first:
            self._keep(piece)

    def without(self, count: int) -> Evidence:
        """As if so many of them, of which it is not known which they are, had not come."""
        total = max(0, self.total - count)
        return Evidence(tuple(self.first[:total]), total)

    def _keep(self, piece: str) -> None:
        if len(self.first) < SHOWN or piece < self.first[-1]:
            insort(self.first, piece)
            del self.first[SHOWN:]

    @property
    def evidence(self) -> Evidence:
        """What has come so far."""
        return Evidence(tuple(self.first), self.total)
