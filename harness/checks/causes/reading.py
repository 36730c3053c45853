"""A page as words: small letters, no accents, no names, and where its sentences end."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache

CLAUSE = ","
"""Stands between two clauses of a sentence: what is denied in one is not denied in the next."""

NAME = "□"
"""Stands for the name of a chain, job, file or consumer: a chain called `refused-parcels` refuses nothing."""

_BUT = frozenset({"but", "aber", "sondern", "mais", "only", "nur", "just", "simply", "because", "weil"})
_CONTRACTION = re.compile(r"n't\b")
_ELISION = re.compile(r"\b(l|d|n|s|c|j|qu|jusqu|lorsqu)'", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z]{2,}\b)")
_FILE_NAME = re.compile(r"\b[\w-]+_[\w.-]+\.\w{2,4}\b|\b[\w-]*\d{4,}[\w-]*\.\w{2,4}\b|(?<![\w.])/(?:[\w.-]+/)+[\w.-]+")
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+|\s+[-\u2013\u2014|/]\s+|\.\.\.|\u2026")
_WORD = re.compile(
    r"\d+(?:[.,'\u202f\u00a0 ]\d{3})*(?:[.,]\d+)?|[^\W_]+(?:_[^\W_]+)*|[,:()]|->|\|\|\s*true|%|;|\\[nrx0]\w*|-"
)

Sentence = tuple[str, ...]


def sentences(text: str, names: Collection[str] = ()) -> list[Sentence]:
    """The words of a text, sentence by sentence."""
    return _sentences(text, tuple(sorted({name for name in names if name}, key=lambda name: (-len(name), name))))


@lru_cache(maxsize=256)
def _sentences(text: str, names: tuple[str, ...]) -> list[Sentence]:
    for quote in "\u2019\u2018\u00b4`":
        text = text.replace(quote, "'")
    for name in names:
        text = re.sub(rf"(?<![\w-]){re.escape(name)}(?![\w-])", f" {NAME} ", text, flags=re.IGNORECASE)
    text = _FILE_NAME.sub(f" {NAME} ", text)
    text = _CAMEL.sub(" ", _ELISION.sub("", _CONTRACTION.sub(" not", text)))
    return [words for part in _SENTENCE.split(_plain(text)) if (words := _words(part))]


def _plain(text: str) -> str:
    """Small letters without accents: `accès refusé` and `ACCES REFUSE` are the same."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _words(sentence: str) -> Sentence:
    found: list[str] = []
    for word in _WORD.findall(sentence.replace(NAME, " nnamenn ")):
        if word in ",:()" or word == "->":
            found.append(CLAUSE)
        elif word in _BUT:
            found += [CLAUSE, word]
        elif word == "nnamenn":
            found.append(NAME)
        elif word != "-":
            found.append(word)
    return tuple(found)
