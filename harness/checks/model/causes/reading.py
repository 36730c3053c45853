"""A page as words: small letters, no accents, no names, no words without meaning, and where its sentences end."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Collection, Mapping
from functools import cache, lru_cache
from importlib.resources import files

from harness.checks.model.causes.idioms import IDIOMS

CLAUSE = ","
"""Stands between two clauses of a sentence: what is denied in one is not denied in the next."""


@cache
def clause_words() -> Mapping[str, str]:
    """The words that say something of a clause and nothing of a cause, by what they say."""
    found = files("harness.checks.model.causes").joinpath("clauses.toml")
    return dict(tomllib.loads(found.read_text(encoding="utf-8")))


def _words_of(name: str) -> list[str]:
    return clause_words()[name].split()


NAME, FILE, FLAG, MANIFEST, HOST, TIME, DATE = "aname", "afile", "aflag", "amanifest", "ahost", "atime", "adate"
"""Stand for what is called by a name: a chain called `refused-parcels` refuses nothing."""

FILLERS = frozenset(_words_of("fillers"))
"""Words between those that say something: `permission was denied` and `permission denied` are the same."""

_BUT = frozenset(_words_of("but"))
_CONTRACTION, _POSSESSIVE = re.compile(r"n't\b"), re.compile(r"(?<=\w)'s\b")
_ORDINAL = re.compile(r"\b\d+(?:st|nd|rd|th)\b")
_ONE_WORD = re.compile(r"OpCon|WinError|PowerShell|MariaDB|VMware|LibreOffice|eMail")
_CANNOT = re.compile(
    r"\b(?:can|could)(?: ?not\b|nt\b)|\b(?:kann|konnte|konnten|konnen)\s+(?:\w+\s+){0,3}?nicht\b"
    r"|\b(?:ne\s+)?(?:peut|peuvent|pouvait|pu|parvient|arrive)\s+(?:neplus\s+)?(?:pas|plus)\b|\ba pas pu\b"
    r"|\bunable\b|\bimpossible\b|\bfailed to\b|\bunmoglich\b"
)
_NO_MORE = re.compile(r"\b(ne |n')((?:\w+\s+){1,2}?)plus\b", re.IGNORECASE)
_ELISION = re.compile(r"\b(l|d|n|s|c|j|m|qu|jusqu|lorsqu)'", re.IGNORECASE)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z]{2,}\b)|(?<=[A-Z])(?=[A-Z][a-z]{2,})")
_URL = re.compile(r"\b\w+://[^\s\"'>,;)]+")
_FLAG = re.compile(r"(?<![\w.])[\w*{}.-]*\.(?:ok|done|flag|flg|trg|trigger|fin|fertig|end|rdy|ready|go|sem)\b", re.I)
_MANIFEST = re.compile(r"(?<![\w.])[\w*{}.-]*\.(?:manifest|mf|mft|sha256|sha1|md5|cnt|ctl|sum|chk)\b", re.IGNORECASE)
_FILE_NAME = re.compile(
    r"(?<![\w.])[\w*{}.-]*[\w*}]\.(?:csv|txt|dat|xml|json|jsonl|zip|gz|bz2|zst|tar|tgz|parquet|avro|xlsx?|edi|pdf|"
    r"tsv|fic|asc|bin|jpg|png|log|py|sh|java|sql|ya?ml|part|tmp|filepart|crdownload|taken)\b"
    r"|\b[\w-]+_[\w.-]+\.\w{2,8}\b|\b[\w-]*\d{4,}[\w-]*\.(?!\d+\b)\w{2,4}\b|(?<![\w.])/(?:[\w.-]+/)+[\w.-]*|(?<!\w)/[a-z]\w+\b",
    re.IGNORECASE,
)
_HOST = re.compile(
    r"\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b|\b[\w-]+(?:\.[\w-]+)*\.(?:example|com|net|org|local|lan|internal|intern|fr|de|io|eu)(?::\d+)?\b",
    re.I,
)
_DATE = re.compile(r"\b(?:19|20)\d\d-\d\d-\d\d(?:t(?=\d))?\b|\b\d\d?[./]\d\d?[./](?:19|20)?\d\d\b|\b20\d{6}\b", re.I)
_TIME = re.compile(
    r"(?<![\d.,])\d{1,2}(?::\d\d){1,2}(?:[.,]\d+)?z?\b|\b\d{1,2}h\d\d\b|(?<![\d.,])\d{1,2} ?(?:uhr|am|pm)\b"
    r"|\b[0-2]?\d ?h\b(?= )",
    re.I,
)
_SENTENCE = re.compile(r"(?<=[.!;])\s+|(?<=\?)\s+|\n+|\s+[-\u2013\u2014|/]\s+|\.\.\.|\u2026|(?<=[.!?])\"\s")
_WORD = re.compile(
    r"\d+(?:[.,'\u202f\u00a0 ]\d{3})*(?:[.,]\d+)?|[^\W_]+(?:_[^\W_]+)*|[,:()?]|->|=>|\|\|\s*true|%|;|\\[nrx0]\w*"
)

Sentence = tuple[str, ...]


def sentences(text: str, names: Collection[str] = ()) -> list[Sentence]:
    """The words of a text, sentence by sentence."""
    return _sentences(text, tuple(sorted({name for name in names if name}, key=lambda name: (-len(name), name))))


@lru_cache(maxsize=256)
def _sentences(text: str, names: tuple[str, ...]) -> list[Sentence]:
    for quote in "\u2019\u2018\u00b4`":
        text = text.replace(quote, "'")
    text = _NO_MORE.sub(r"\1\2neplus plus", _URL.sub(f" {HOST} ", text))
    for name in names:
        kind = FILE if _FILE_NAME.fullmatch(name) else NAME
        text = re.sub(rf"(?<![\w-]){re.escape(name)}(?![\w-]|\.\w)", f" {kind} ", text, flags=re.IGNORECASE)
    for pattern, kind in ((_FLAG, FLAG), (_MANIFEST, MANIFEST), (_FILE_NAME, FILE), (_HOST, HOST), (_DATE, DATE)):
        text = pattern.sub(f" {kind} ", text)
    text = _TIME.sub(f" {TIME} ", text)
    text = _POSSESSIVE.sub("", _ELISION.sub("", _CONTRACTION.sub(" not", text)))
    text = _CAMEL.sub(" ", _ONE_WORD.sub(lambda match: match[0].lower(), text))
    text = _ORDINAL.sub(" nth ", _CANNOT.sub(" cannot ", plain(text)))
    for pattern, said in IDIOMS:
        text = pattern.sub(said, text)
    return [words for part in _SENTENCE.split(text) if (words := _words(part))]


def plain(text: str) -> str:
    """Small letters without accents: `accès refusé` and `ACCES REFUSE` are the same."""
    if text.isascii():
        return text.casefold()
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


@lru_cache(maxsize=20_000)
def folded(word: str) -> str:
    """A word as it is compared: `pruefsumme` and `prüfsumme` are the same."""
    return re.sub(r"ae|oe|(?<!q)ue", lambda match: match[0][0], word)


def _words(sentence: str) -> Sentence:
    found: list[str] = []
    for word in _WORD.findall(sentence):
        if word in ",:()" or word in ("->", "=>"):
            found.append(CLAUSE)
        elif word.startswith("||"):
            found.append("ortrue")
        elif word in _BUT and found[-1:] != ["read"]:  # a disk that is read-only
            found += [CLAUSE, word]
        elif word not in FILLERS:
            found.append(folded(word))
    while found and found[0] in (DATE, TIME, CLAUSE):
        del found[0]
    return tuple(found)
