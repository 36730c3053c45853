"""Who depends on a chain: each of its consumers, whose it is, how they are reached, and whether its plan is right."""

from __future__ import annotations

from dataclasses import dataclass

from harness.checks.model.baseline_validity import doubtful_because
from harness.checks.model.holdings import Holdings, begin_event, holdings
from harness.checks.model.row_counts import wrong_rows
from harness.checks.model.wanted import wanted
from harness.history import History
from harness.night.result import Result

_DEFAULT_KIND = "http"


@dataclass(frozen=True)
class Named:
    """A consumer as its chain names it; ``owner`` and ``contact`` are null where the chain says neither."""

    name: str
    kind: str
    owner: str | None
    contact: str | None

    def __str__(self) -> str:
        """Its name, with what the chain says of it: ``planning (pull, planning-team, planning@example.org)``."""
        kind = None if self.kind == _DEFAULT_KIND else self.kind
        said = ", ".join(part for part in (kind, self.owner, self.contact) if part)
        return f"{self.name} ({said})" if said else self.name

    @property
    def to_tell(self) -> str:
        """Whose it is and how they are reached, or what its chain does not say of that."""
        if self.owner is None:
            return f"{self}: its chain does not say whose it is (owner, contact)"
        return str(self) if self.contact else f"{self}: its chain does not say how they are reached (contact)"


@dataclass(frozen=True)
class Dependent:
    """What a consumer has when the night is over."""

    named: Named
    rows: int
    """Held, those of a fallback included."""
    rows_without_the_fault: int
    rows_as_without_the_fault: int
    fallback_of: tuple[str, ...]
    wrong: bool | None
    """Whether what it has is not what it should have; null where nobody can say, for the baseline is in doubt."""


def dependents(result: Result) -> tuple[Dependent, ...]:
    """All consumers of the chain, in its order."""
    night, baseline = result.history, result.baseline
    owed, doubted = wanted(night, baseline), bool(doubtful_because(baseline))
    return tuple(
        Dependent(
            named=named(night, name),
            rows=held.rows,
            rows_without_the_fault=owed[name].rows,
            rows_as_without_the_fault=held.own.common(owed[name].own),
            fallback_of=tuple(sorted(held.fallback)),
            wrong=None if doubted else _is_wrong(held, owed[name]) or bool(wrong_rows(night, baseline, name).by_kind),
        )
        for name, held in holdings(night).items()
    )


def named(night: History, consumer: str) -> Named:
    """What its chain says of it."""
    told = begin_event(night).value["consumers"].get(consumer, {})
    return Named(consumer, told.get("kind", _DEFAULT_KIND), told.get("owner"), told.get("contact"))


def whose(night: History, consumer: str) -> str:
    """The same in words."""
    return str(named(night, consumer))


def _is_wrong(held: Holdings, owed: Holdings) -> bool:
    """Nothing at all where something is owed, or something under another date."""
    return bool(held.stale) or (owed.rows > 0 and held.rows == 0)
