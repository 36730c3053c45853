"""What is wrong with one part of a layout by itself: a sign, a group, a number that is stated, an encoding."""

from __future__ import annotations

import codecs
import difflib
import encodings.aliases
from collections.abc import Iterator, Mapping
from typing import Any

from harness.chain.layouts.places import place_mistakes
from harness.values.strict import Location, get, show

_OF_COUNTS, _OF_SUMS = ("per", "itself"), ("digits",)


def character(value: Any) -> Any:
    """One character."""
    if isinstance(value, str) and len(value) != 1:
        raise ValueError(f'found {value!r}, expected one character, such as "|" or "\\t"')
    return value


def quote_mark(value: Any) -> Any:
    """One character, or a word for none."""
    if isinstance(value, str) and len(value) != 1 and value != "none":
        raise ValueError(f"found {value!r}, expected one character, or none where quotes mean nothing")
    return value


def codec(value: Any) -> Any:
    """The name of one of Python's codecs of text."""
    if not isinstance(value, str):
        return value
    if _is_of_text(value):
        return value
    near = difflib.get_close_matches(value.lower(), _encodings(), n=1)
    hint = f" Did you mean '{near[0]}'?" if near else ""
    expected = "Expected one of Python's encodings of text, such as utf-8, utf-16, latin-1, cp037"
    raise ValueError(f"unknown encoding '{value}'.{hint} {expected}")


def _encodings() -> list[str]:
    """As they are usually written: utf-8, and not utf_8."""
    names = {*encodings.aliases.aliases.values()}
    return sorted(name.replace("_", "-") for name in names if _is_of_text(name))


def _is_of_text(name: str) -> bool:
    try:
        return codecs.lookup(name)._is_text_encoding
    except LookupError:
        return False  # of another system


def sign_mistakes(data: Any, *, needed: bool = True) -> Iterator[tuple[Location, str]]:
    """Of how a kind of units is known."""
    if not isinstance(data, Mapping):
        return
    starts, whole = data.get("starts") is not None, data.get("is") is not None
    if starts and whole:
        yield ("is",), "found starts and is, expected one of them: the beginning of the unit, or a whole field"
    elif starts and data.get("field") is not None:
        yield ("field",), "found starts and field, expected 'is' for what a whole field has in it"
    elif not starts and data.get("at") is not None:
        yield ("at",), "found at without starts, expected both: at which character, and what stands there"
    elif not whole and data.get("field") is not None:
        yield ("field",), "found field without is, expected both: which field, and what it has in it"
    elif needed and not starts and not whole:
        yield (), 'found no sign, expected starts: "D|", or field: 1 and is: "D"'


def group_mistakes(data: Any) -> Iterator[tuple[Location, str]]:
    """Of a group of units: without both ends, nobody knows what is in it."""
    missing = [key for key in ("opens", "closes") if get(data, key) is None]
    if isinstance(data, Mapping) and missing:
        example = 'expected both: {opens: {starts: "5"}, closes: {starts: "8"}}'
        yield (), f"found a group without {' and '.join(missing)}, {example}"


def stated_mistakes(data: Any) -> Iterator[tuple[Location, str]]:
    """Of a number that a file states of itself."""
    if not isinstance(data, Mapping):
        return
    short = [key for key in ("trailer", "header") if data.get(key) is not None]
    kinds = [*short, *(["in"] if data.get("in") is not None else [])]
    if len(kinds) > 1:
        yield (kinds[1],), f"found {' and '.join(kinds)}, expected one of them: a number stands in one kind of lines"
    elif not kinds:
        yield (), "found no kind of lines, expected trailer: FIELD, header: FIELD, or in: KIND with a place"
    elif short and any(data.get(key) is not None for key in ("field", "start", "path")):
        beside = next(key for key in ("field", "start", "path") if data.get(key) is not None)
        yield (
            (beside,),
            f"found '{beside}' beside '{short[0]}', which says the place: write {short[0]}: {{{beside}: …}}",
        )
    else:
        yield from place_mistakes(data, needed=not short)
    counts, sums = data.get("counts") is not None, data.get("sums") is not None
    if counts == sums:
        found = "counts and sums" if counts else "neither counts nor sums"
        yield ("sums",) if counts else (), f"found {found}, expected one of them, such as counts: records"
        return
    for key in _OF_SUMS if counts else _OF_COUNTS:
        if data.get(key) is not None:
            other = "sums" if counts else "counts"
            yield (key,), f"found '{key}' without {other}: it is said of what {other} something; drop it"


def only_mistakes(data: Any) -> Iterator[tuple[Location, str]]:
    """Of which units alone something is stated."""
    if not isinstance(data, Mapping):
        return
    if data.get("column") is None:
        yield from place_mistakes(data)
    elif places := [key for key in ("field", "start", "path") if data.get(key) is not None]:
        yield (places[0],), f"found column and {places[0]}, expected one of them"


def repeated(names: list[Any]) -> Iterator[tuple[int, str]]:
    """Names that stand in a list before."""
    for position, name in enumerate(names):
        if name in names[:position]:
            yield position, f"found {show(name)} twice, expected each column once"
