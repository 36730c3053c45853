"""Which cause a page names, of all that there are evidence for."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from harness.checks.causes.evidence import Evidence
from harness.checks.causes.reading import Sentence, sentences

PROVES, NAMES, TELLS = 6.0, 3.0, 2.0
"""What a piece of evidence weighs that no other cause has, one that names a cause, and one that only tells of it."""
MORE = 0.75
"""What each further piece of evidence for the same cause adds, whatever it weighs alone."""


@dataclass(frozen=True)
class Cause:
    """A cause, what it means, and what a page says of it."""

    name: str
    means: str
    evidence: tuple[tuple[Evidence, float], ...]


@dataclass(frozen=True)
class Found:
    """A cause for which a page has evidence."""

    cause: str
    weight: float
    first: int
    said: str


@cache
def causes() -> Mapping[str, Cause]:
    """All causes of all families, by name."""
    folder = files("harness.checks.causes")
    tables = {
        path.name: tomllib.loads(path.read_text(encoding="utf-8"))
        for path in sorted(folder.iterdir(), key=lambda path: path.name)
        if path.name.endswith(".toml") and path.name not in ("observations.toml", "symptoms.toml")
    }
    classes = tables.pop("words.toml")["classes"]
    found = {}
    for table in tables.values():
        for name, entry in table.items():
            weighed = [(PROVES, entry.get("proves", [])), (NAMES, entry["names"]), (TELLS, entry.get("tells", []))]
            evidence = tuple((Evidence.of(said, classes), weight) for weight, all_said in weighed for said in all_said)
            found[name] = Cause(name, entry["means"], evidence)
    return found


def found_in(text: str, names: Collection[str] = ()) -> list[Found]:
    """The causes for which a text has evidence, the best first."""
    read = sentences(text, names)
    found = [one for cause in causes().values() if (one := _found(cause, read)) is not None]
    return sorted(found, key=lambda one: (-one.weight, one.first))


def _found(cause: Cause, read: Iterable[Sentence]) -> Found | None:
    weights, said, first, begins = [], [], 10**6, 0
    taken: set[int] = set()
    for sentence in read:
        for evidence, weight in cause.evidence:
            place = evidence.found_in(sentence)
            if place is not None:
                weights.append((weight, evidence.terms))
                said.append(evidence.said)
                first = min(first, begins + place)
                taken.add(begins + place)
        begins += len(sentence)
    if not weights:
        return None
    best = max(weight + 0.2 * (words - 2) for weight, words in weights)
    return Found(cause.name, best + MORE * min(3, len(taken) - 1), first, said[0])
