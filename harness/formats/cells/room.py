"""What cannot be written where a value stands."""

from __future__ import annotations


class NoRoom(ValueError):
    """A text or number that this place cannot hold, or a place that is not there: what was found and expected."""
