"""What a page says of a night's injected causes."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache
from importlib.resources import files
from typing import Any

from harness.checks.model.causes.classifier import MORE, NAMES, WORD, Found, causes, classes, found_in
from harness.checks.model.causes.denial import denied
from harness.checks.model.causes.evidence import Evidence
from harness.checks.model.causes.reading import DATE, FILE, FLAG, HOST, MANIFEST, NAME, TIME, Sentence, sentences
from harness.checks.model.causes.terms import Terms

MANY = 6
"""A log with evidence for so many causes lists everything, and names nothing."""


CLOSE, MADE, LESS = 0.9, 2.0, -0.1
"""So much more evidence another cause may have: hardly more; more where it comes of the one that was injected; and not
even as much where that one is also seen of many others: a job that is late because its file was."""


class Said(Enum):
    """What a page says of the cause that was injected."""

    NAMED = "named"
    NOT_JUDGED = "told, cause not judged"
    NOT_NAMED = "not named"


@dataclass(frozen=True)
class Reading:
    """What one page says, and of which words that was told."""

    said: Said
    cause: str | None
    by: str


@dataclass(frozen=True)
class Truth:
    """What was injected: its causes, and the words that an own fault, a chain or a scenario has for them."""

    causes: tuple[str, ...]
    words: tuple[str, ...] = ()


def read(head: Iterable[str | None], log: str | None, truth: Truth, names: Collection[str] = ()) -> Reading:
    """Judge a page: what it says itself, and where that is no cause, the end of the log that it shows.

    What it says itself comes first: who blames something else is wrong, whatever his log shows.
    """
    text = "\n".join(part for part in head if part)
    if word := _own_word(f"{text}\n{log or ''}", truth, names):
        return Reading(Said.NAMED, None, word)
    found = found_in(text, names)
    seen = _observed(text, truth, names)
    if log and not seen and all(causes()[one.cause].seen_of_others for one in found):
        in_log = found_in(log, names)
        found = in_log if in_log and len(in_log) < MANY else found
    best = _best(found, truth) if found else None
    if best is not None and best.said is Said.NAMED:
        return best
    if seen is not None and all(
        one.weight <= seen.weight for one in found if one.blames or one.cause not in seen.said_as
    ):
        said = Said.NAMED if seen.names & set(truth.causes) else Said.NOT_JUDGED
        return Reading(said, None, seen.name)
    if best is not None:
        return best
    specific = _specific_words(text, names)
    if specific >= _symptoms()[1]:
        return Reading(Said.NOT_JUDGED, None, f"{specific} words that are no symptoms")
    return Reading(Said.NOT_NAMED, None, "no cause at all")


def _best(found: list[Found], truth: Truth) -> Reading:
    """What has most evidence; what was injected also where another has hardly more, or only what comes of it."""
    best = found[0]
    for one in found:
        if one.cause in truth.causes and all(other.weight - one.weight <= _room(one, other) for other in found):
            return Reading(Said.NAMED, one.cause, one.said)
    return Reading(Said.NOT_NAMED, best.cause, best.said)


def _room(injected: Found, other: Found) -> float:
    """By how much another cause may have more evidence than the one that was injected."""
    if other is injected:
        return 0.0
    cause, seen = causes()[injected.cause], causes()[other.cause].seen_of_others
    if other.cause in cause.makes or (seen and not cause.seen_of_others):
        return MADE
    return LESS if cause.seen_of_others and not seen else CLOSE


def _own_word(text: str, truth: Truth, names: Collection[str]) -> str:
    """The first own word that stands there, whole or as the beginning of one, and is not denied."""
    for word in truth.words:
        parts = [f"{part.removesuffix('*')}*" for sentence in sentences(word) for part in sentence]
        if parts and _said((Evidence.of(" ".join(parts), {}),), sentences(text, names)):
            return word
    return ""


@cache
def _terms(evidence: tuple[Evidence, ...]) -> Terms:
    return Terms(slot for one in evidence for slot in one.slots)


def _said(evidence: tuple[Evidence, ...], text: list[Sentence]) -> list[Evidence]:
    """Which of all evidence stands in a text, and is not denied."""
    terms, said = _terms(evidence), []
    for sentence in text:
        found = terms.found_in(sentence)
        said += [
            one
            for one in evidence
            if any(not denied(sentence, spans) for spans in one.places(found)) and one not in said
        ]
    return said


@dataclass(frozen=True)
class Observation:
    """What may come of several causes."""

    name: str
    names: frozenset[str]
    fits: frozenset[str]
    said_as: frozenset[str]
    controls: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    weight: float = NAMES


@cache
def observations() -> tuple[Observation, ...]:
    """All observations."""
    return tuple(
        Observation(
            name,
            frozenset(entry.get("names", ())),
            frozenset(entry["fits"]),
            frozenset(entry.get("said_as", ())),
            tuple(entry.get("controls", ())),
            tuple(Evidence.of(said, classes()) for said in entry["evidence"]),
        )
        for name, entry in _table("observations.toml").items()
    )


def _observed(text: str, truth: Truth, names: Collection[str]) -> Observation | None:
    """What is observed that fits what was injected: the heaviest, with all that any of them would be called.

    Several observations of one fault contradict each other no more than one does.
    """
    seen = [one for one in observations() if (one.names | one.fits) & set(truth.causes)]
    seen = [_weighed(one, said) for one in seen if (said := _said(one.evidence, sentences(text, names)))]
    if not seen:
        return None
    first = next((one for one in seen if one.names & set(truth.causes)), seen[0])
    said_as = frozenset().union(*(one.said_as for one in seen))
    return replace(first, said_as=said_as, weight=max(one.weight for one in seen))


def _weighed(one: Observation, said: list[Evidence]) -> Observation:
    """As heavy as the longest that was said of it, and more for each that was said besides."""
    longest = max(evidence.terms for evidence in said)
    return replace(one, weight=NAMES + WORD * (longest - 2) + MORE * min(3, len(said) - 1))


@cache
def _symptoms() -> tuple[frozenset[str], int]:
    table = _table("symptoms.toml")
    return frozenset(table["words"].split()), table["specific"]


def _specific_words(text: str, names: Collection[str]) -> int:
    words = {word for sentence in sentences(text, names) for word in sentence if len(word) > 3}
    stood_for = {NAME, FILE, FLAG, MANIFEST, HOST, TIME, DATE}
    return len({word for word in words if not word[0].isdigit()} - _symptoms()[0] - stood_for)


def _table(name: str) -> Mapping[str, Any]:
    return tomllib.loads(files("harness.checks.model.causes").joinpath(name).read_text(encoding="utf-8"))
