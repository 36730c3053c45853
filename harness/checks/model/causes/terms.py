"""The words of evidence, indexed: which of them stand where in a sentence, without asking for each of them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache

from harness.checks.model.causes.reading import FILLERS, TIME, Sentence, folded, plain

Span = tuple[int, int]
"""The places of a run of words: its first, and the one behind its last."""

Phrase = tuple[str, ...]
"""Words beside each other, of which some are stems (`truncat*`) or quantities (`#`)."""

Slot = frozenset[Phrase]
"""What may stand at one place of evidence: any of several phrases."""

ENDINGS = ("ees", "ed", "ee", "en", "em", "er", "es", "d", "e", "n", "s", "t")
"""A word of so many letters stands for itself with each of these too: `expire` for `expired` and `expirée`."""
LONG = 5


_NUMBERS = {
    "#": re.compile(rf"\d.*|{TIME}"),
    "#,#": re.compile(r"\d[\d.']*,\d\d?"),
    "#.#": re.compile(r"\d[\d,']*\.\d\d?"),
}
"""A quantity, and one that is written with a decimal comma, or with a point."""


@cache
def phrase(said: str) -> Phrase:
    """The words of a phrase, as a page is read."""
    return tuple(folded(word) for word in plain(said).replace("-", " ").split() if word not in FILLERS)


class Terms:
    """All phrases of all evidence, found in a sentence in one go."""

    def __init__(self, slots: Iterable[Slot]) -> None:
        self._slots: dict[Phrase, list[Slot]] = defaultdict(list)
        for slot in set(slots):
            for one in slot:
                self._slots[one].append(slot)
        self._by_first: dict[str, list[Phrase]] = defaultdict(list)
        for one in self._slots:
            self._by_first[one[0]].append(one)
        words = {word for one in self._slots for word in one}
        self._whole = {word for word in words if "*" not in word}
        self._begins = {word[:-1]: word for word in words if word.endswith("*") and "*" not in word[:-1]}
        self._ends = {word[1:]: word for word in words if word.startswith("*") and "*" not in word[1:]}
        self._other = {
            word: re.compile(".*".join(map(re.escape, word.split("*"))))
            for word in words
            if "*" in word and word[:-1] not in self._begins and word[1:] not in self._ends
        }
        self._matches: dict[str, frozenset[str]] = {}

    def found_in(self, sentence: Sentence) -> Mapping[Slot, list[Span]]:
        """Where each slot stands that stands anywhere."""
        matches = [self.matching(word) for word in sentence]
        found: dict[Slot, list[Span]] = defaultdict(list)
        for place, firsts in enumerate(matches):
            for first in firsts:
                for one in self._by_first.get(first, ()):
                    end = place + len(one)
                    if end <= len(sentence) and all(
                        word in matches[place + more] for more, word in enumerate(one[1:], 1)
                    ):
                        for slot in self._slots[one]:
                            found[slot].append((place, end))
        return found

    def matching(self, word: str) -> frozenset[str]:
        """The words of evidence that a word of a page stands for: itself, its stems, what it is a quantity of."""
        known = self._matches.get(word)
        if known is None:
            known = self._matches[word] = frozenset(self._matching(word))
        return known

    def _matching(self, word: str) -> Iterable[str]:
        if word in self._whole:
            yield word
        for said, pattern in _NUMBERS.items():
            if said in self._whole and pattern.fullmatch(word):
                yield said
        for ending in ENDINGS:
            short = word.removesuffix(ending)
            if len(short) >= LONG and short != word and short in self._whole:
                yield short
        for cut in range(len(word) + 1):
            if word[:cut] in self._begins:
                yield self._begins[word[:cut]]
            if word[cut:] in self._ends:
                yield self._ends[word[cut:]]
        for said, pattern in self._other.items():
            if pattern.fullmatch(word):
                yield said
