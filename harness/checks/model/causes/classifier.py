"""Which cause a page names, of all that there are evidence for."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

from harness.checks.model.causes.denial import answered_no, blaming, denied, unsure
from harness.checks.model.causes.evidence import Evidence
from harness.checks.model.causes.reading import Sentence, sentences
from harness.checks.model.causes.terms import Slot, Span, Terms

PROVES, NAMES, TELLS = 4.0, 3.0, 2.0
"""What a piece of evidence weighs that no other cause has, one that names a cause, and one that only tells of it."""
WORD = 0.2
"""What each word of a piece of evidence adds beyond two: the more it says, the more it weighs."""
MORE = 0.75
"""What each further piece of evidence for the same cause adds, whatever it weighs alone."""
UNSURE = 1.5
"""What a sentence takes from its evidence that only asks or supposes, or tells of what is over."""

OTHER_TABLES = ("observations.toml", "symptoms.toml", "clauses.toml", "words.toml")


@dataclass(frozen=True)
class Cause:
    """A cause, what it means, what a page says of it, and which other causes' evidence comes of it."""

    name: str
    means: str
    evidence: tuple[tuple[Evidence, float], ...]
    makes: frozenset[str]
    seen_of_others: bool
    """Whether it is also what is seen of many another cause: a job that is late, or takes too long."""


@dataclass(frozen=True)
class Found:
    """A cause for which a page has evidence."""

    cause: str
    weight: float
    first: int
    said: str
    blames: bool = False
    """Whether that is said of somebody: the sender has cut it off."""


@cache
def causes() -> Mapping[str, Cause]:
    """All causes of all families, by name."""
    folder = files("harness.checks.model.causes")
    found = {}
    for path in sorted(folder.iterdir(), key=lambda path: path.name):
        if path.name.endswith(".toml") and path.name not in OTHER_TABLES:
            for name, entry in tomllib.loads(path.read_text(encoding="utf-8")).items():
                found[name] = _cause(name, entry)
    return found


@cache
def classes() -> Mapping[str, str]:
    """The classes of words, by name."""
    return dict(
        tomllib.loads(files("harness.checks.model.causes").joinpath("words.toml").read_text("utf-8"))["classes"]
    )


def _cause(name: str, entry: Mapping[str, Any]) -> Cause:
    weighed = [(PROVES, entry.get("proves", [])), (NAMES, entry["names"]), (TELLS, entry.get("tells", []))]
    evidence = tuple((Evidence.of(said, classes()), weight) for weight, all_said in weighed for said in all_said)
    return Cause(
        name, str(entry["means"]), evidence, frozenset(entry.get("makes", ())), bool(entry.get("seen_of_others"))
    )


@cache
def _index() -> tuple[Terms, Mapping[Slot, list[tuple[str, Evidence, float]]]]:
    """The words of all evidence, and the evidence by the slot that it begins with."""
    by_slot = defaultdict(list)
    for cause in causes().values():
        for evidence, weight in cause.evidence:
            by_slot[evidence.parts[0][0]].append((cause.name, evidence, weight))
    return Terms(slot for cause in causes().values() for one, _ in cause.evidence for slot in one.slots), by_slot


def terms() -> Terms:
    """The words of all evidence."""
    return _index()[0]


def found_in(text: str, names: Collection[str] = ()) -> list[Found]:
    """The causes for which a text has evidence, the best first."""
    hits: dict[str, list[Found]] = defaultdict(list)
    begins = 0
    read = sentences(text, names)
    for sentence, behind in zip(read, [*read[1:], ()], strict=True):
        for hit in () if answered_no(sentence, behind) else _hits(sentence):
            hits[hit.cause].append(replace(hit, first=begins + hit.first))
        begins += len(sentence)
    found = [_found(cause, of) for cause, of in hits.items()]
    return sorted(found, key=lambda one: (-one.weight, one.first))


def _hits(sentence: Sentence) -> Iterator[Found]:
    less = UNSURE if unsure(sentence) else 0.0
    for cause, evidence, weight, places in _standing(sentence):
        for spans in places:
            if not denied(sentence, spans):
                place = min(begin for begin, _ in spans)
                weighs = weight + WORD * (evidence.terms - 2) - less
                yield Found(cause, weighs, place, evidence.said, blaming(sentence, spans))
                break


def _standing(sentence: Sentence) -> Iterator[tuple[str, Evidence, float, Iterator[list[Span]]]]:
    """All evidence of which the first part stands in a sentence, and where the whole of it stands."""
    _, by_slot = _index()
    found = terms().found_in(sentence)
    for slot in found:
        for cause, evidence, weight in by_slot.get(slot, ()):
            yield cause, evidence, weight, evidence.places(found)


def denies(read: Iterable[Sentence]) -> bool:
    """Whether sentences have evidence and take it back."""
    return any(
        denied(sentence, spans) for sentence in read for _, _, _, places in _standing(sentence) for spans in places
    )


def _found(cause: str, hits: list[Found]) -> Found:
    best = max(hits, key=lambda hit: hit.weight)
    places = {hit.first for hit in hits}
    weight = best.weight + MORE * min(3, len(places) - 1)
    return Found(cause, weight, min(places), best.said, any(hit.blames for hit in hits))
