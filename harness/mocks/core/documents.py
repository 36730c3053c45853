"""JSON and numbers that a client sent, bounded: in depth, in the number of values, in what a number may be."""

from __future__ import annotations

import json
import re
from itertools import chain
from typing import Any

MOST_DEPTH = 64
"""Objects and lists inside each other: what .NET allows, in which OpCon's API is written."""

MOST_VALUES = 1_000_000
"""Values of a document, so that a few bytes each cannot become gigabytes."""

MOST_ROW_VALUES = 16_000_000
"""Of a batch of rows: a million rows of fifteen columns."""

LONGEST_NUMBER = 18
"""Digits: nobody counts further, and 64 bits hold them."""

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_TOO_DEEP = f"nested more than {MOST_DEPTH} deep"


class NoDocument(ValueError):
    """What came is no JSON, or none that can be taken: the text says what was found."""


def document(body: bytes, most_values: int = MOST_VALUES) -> Any:
    """The value that a body states."""
    try:
        text = body.decode(json.detect_encoding(body))
        values = text.count(",") + text.count("[") + text.count("{")
        if values > most_values:
            raise NoDocument(f"some {values:,} values, expected at most {most_values:,}")
        value = json.loads(text, parse_constant=_no_number, parse_float=_finite)
        if _SURROGATE.search(text):
            json.dumps(value, ensure_ascii=False).encode()
    except NoDocument:
        raise
    except RecursionError:
        raise NoDocument(_TOO_DEEP) from None
    except ValueError as error:
        raise NoDocument(f"no JSON ({error})") from None
    if values > MOST_DEPTH:
        _require_shallow(value)
    return value


def whole_number(text: str, most: int = 10**LONGEST_NUMBER - 1) -> int | None:
    """The number from zero that a text is; None for any other text, and for more than ``most``."""
    if not (text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER):
        return None
    return number if (number := int(text)) <= most else None


def _require_shallow(value: Any) -> None:
    level = [value]
    for _ in range(MOST_DEPTH):
        inside = [*chain.from_iterable(one.values() if type(one) is dict else one for one in level)]
        if {list, dict}.isdisjoint(map(type, inside)):  # so it is with rows, of which there may be a million
            return
        level = [one for one in inside if type(one) is list or type(one) is dict]
    raise NoDocument(_TOO_DEEP)


def _finite(text: str) -> float:
    number = float(text)
    if number - number:  # of an infinite one, that is no number
        raise ValueError(f"{text[:20]} is beyond what a number can be")
    return number


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")
