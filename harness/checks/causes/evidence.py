"""What a page would say of a cause, as terms that stand beside or near each other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from harness.checks.causes.reading import CLAUSE, Sentence

Span = tuple[int, int]
"""The places of a run of words: its first, and the one behind its last."""

NEAR = 7
"""Between two parts of one evidence there are at most so many words."""

_CLASS = re.compile(r"<(\w+)>")
_DENYING = frozenset(
    [
        "not",
        "no",
        "never",
        "cannot",
        "kein",
        "keine",
        "keinen",
        "keiner",
        "keinem",
        "nicht",
        "nie",
        "pas",
        "ni",
        "aucun",
        "aucune",
        "nor",
        "neither",
        "none",
        "weder",
        "without",
        "isnt",
        "rather",
    ]
)
_FINE = frozenset(
    [
        "fine",
        "ok",
        "okay",
        "healthy",
        "normal",
        "valid",
        "right",
        "correct",
        "intact",
        "unchanged",
        "verified",
        "gesund",
        "intakt",
        "unverandert",
        "korrekt",
        "verifie",
        "verifiees",
        "verifies",
        "verifiee",
        "conforme",
        "correcte",
        "juste",
        "stimmt",
        "gepruft",
        "unauffallig",
        "checked",
    ]
)
_AFTER, _BEFORE = 4, 5


class Term:
    """One word of evidence: any of several, of which some are stems, or a quantity."""

    def __init__(self, said: str) -> None:
        ones = {said} if said == "||" else set(said.split("|"))
        self._words = frozenset(one for one in ones if "*" not in one and one != "#")
        patterns = [".*".join(map(re.escape, one.split("*"))) for one in sorted(ones) if "*" in one]
        patterns += [r"\d.*"] if "#" in ones else []
        self._stems = re.compile("|".join(patterns)) if patterns else None

    def places(self, sentence: Sentence) -> list[int]:
        """Where it stands in a sentence."""
        stems, words = self._stems, self._words
        if stems is None and words.isdisjoint(sentence):
            return []
        return [
            place
            for place, word in enumerate(sentence)
            if word in words or (stems is not None and stems.fullmatch(word))
        ]


Run = tuple[Term, ...]


@dataclass(frozen=True)
class Evidence:
    """Terms beside each other, or groups of them (`~`) near each other in one sentence, in any order."""

    said: str
    parts: tuple[tuple[Run, ...], ...]

    @classmethod
    def of(cls, said: str, classes: Mapping[str, str]) -> Evidence:
        """`<disk> ~ full|voll`: words of a class, near one of two words.

        `truncat*` is a stem, `#` a quantity, and `full|out+of+room` one word or three beside each other.
        """
        full = _CLASS.sub(lambda match: classes[match[1]], said)
        return cls(said, tuple(_either(part) for part in full.split("~")))

    @property
    def terms(self) -> int:
        """Of how many words it is: the more, the more it says."""
        return sum(max(map(len, runs)) for runs in self.parts)

    def found_in(self, sentence: Sentence) -> int | None:
        """Where this begins in a sentence that does not deny it, or None."""
        runs: list[list[Span]] = []
        for either in self.parts:
            if not (found := [span for run in either for span in _spans(sentence, run)]):
                return None
            runs.append(found)
        for spans in _near_each_other(runs):
            if not _denied(sentence, spans):
                return min(begin for begin, _ in spans)
        return None


@cache
def _term(said: str) -> Term:
    return Term(said)


def _either(part: str) -> tuple[Run, ...]:
    """The runs of words of which any will do: one, but where an alternative has several words itself."""
    words = part.split()
    if len(words) > 1:
        return (tuple(map(_term, words)),)
    alone = "|".join(one for one in part.strip().split("|") if "+" not in one) if "+" in part else part.strip()
    runs = [tuple(map(_term, one.split("+"))) for one in part.strip().split("|") if "+" in one]
    return tuple([(_term(alone),)] * bool(alone) + runs)


def _spans(sentence: Sentence, terms: Run) -> list[Span]:
    begins = terms[0].places(sentence)
    for offset, term in enumerate(terms[1:], 1):
        if not begins:
            return []
        places = set(term.places(sentence))
        begins = [begin for begin in begins if begin + offset in places]
    return [(begin, begin + len(terms)) for begin in begins]


def _near_each_other(runs: list[list[Span]]) -> Iterator[list[Span]]:
    for anchor in runs[0]:
        spans = [anchor]
        for others in runs[1:]:
            near = [span for span in others if 0 <= min(_apart(span, one) for one in spans) <= NEAR]
            if not near:
                break
            spans.append(min(near, key=lambda span: abs(span[0] - anchor[0])))
        else:
            yield spans


def _apart(one: Span, other: Span) -> int:
    return max(one[0] - other[1], other[0] - one[1])


def _denied(sentence: Sentence, spans: list[Span]) -> bool:
    """A clause that says no to it, or that all is well with it; a "no" that belongs to the evidence denies nothing."""
    first, last = min(begin for begin, _ in spans), max(end for _, end in spans)
    own = {place for begin, end in spans for place in range(begin, end)}
    if any(sentence[place] in _DENYING for place in own):
        return False
    before = _clause(sentence[max(0, first - _BEFORE) : first][::-1])
    after = _clause(sentence[last : last + _AFTER])
    between = [sentence[place] for place in range(first, last) if place not in own]
    if any(word in _DENYING for word in (*before, *between)):
        return True
    if "instead" in before[:3] or before[:1] == ["statt"] or "lieu" in before[:3]:
        return True
    return (
        any(word in _FINE for word in after)
        or after[:1] == ["nicht"]
        or ("die" in after and "nicht" in after)
        or (after[:2] in (["was", "not"], ["is", "not"]))
    )


def _clause(words: Sentence) -> list[str]:
    kept: list[str] = []
    for word in words:
        if word == CLAUSE:
            break
        kept.append(word)
    return kept
