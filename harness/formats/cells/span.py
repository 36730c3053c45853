"""Where a value was found."""

from __future__ import annotations

from typing import NamedTuple


class Span(NamedTuple):
    """Characters of a unit's text: from ``start`` to ``end`` there is ``raw``, which says ``value``."""

    start: int
    end: int
    raw: str
    value: str
