"""Where in a JSON document its records are: the array of objects under keys, found in its beginning."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from harness.formats.guessing.sample import Sample
from harness.formats.guessing.values import objects

_TOKEN = re.compile(r'\s*(?:("(?:[^"\\]|\\.)*+")|([{}\[\]:,])|([^\s{}\[\]:,"]+))', re.S)
_OPENS_RECORDS = re.compile(r"\s*[{\]]")

_FEWEST_ON_A_LINE = 2
"""An object on the only line of a file is a document rather than a record when an array in it has so many objects."""


@dataclass
class _Array:
    keys: tuple[str, ...]
    objects: int = 0
    is_open: bool = True


def records_in(sample: Sample) -> tuple[str, ...] | None:
    """The keys down to the array of records; none for a file that is it. None: there is no such array."""
    text = sample.text.lstrip("\ufeff \t\r\n")
    if not text.startswith(("[", "{")) or sample.encoding == "utf-16":
        return None
    found = _arrays(text)
    if not found:
        return None
    # What is still open at the end of the sample has more records than are seen.
    best = max(found, key=lambda one: (one.is_open and not sample.whole, one.objects))
    lines = [line for line in sample.lines if line.strip()]
    if text.startswith("{") and objects(lines[:1]):
        is_alone = sample.whole and len(lines) == 1
        return best.keys if is_alone and best.objects >= _FEWEST_ON_A_LINE else None
    return best.keys


def _arrays(text: str) -> list[_Array]:
    """Arrays of objects, or of nothing, in objects; what is in their elements is not looked at."""
    found: list[_Array] = []
    keys: list[str] = []
    opened: list[str] = []
    inside: _Array | None = None
    level = at = 0
    last = ""
    while (token := _TOKEN.match(text, at)) is not None:
        at = token.end()
        string, mark = token[1], token[2]
        if string is not None:
            last = string
        elif mark == ":" and inside is None:
            keys[-1:] = [_key(last)]
        elif mark in ("{", "["):
            opened.append(mark)
            if inside is not None:
                inside.objects += mark == "{" and len(opened) == level + 1
            elif mark == "{":
                keys.append("")
            elif "[" in opened[:-1]:
                return found
            elif _OPENS_RECORDS.match(text, at):
                inside, level = _Array(tuple(keys)), len(opened)
                found.append(inside)
        elif mark in ("}", "]"):
            if not opened:
                return found
            if inside is not None and len(opened) == level:
                inside.is_open, inside = False, None
            elif inside is None and mark == "}":
                keys.pop()
            opened.pop()
    return found


def _key(string: str) -> str:
    try:
        return str(json.loads(string))
    except ValueError:
        return string
