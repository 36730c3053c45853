"""What a check is, what it finds, and the registry of names."""

from __future__ import annotations

import inspect
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

from harness.checks.model.evidence import Evidence as Evidence
from harness.checks.model.outcome import CONSEQUENCES, Outcome
from harness.errors import AuthorError
from harness.extensions.registry import Registry
from harness.history import History
from harness.values import docstrings

State = Literal["holds", "violated", "unknown"]

HEADINGS = ("Applies", "Unknown", "Does not verify")
"""What the last paragraph of a check's docstring says: when there is anything to check; when nothing can be known; and
what a reader might take for proven and is not."""


@dataclass(frozen=True)
class Finding:
    """The one thing a check found: it holds, it is violated, or nothing was there to be checked."""

    state: State
    sentence: str
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    check: str = ""
    note: str = ""
    """What the property's holding does not say: it changes no outcome, and is shown wherever the finding is."""

    def __post_init__(self) -> None:
        if self.state not in get_args(State):  # a state that no rule asks for would have no say
            raise ValueError(f"found state={self.state!r}, expected {', '.join(get_args(State))}")

    @property
    def said(self) -> str:
        """The sentence, with its note."""
        return f"{self.sentence} ({self.note})" if self.note else self.sentence

    @classmethod
    def holds(cls, sentence: str, *, note: str = "") -> Finding:
        """The property held, and something was there that could have violated it."""
        return cls("holds", sentence, note=note)

    @classmethod
    def unknown(cls, sentence: str) -> Finding:
        """Nothing was checked; never taken for a pass."""
        return cls("unknown", sentence)

    @classmethod
    def violated(cls, sentence: str, **evidence: Iterable[Any] | Evidence) -> Finding:
        """The property did not hold; empty evidence is left out. What was counted already is given as `Evidence`."""
        named = {
            name: pieces if isinstance(pieces, Evidence) else Evidence.of(pieces) for name, pieces in evidence.items()
        }
        return cls("violated", sentence, {name: found for name, found in named.items() if found.total})


Judge = Callable[[History, History], Finding]
Applies = Callable[[History, History], bool]


@dataclass(frozen=True)
class Check:
    """A property by name, the pure function that judges it, and what its violation makes of the night."""

    name: str
    judge: Judge
    violated: Outcome
    applies: Applies

    @property
    def sentence(self) -> str:
        """What must hold, in one sentence."""
        return next(iter(docstrings.docstring(self.judge, HEADINGS).paragraphs), self.name)

    def __call__(self, night: History, baseline: History) -> Finding:
        """Judge; a check that raises is unknown, with its traceback, and the others still run."""
        try:
            found: object = self.judge(night, baseline)
        except Exception:  # a broken check must not take the other findings with it
            return self._failed()
        if not isinstance(found, Finding):
            return Finding("unknown", f"the check returned {found!r}, expected a Finding", check=self.name)
        return replace(found, check=self.name)

    def where_it_applies(self, night: History, baseline: History) -> Finding | None:
        """Judge, or None where the night has nothing that this check is about."""
        try:
            applies: object = self.applies(night, baseline)
        except Exception:  # what cannot be told is unknown, and not passed over
            return self._failed()
        if not isinstance(applies, bool):
            return Finding("unknown", f"its applies= returned {applies!r}, expected True or False", check=self.name)
        return self(night, baseline) if applies else None

    def _failed(self) -> Finding:
        return Finding("unknown", f"the check itself failed:\n{traceback.format_exc()}", check=self.name)


CHECKS: Registry[Check] = Registry("check", "checks", expected="a function under @check(NAME, violated=...)")
"""Every registered check by name; of those that weigh the same, the first is the reason that is told."""


def check(
    name: str,
    *,
    violated: Outcome | None = None,
    applies: Applies = lambda night, baseline: True,  # noqa: ARG005 - as any other
) -> Callable[[Judge], Judge]:
    """Register a check.

    violated: what its violation makes of the night (one of `CONSEQUENCES`). It must be given: a default would let a
    violation pass unnoticed, and Python's own error would say neither the check nor the choices.
    applies: asked with night and baseline whether there is what it judges; every night, if left out.

    Raises AuthorError for a name that is taken, for an outcome that no violation can make of a night, for a function
    that cannot be asked with two histories, and for a docstring that leaves out what every check says.
    """
    if violated not in CONSEQUENCES:
        choices = ", ".join(f"Outcome.{outcome.name}" for outcome in CONSEQUENCES)
        found = "no violated=" if violated is None else f"violated={violated!s}"
        raise AuthorError(f"check {name!r}: found {found}, expected what its violation makes of a night: {choices}")

    def register(judge: Judge) -> Judge:
        if lacks := _lacks(judge, applies):
            raise AuthorError(f"check {name!r}: {judge.__module__}.{judge.__name__}: {lacks}")
        CHECKS.add(name, Check(name, judge, violated, applies), module=judge.__module__)
        return judge

    return register


def _lacks(judge: Judge, applies: Applies) -> str | None:
    """What a function must have and does not, to be a check."""
    for said, function in (("it", judge), ("its applies=", applies)):
        try:
            inspect.signature(function).bind("night", "baseline")
        except TypeError as error:
            return f"{said} cannot be called with two histories ({error}), expected (night, baseline)"
    return docstrings.lacks(judge, HEADINGS, begins_with="what must hold")
