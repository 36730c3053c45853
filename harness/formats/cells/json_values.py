"""Values in JSON, by their path: of a whole element, or of what stands before or behind the array of records."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from harness.formats.cells.encoded import MARK
from harness.formats.cells.room import NoRoom
from harness.formats.cells.span import Span

_TOKEN = re.compile(r'[\s\ufeff]*+(?:("(?:[^"\\]|\\.)*+")|([^\s,:\[\]{}"]++)|([,:\[\]{}]))', re.S)
_BLANK = " \t\r\n\ufeff"
_IS_KEY = re.compile(r"\s*:")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_CHARACTER = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.|.", re.DOTALL
)
"""One character as it is written in a string."""

_AS_WRITTEN = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str, strict=False)

_NOTHING = object()
_WORDS: dict[object, str] = {None: "", True: "true", False: "false"}

Key = str | int | None


class Values:
    """The values of a whole element by their paths, numbers as they are written."""

    def __init__(self, text: str) -> None:
        try:
            self._element: object = _AS_WRITTEN.decode(text.lstrip(MARK))
        except (ValueError, RecursionError):
            self._element = _NOTHING

    def at(self, path: Sequence[str]) -> str | None:
        """One of them; None when it is not there, or is an object or an array."""
        element = self._element
        for key in path:
            if isinstance(element, dict):
                element = element.get(key, _NOTHING)
            elif isinstance(element, list):
                element = element[int(key)] if key.isdigit() and int(key) < len(element) else _NOTHING
            else:
                return None
        if isinstance(element, str):
            return element
        return _WORDS.get(element) if element is None or isinstance(element, bool) else None


def span(
    text: str, path: Sequence[str], behind: Sequence[str] | None = None, *, is_fragment: bool = False
) -> Span | None:
    """Where the value at a path stands; of a key that is there twice, the last.

    ``is_fragment``: the text ends somewhere in a document. ``behind``: it begins at the end of the array at this path.
    """
    if behind is None and not is_fragment:
        try:
            return _in_element(text, path)
        except (ValueError, IndexError, RecursionError):
            return None
    keys: list[Key] = [] if behind is None else [*behind, -1]
    found: tuple[int, int] | None = None
    opened: int | None = None
    position = 0
    while match := _TOKEN.match(text, position):
        string, word, mark = match.groups()
        position = match.end()
        if string is not None and keys and not isinstance(keys[-1], int) and _IS_KEY.match(text, position):
            keys[-1] = _decoded(string)
            if _is(keys, path[: len(keys)]):
                found = None
        elif mark is None or mark in "{[":
            start = match.start(1 if string is not None else 2 if word is not None else 3)
            here = _is(keys, path)
            if mark is None:
                found = (start, position) if here else found
            else:
                opened = start if here else opened
                keys.append(None if mark == "{" else 0)
        elif mark in "}]":
            if keys:
                keys.pop()
            if opened is not None and _is(keys, path):
                found, opened = (opened, position), None
        elif mark == "," and keys and isinstance(keys[-1], int):
            keys[-1] += 1
        if not keys and mark != ",":
            break
    if found is None:
        return None
    raw = text[found[0] : found[1]]
    return Span(*found, raw, _meant(raw))


def _in_element(text: str, path: Sequence[str]) -> Span | None:
    """Of a whole element: values on the way are passed by the json module, several times faster."""
    start, end = _behind_blanks(text, 0), 0
    for key in path:
        place = None
        if text[start] == "{":
            place = _in_object(text, start, key)
        elif text[start] == "[" and key.isdigit():
            place = _in_array(text, start, int(key))
        if place is None:
            return None
        start, end = place
    raw = text[start:end]
    return Span(start, end, raw, _meant(raw))


def _behind_blanks(text: str, at: int) -> int:
    while text[at] in _BLANK:
        at += 1
    return at


def _in_object(text: str, at: int, wanted: str) -> tuple[int, int] | None:
    found = None
    at = _behind_blanks(text, at + 1)
    while text[at] != "}":
        key, at = _AS_WRITTEN.raw_decode(text, at)
        start = _behind_blanks(text, _behind_blanks(text, at) + 1)
        at = _AS_WRITTEN.raw_decode(text, start)[1]
        if key == wanted:
            found = start, at
        at = _behind_blanks(text, at)
        if text[at] == ",":
            at = _behind_blanks(text, at + 1)
    return found


def _in_array(text: str, at: int, wanted: int) -> tuple[int, int] | None:
    at = _behind_blanks(text, at + 1)
    while text[at] != "]":
        start = at
        at = _AS_WRITTEN.raw_decode(text, start)[1]
        if wanted == 0:
            return start, at
        wanted -= 1
        at = _behind_blanks(text, at)
        if text[at] == ",":
            at = _behind_blanks(text, at + 1)
    return None


def _is(keys: Sequence[Key], path: Sequence[str]) -> bool:
    return len(keys) == len(path) and all(str(key) == wanted for key, wanted in zip(keys, path, strict=True))


def _meant(raw: str) -> str:
    if raw.startswith('"'):
        return _decoded(raw)
    return "" if raw == "null" else raw


def _decoded(string: str) -> str:
    if "\\" not in string:
        return string[1:-1]
    try:
        return str(json.loads(string, strict=False))
    except ValueError:
        return string[1:-1]


def written(found: Span, new: str, text: str) -> str:
    """JSON for ``new`` of the type that is there: a number stays one, a string is escaped as the element's are.

    Nothing is a number's and a word's ``null``. NoRoom when the type that is there does not have it.
    """
    raw = found.raw
    if raw.startswith('"'):
        return _string(new, raw, text)
    if not new:
        return "null"
    if raw == "null":
        return new if _NUMBER.fullmatch(new) else _string(new, raw, text)
    if raw in ("true", "false"):
        if new not in ("true", "false"):
            raise NoRoom(f"found {new!r} for the JSON value {raw}, expected true or false")
        return new
    if raw[0] in "{[":
        if new[0] != raw[0] or not _is_json(new):
            raise NoRoom(f"found {new!r}, expected JSON that begins with {raw[0]}")
        return new
    if not _NUMBER.fullmatch(new):
        raise NoRoom(f"found {new!r} for the JSON number {raw}, expected a number")
    return new


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def _string(new: str, raw: str, text: str) -> str:
    """What the string that was there begins and ends with as it is written there, and what is new in its style."""
    pieces = _CHARACTER.findall(raw[1:-1]) if raw.startswith('"') else []
    old = [_decoded(f'"{piece}"') for piece in pieces]
    if len(old) != len("".join(old)) or "".join(old) != _decoded(raw):
        return _styled(new, raw, text)
    before = _alike(old, new)
    behind = _alike(old[before:][::-1], new[before:][::-1])
    middle = _styled(new[before : len(new) - behind], raw, text)[1:-1]
    return f'"{"".join(pieces[:before])}{middle}{"".join(pieces[len(pieces) - behind :])}"'


def _alike(one: Sequence[str], other: Sequence[str]) -> int:
    """So many characters are the same in both from the beginning on."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (here, there) in pairs if here != there), min(len(one), len(other)))


def _styled(new: str, raw: str, text: str) -> str:
    """In the style of the string that was there; where that shows none, of the whole element."""
    plain = json.dumps(new, ensure_ascii=False)
    if "\\/" in raw or "\\/" in text:
        plain = plain.replace("/", "\\/")
    if not raw.isascii() or plain.isascii():
        return plain
    shown = [match for match in _ESCAPE.findall(raw) or _ESCAPE.findall(text) if int(match, 16) > 127]
    if not shown and not text.isascii():
        return plain
    if not shown:
        return plain
    escaped = json.dumps(new)
    if "\\/" in raw or "\\/" in text:
        escaped = escaped.replace("/", "\\/")
    upper = any(digits != digits.lower() for digits in shown)
    return _ESCAPE.sub(lambda match: f"\\u{match[1].upper()}", escaped) if upper else escaped
