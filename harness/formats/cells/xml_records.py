"""Records of XML whose markup is the same but for their texts: taken apart once for all of them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

from harness.formats.cells import xml_values
from harness.formats.cells.span import Span
from harness.formats.cells.xml_values import Leaf

_TAG = re.compile(r"(<[^>]*+>)")

_SHAPES = 1024
"""So many different markups are remembered."""


class _Place(NamedTuple):
    """Of a record that is cut at its tags, the piece with a value, and from where to where; ``end`` None: all of it."""

    piece: int
    start: int
    end: int | None
    empty: str | None


Shape = Mapping[tuple[str, ...], _Place]


class Records:
    """The values of records, a third of the time of taking each apart."""

    def __init__(self) -> None:
        self._shapes: dict[tuple[str, ...], Shape | None] = {}

    def values(self, text: str) -> Values:
        """Of one record."""
        pieces = _TAG.split(text)
        tags = tuple(pieces[1::2])
        if tags not in self._shapes:
            if len(self._shapes) >= _SHAPES:
                self._shapes.clear()
            self._shapes[tags] = _shape(text, pieces)
        return Values(text, pieces, self._shapes[tags])


class Values:
    """The values of a record by their paths below its element, the first of each."""

    def __init__(self, text: str, pieces: Sequence[str], shape: Shape | None) -> None:
        self._text = text
        self._pieces = pieces
        self._shape = shape

    def at(self, path: Sequence[str]) -> str | None:
        """One of them; None when it is not there, or has elements in it."""
        place = None if self._shape is None else self._shape.get(tuple(path))
        if place is not None and place.empty is None:
            raw = self._pieces[place.piece][place.start : place.end]
            if "&" not in raw and raw.strip() == raw:
                return raw
        found = self.span(path)
        return None if found is None else found.value

    def span(self, path: Sequence[str]) -> Span | None:
        """Where it stands in the record."""
        if self._shape is None:
            return xml_values.span(self._text, path, frame=False)
        place = self._shape.get(tuple(path))
        if place is None:
            return None
        before = sum(map(len, self._pieces[: place.piece]))
        end = len(self._pieces[place.piece]) if place.end is None else place.end
        return xml_values.span_of(self._text, Leaf((), 0, before + place.start, before + end, place.empty))


def _shape(text: str, pieces: Sequence[str]) -> Shape | None:
    """None where the pieces are not what the markup is: comments, sections, a ``>`` within an attribute."""
    tags = pieces[1::2]
    if any(tag[1] in "!?" or tag.count('"') % 2 or tag.count("'") % 2 for tag in tags):
        return None
    starts = [0, *accumulate(map(len, pieces))]
    found: dict[tuple[str, ...], _Place] = {}
    for leaf in xml_values.leaves(text):
        # An element without a text has an empty piece between its tags, which no place in the text tells.
        piece = bisect_right(starts, leaf.start) - 1
        is_text = leaf.empty is None and not leaf.known[-1].startswith("@")
        if is_text:
            piece = next((at for at in range(0, len(pieces), 2) if starts[at] == leaf.start), -1)
            if piece < 0 or starts[piece + 1] != leaf.end:
                return None
        start = leaf.start - starts[piece]
        place = _Place(piece, start, None if is_text else leaf.end - starts[piece], leaf.empty)
        found.setdefault(leaf.known[1:], place)
    return found
