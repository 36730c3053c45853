"""Which cause a page resembles that has no whole evidence for any: by the words of evidence, and not its phrases."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import cache

from harness.checks.model.causes.classifier import causes, denies, terms
from harness.checks.model.causes.denial import affirms
from harness.checks.model.causes.reading import sentences

TELLING = 12
"""A word that more causes than these have in their evidence tells of none."""
LEAST, AHEAD = 10.0, 3.0
"""So much a page must resemble a cause, and so much more than any other."""
LARGE, LESS = 300, 0.3
"""A cause with more words than these in its evidence is resembled more easily, and counts less."""


@cache
def _words() -> Mapping[str, Mapping[str, float]]:
    """By how much each word tells of the causes that have it in their evidence: the more, the fewer these are."""
    having: dict[str, set[str]] = defaultdict(set)
    size: dict[str, int] = defaultdict(int)
    for cause in causes().values():
        for word in {word for evidence, _ in cause.evidence for word in evidence.words if not word.startswith("#")}:
            having[word].add(cause.name)
            size[cause.name] += 1
    return {
        word: {cause: math.log(len(causes()) / len(of)) / (size[cause] / LARGE) ** LESS for cause in of}
        for word, of in having.items()
        if len(of) <= TELLING
    }


def resembled(text: str, names: Collection[str] = ()) -> str | None:
    """The cause that has most of a page's words in its evidence, unless it denies anything or says that it is fine."""
    read = sentences(text, names)
    if denies(read) or any(affirms(sentence) for sentence in read):
        return None
    alike: dict[str, float] = defaultdict(float)
    for word in _known(word for sentence in read for word in sentence):
        for cause, tells in _words().get(word, {}).items():
            alike[cause] += tells
    most = sorted(((tells, cause) for cause, tells in alike.items()), reverse=True)[:2]
    if not most or most[0][0] < LEAST or (len(most) > 1 and most[0][0] - most[1][0] < AHEAD):
        return None
    return most[0][1]


def _known(words: Iterable[str]) -> set[str]:
    return {known for word in words if len(word) > 2 for known in terms().matching(word)}
