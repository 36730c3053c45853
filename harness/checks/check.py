"""What a check is, what it finds, and the registry of names."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from harness.history import History

State = Literal["holds", "violated", "unknown"]

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
        texts = sorted(str(piece) for piece in pieces)
        return cls(first=tuple(texts[:SHOWN]), total=len(texts))

    def __str__(self) -> str:
        more = f", and {self.total - len(self.first)} more" if self.total > len(self.first) else ""
        return ", ".join(self.first) + more


@dataclass(frozen=True)
class Finding:
    """The one thing a check found: it holds, it is violated, or nothing was there to be checked."""

    state: State
    sentence: str
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    check: str = ""

    @classmethod
    def holds(cls, sentence: str) -> Finding:
        """The property held, and something was there that could have violated it."""
        return cls("holds", sentence)

    @classmethod
    def unknown(cls, sentence: str) -> Finding:
        """Nothing was checked; never taken for a pass."""
        return cls("unknown", sentence)

    @classmethod
    def violated(cls, sentence: str, **evidence: Iterable[Any]) -> Finding:
        """The property did not hold; empty evidence is left out."""
        named = {name: Evidence.of(pieces) for name, pieces in evidence.items()}
        return cls("violated", sentence, {name: found for name, found in named.items() if found.total})


Judge = Callable[[History, History], Finding]
Applies = Callable[[History, History], bool]


@dataclass(frozen=True)
class Check:
    """A property by name, the pure function that judges it, and the nights that it can apply to."""

    name: str
    judge: Judge
    applies: Applies

    @property
    def sentence(self) -> str:
        """What must hold, in one sentence."""
        return (self.judge.__doc__ or self.name).strip().splitlines()[0]

    def __call__(self, night: History, baseline: History) -> Finding:
        """Judge; a check that raises is unknown, with its traceback, and the others still run."""
        try:
            found = self.judge(night, baseline)
        except Exception:  # a broken check must not take the other findings with it
            found = Finding.unknown(f"the check itself failed:\n{traceback.format_exc()}")
        return Finding(found.state, found.sentence, found.evidence, self.name)


CHECKS: dict[str, Check] = {}
"""Every registered check by name."""


def check(name: str, *, applies: Applies = lambda night, baseline: True) -> Callable[[Judge], Judge]:  # noqa: ARG005 - as any other
    """Register a check; ``applies`` is asked with night and baseline whether there is what it judges."""

    def register(judge: Judge) -> Judge:
        if name in CHECKS:
            raise ValueError(f"two checks are called {name!r}")
        CHECKS[name] = Check(name, judge, applies)
        return judge

    return register
