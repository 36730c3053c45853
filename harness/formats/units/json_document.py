"""A JSON document as its units: the elements of an array at its top or below keys, and what stands around them.

The elements are not read but measured: strings, brackets and what is between them, as RFC 8259 has them. What is
within an element may be any tokens in any order, so long as its strings end and its brackets match.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import IO

from harness.contract.content import FileLayout
from harness.contract.layout import Kind, UnitLayout
from harness.formats.units.document import kind_of
from harness.formats.units.json_text import JsonText
from harness.formats.units.unit import Unit

LEVELS = 6
"""Of brackets within an element that is measured by one expression; deeper ones are slower by five."""

_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_SCALAR = rb"[A-Za-z0-9+.\-]++"
_PLAIN = rb'[^"\[\]{}]*+'


def _within(levels: int) -> bytes:
    """What may stand within brackets: strings, and so many levels of others. Nothing in it is ever tried twice."""
    if not levels:
        return _PLAIN + rb"(?:" + _STRING + _PLAIN + rb")*+"
    return _PLAIN + rb"(?:(?:" + _STRING + rb"|" + _brackets(levels - 1) + rb")" + _PLAIN + rb")*+"


def _brackets(levels: int) -> bytes:
    within = _within(levels)
    return rb"\{" + within + rb"\}|\[" + within + rb"\]"


@cache
def _element() -> re.Pattern[bytes]:
    """An element and the comma behind it."""
    element = rb"|".join((_brackets(LEVELS - 1), _STRING, _SCALAR))
    return re.compile(rb"(?:" + element + rb")([ \t\r\n]*+,[ \t\r\n]*+)?+", re.DOTALL)


def read(file: IO[bytes], layout: FileLayout) -> Iterator[Unit]:
    """Its header up to the first element of the array, the elements, its trailer from the array's end.

    An element's comma, with the blanks around it, is its end. Raises NotAsLaidOut where the document is another.
    """
    units = layout.units or UnitLayout(structure="json")
    text = JsonText(file)
    _find_array(text, units.records)
    blanks = text.pass_blanks()
    is_empty = text.next() == b"]"
    yield Unit(kind_of(units.kinds, "header"), text.taken(blanks if is_empty else 0))
    if not is_empty:
        yield from _elements(text, kind_of(units.kinds, "record"))
    text.pass_blanks()
    text.close()
    yield Unit(kind_of(units.kinds, "trailer"), text.taken())


def _elements(text: JsonText, kind: Kind) -> Iterator[Unit]:
    while True:
        yield from _elements_of_block(text, kind)
        text.pass_element("an element")
        blanks = text.pass_blanks()
        if text.next() == b"]":
            yield Unit(kind, text.taken(blanks))
            return
        text.expect(b",", "',' or ']' behind an element")
        end = blanks + 1 + text.pass_blanks()
        yield Unit(kind, text.taken(), end)


def _elements_of_block(text: JsonText, kind: Kind) -> Iterator[Unit]:
    """As many as are known whole with the comma behind them: what reaches the end of the block may go on behind it."""
    match, make = _element().match, tuple.__new__
    data, at = text.block, text.at
    while (found := match(data, at)) is not None and (until := found.end()) < len(data):
        if (comma := found.start(1)) < 0:
            break
        yield make(Unit, (kind, data[at:until], until - comma, 1))
        at = until
    text.moved(at)


def _find_array(text: JsonText, keys: tuple[str, ...]) -> None:
    """Goes on to behind the bracket that opens the array."""
    text.pass_mark()
    for key in keys:
        text.pass_blanks()
        if text.next() == b"[" and key.isdecimal():
            text.open(b"[", "an array")
            _find_place(text, int(key))
        else:
            text.open(b"{", f"an object with the key {key!r}")
            _find_key(text, key)
    text.pass_blanks()
    text.open(b"[", f"the array {_pointer(keys)}" if keys else "an array")


def _find_key(text: JsonText, key: str) -> None:
    expected = f"the key {key!r}"
    text.pass_blanks()
    while True:
        if text.next() != b'"':
            raise text.wrong(expected)
        name = text.string()
        text.pass_blanks()
        text.expect(b":", "':' behind a key")
        text.pass_blanks()
        if name == key:
            return
        text.pass_element("a value")
        text.pass_blanks()
        text.expect(b",", expected)
        text.pass_blanks()


def _find_place(text: JsonText, place: int) -> None:
    for _ in range(place):
        text.pass_blanks()
        text.pass_element(f"element {place} of the array")
        text.pass_blanks()
        text.expect(b",", f"element {place} of the array")


def _pointer(keys: tuple[str, ...]) -> str:
    return "".join("/" + key.replace("~", "~0").replace("/", "~1") for key in keys)
