"""What a page says of a night's injected causes."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache
from importlib.resources import files
from typing import Any

from harness.checks.causes.classifier import MORE, NAMES, Found, found_in
from harness.checks.causes.evidence import Evidence
from harness.checks.causes.reading import NAME, sentences

MANY = 6
"""A log with evidence for so many causes lists everything, and names nothing."""


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
    if not found and not seen and log:
        in_log = found_in(log, names)
        found = in_log if len(in_log) < MANY else []
    best = _best(found, truth) if found else None
    if best is not None and best.said is Said.NAMED:
        return best
    if seen is not None and (not found or seen.weight >= found[0].weight):
        said = Said.NAMED if seen.names & set(truth.causes) else Said.NOT_JUDGED
        return Reading(said, None, seen.name)
    if best is not None:
        return best
    specific = _specific_words(text, names)
    if specific >= _symptoms()[1]:
        return Reading(Said.NOT_JUDGED, None, f"{specific} words that are no symptoms")
    return Reading(Said.NOT_NAMED, None, "no cause at all")


def _best(found: list[Found], truth: Truth) -> Reading:
    best = found[0]
    tied = [one for one in found if one.cause in truth.causes and one.weight >= best.weight]
    if tied:
        return Reading(Said.NAMED, tied[0].cause, tied[0].said) if tied[0].first <= best.first else _other(best)
    return _other(best)


def _other(best: Found) -> Reading:
    return Reading(Said.NOT_NAMED, best.cause, best.said)


def _own_word(text: str, truth: Truth, names: Collection[str]) -> str:
    """The first own word that stands there, whole or as the beginning of one, and is not denied."""
    read_text = sentences(text, names)
    for word in truth.words:
        evidence = Evidence.of(" ".join(f"{part}*" for sentence in sentences(word) for part in sentence), {})
        if evidence.parts[0] and any(evidence.found_in(sentence) is not None for sentence in read_text):
            return word
    return ""


@dataclass(frozen=True)
class Observation:
    """What may come of several causes."""

    name: str
    names: frozenset[str]
    fits: frozenset[str]
    evidence: tuple[Evidence, ...]
    weight: float = NAMES


@cache
def _observations() -> tuple[Observation, ...]:
    return tuple(
        Observation(
            name,
            frozenset(entry.get("names", ())),
            frozenset(entry["fits"]),
            tuple(Evidence.of(said, {}) for said in entry["evidence"]),
        )
        for name, entry in _table("observations.toml").items()
    )


def _observed(text: str, truth: Truth, names: Collection[str]) -> Observation | None:
    """The first observation that fits what was injected; as heavy as the longest that was said of it."""
    read_text = sentences(text, names)
    for one in _observations():
        if (one.names | one.fits) & set(truth.causes):
            terms = [e.terms for e in one.evidence if any(e.found_in(sentence) is not None for sentence in read_text)]
            if terms:
                return replace(one, weight=NAMES + 0.2 * (max(terms) - 2) + MORE * min(3, len(terms) - 1))
    return None


@cache
def _symptoms() -> tuple[frozenset[str], int]:
    table = _table("symptoms.toml")
    return frozenset(table["words"].split()), table["specific"]


def _specific_words(text: str, names: Collection[str]) -> int:
    words = {word for sentence in sentences(text, names) for word in sentence if len(word) > 3 and word != NAME}
    return len({word for word in words if not word[0].isdigit()} - _symptoms()[0])


def _table(name: str) -> Mapping[str, Any]:
    return tomllib.loads(files("harness.checks.causes").joinpath(name).read_text(encoding="utf-8"))
