"""What a page would say of a cause, as phrases that stand beside, near or behind each other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from harness.checks.model.causes.reading import CLAUSE, Sentence
from harness.checks.model.causes.terms import Phrase, Slot, Span, phrase

NEAR = 6
"""Between two parts of one evidence there are at most so many words."""

_CLASS = re.compile(r"<(\w+)>")

Part = tuple[Slot, ...]
"""Slots beside each other."""


@dataclass(frozen=True)
class Evidence:
    """Parts near each other in a sentence, in any order (`~`) or one behind another (`>`), and what must be absent."""

    said: str
    parts: tuple[Part, ...]
    ordered: bool = False
    unless: Slot | None = None

    @classmethod
    def of(cls, said: str, classes: Mapping[str, str]) -> Evidence:
        """`<disk> ~ full|voll`: words of a class, near one of two words.

        `truncat*` is a stem, `#` a quantity, `full|out+of+room` one word or three beside each other, and
        `timed out ! read` holds where no `read` is in the sentence.
        """
        needed, _, absent = _without_classes(said, classes).partition("!")
        ordered = ">" in needed
        parts = tuple(_part(part) for part in re.split(r"[~>]", needed) if part.strip())
        return cls(said, parts, ordered, _slot(absent.strip()) if absent.strip() else None)

    @property
    def slots(self) -> Iterator[Slot]:
        """All that it asks for."""
        for part in self.parts:
            yield from part
        if self.unless:
            yield self.unless

    @property
    def words(self) -> Iterator[str]:
        """All words that it asks for, and not what must be absent."""
        for part in self.parts:
            for slot in part:
                for one in slot:
                    yield from one

    @property
    def terms(self) -> int:
        """Of how many words it is: the more, the more it says."""
        return sum(max(map(len, slot)) if len(slot) == 1 else 1 for part in self.parts for slot in part)

    def places(self, found: Mapping[Slot, list[Span]]) -> Iterator[list[Span]]:
        """Where it stands, each time as the spans of its parts, of a sentence whose slots were found."""
        if self.unless is not None and self.unless in found:
            return
        runs = []
        for part in self.parts:
            if not (spans := _beside(found, part)):
                return
            runs.append(spans)
        yield from _near_each_other(runs, self.ordered)


def _without_classes(said: str, classes: Mapping[str, str]) -> str:
    while (full := _CLASS.sub(lambda match: classes[match[1]], said)) != said:
        said = full
    return said


def _part(said: str) -> Part:
    return tuple(_slot(one) for one in said.split() if phrase(one.replace("+", " ").replace("|", " ")))


def _slot(said: str) -> Slot:
    phrases: set[Phrase] = {phrase(one.replace("+", " ")) for one in said.split("|")}
    return frozenset(one for one in phrases if one)


def _beside(found: Mapping[Slot, list[Span]], part: Part) -> list[Span]:
    spans = found.get(part[0], [])
    for slot in part[1:]:
        behind = found.get(slot, ())
        spans = [(begin, end) for begin, middle in spans for start, end in behind if start == middle]
    return spans


def _near_each_other(runs: list[list[Span]], ordered: bool) -> Iterator[list[Span]]:
    for anchor in runs[0]:
        spans = [anchor]
        for others in runs[1:]:
            near = [
                span
                for span in others
                if 0 <= min(_apart(span, one) for one in spans) <= NEAR and (not ordered or span[0] >= spans[-1][1])
            ]
            if not near:
                break
            spans.append(min(near, key=lambda span: abs(span[0] - anchor[0])))
        else:
            yield spans


def _apart(one: Span, other: Span) -> int:
    return max(one[0] - other[1], other[0] - one[1])


def clause(words: Sentence) -> list[str]:
    """The words up to the end of a clause."""
    kept: list[str] = []
    for word in words:
        if word == CLAUSE:
            break
        kept.append(word)
    return kept
