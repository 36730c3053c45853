"""What a page would say of a cause, as terms that stand beside or near each other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from harness.checks.causes.reading import CLAUSE, Sentence

NEAR = 7
"""Between two parts of one evidence there are at most so many words."""

_NUMBER = re.compile(r"\d")
_CLASS = re.compile(r"<(\w+)>")
_DENYING = frozenset(
    "not no never cannot kein keine keinen keiner keinem nicht nie pas ni aucun aucune nor neither none weder without"
    " isnt rather".split()
)
_FINE = frozenset(
    "fine ok okay healthy normal valid right correct intact unchanged verified gesund intakt unverandert"
    " korrekt verifie verifiees verifies verifiee conforme correcte juste stimmt gepruft unauffallig checked".split()
)
_AFTER, _BEFORE = 4, 5


@dataclass(frozen=True)
class Evidence:
    """Terms beside each other, or groups of them (`~`) near each other in one sentence, in any order."""

    said: str
    parts: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, said: str, classes: Mapping[str, str]) -> Evidence:
        """`<disk> ~ full|voll`: words of a class, near one of two words; `truncat*` is a stem, `#` a quantity."""
        full = _CLASS.sub(lambda match: classes[match[1]], said)
        return cls(said, tuple(tuple(part.split()) for part in full.split("~")))

    def found_in(self, sentence: Sentence) -> int | None:
        """Where this begins in a sentence that does not deny it, or None."""
        for first, last, spans in self._places(sentence, 0):
            if not _denied(sentence, first, last, spans):
                return first
        return None

    def _places(self, sentence: Sentence, part: int) -> Iterator[tuple[int, int, tuple[tuple[int, int], ...]]]:
        places = [list(_runs(sentence, terms)) for terms in self.parts]
        if not all(places):
            return
        for anchor in places[part]:
            spans = [anchor]
            for other in places[1:]:
                near = [span for span in other if _near(span, spans)]
                if not near:
                    break
                spans.append(min(near, key=lambda span: abs(span[0] - anchor[0])))
            else:
                yield min(span[0] for span in spans), max(span[1] for span in spans), tuple(spans)


def _near(span: tuple[int, int], spans: list[tuple[int, int]]) -> bool:
    apart = [max(span[0] - one[1], one[0] - span[1]) for one in spans]
    return min(apart) >= 0 and min(apart) <= NEAR


def _runs(sentence: Sentence, terms: tuple[str, ...]) -> Iterator[tuple[int, int]]:
    words = len(terms)
    for begin in range(len(sentence) - words + 1):
        if all(_is(term, word) for term, word in zip(terms, sentence[begin : begin + words], strict=True)):
            yield begin, begin + words


@lru_cache(maxsize=200_000)
def _is(term: str, word: str) -> bool:
    for one in term.split("|") if term != "||" else [term]:
        if one == "#":
            if _NUMBER.match(word):
                return True
        elif one == word:
            return True
        elif "*" in one and re.fullmatch(".*".join(map(re.escape, one.split("*"))), word):
            return True
    return False


def _denied(sentence: Sentence, first: int, last: int, spans: tuple[tuple[int, int], ...]) -> bool:
    """A clause that says no to it, or that all is well with it; a "no" that belongs to the evidence denies nothing."""
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
    return any(word in _FINE for word in after) or after[:1] == ["nicht"] or ("die" in after and "nicht" in after) or (
        after[:2] in (["was", "not"], ["is", "not"])
    )


def _clause(words: Sentence) -> list[str]:
    kept: list[str] = []
    for word in words:
        if word == CLAUSE:
            break
        kept.append(word)
    return kept
