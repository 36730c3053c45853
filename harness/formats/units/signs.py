"""Of which kind a line is by what stands in it; found once for all lines that are alike there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import repeat
from typing import Any, cast

from harness.contract.layout import Kind, UnitLayout
from harness.formats.units.encoding import Encoding
from harness.formats.units.places import Character, Keys, place_of
from harness.formats.units.split import ends_of
from harness.formats.units.unit import Unit

FILLING = Kind(name="filling", role="filling")
"""Blank lines, and what old systems end a file with: 0x1A."""

RECORD = Kind(name="record", role="record")
"""What is of no kind of a layout that does not say what a record is."""

OTHER = Kind(name="other", role="header")
"""What is of no kind of a layout that does say it."""

CONTROL_Z = "\x1a"

_BLANK = " \t\n\v\f\r" + CONTROL_Z

_REMEMBERED = 4096

_unit = cast("Callable[[tuple[Any, ...]], Unit]", partial(tuple.__new__, Unit))
"""Half the time of `Unit` itself, of which a file has a million."""


class Signs:
    """The kinds of a layout that are told by what stands in a line, and the one that takes all others."""

    def __init__(self, layout: UnitLayout, encoding: Encoding) -> None:
        told = [kind for kind in layout.kinds if kind.starts]
        places = {(kind.field, kind.at): place_of(kind, layout, encoding) for kind in told}
        self._tests = [(places[kind.field, kind.at].test(kind.starts), kind) for kind in told]
        self._places = [*places.values()] or [Character(0, encoding.width, encoding, in_bytes=True)]
        said = any(kind.role == "record" for kind in layout.kinds)
        self._rest = next((kind for kind in layout.kinds if kind.takes_the_rest), OTHER if said else RECORD)
        self._encoding = encoding
        # Fields between tabs may all be empty, which is no blank line.
        self._blank = "".join(set(_BLANK).difference(*layout.separators[:1]))
        self._blank_bytes = encoding.encode(self._blank)
        # What begins with one of these may be a blank line and its end.
        self._maybe_blank = self._blank_bytes + encoding.encode("".join(ends_of(layout, encoding)))
        self._known: dict[tuple[bytes | None, ...], Kind] = {}

    def units(self, lines: Sequence[bytes], ends: Sequence[int]) -> list[Unit]:
        """Each line as a unit; ``ends`` are how many bytes of each are its end."""
        keys = [place.keys(lines) for place in self._places]
        if None in keys:
            kinds = list(map(self._of, lines, ends))
        else:
            known = self._known.get
            told = zip(*cast("list[Keys]", keys), strict=True)
            kinds = [known(key) or self._of(line, end, key) for line, end, key in zip(lines, ends, told, strict=True)]
        return list(map(_unit, zip(kinds, lines, ends, repeat(1))))

    def _of(self, line: bytes, end: int, key: tuple[bytes | None, ...] = ()) -> Kind:
        body = line[: len(line) - end]
        visible = any(part is not None and part.strip(self._maybe_blank) for part in key)
        if not visible and self._is_blank(body):
            return FILLING
        kind = next((kind for has_sign, kind in self._tests if has_sign(body)), self._rest)
        if visible:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            self._known[key] = kind
        return kind

    def _is_blank(self, body: bytes) -> bool:
        if self._encoding.width == 1:
            return not body.strip(self._blank_bytes)
        return not self._encoding.decode(body).strip(self._blank)
