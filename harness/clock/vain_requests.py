"""A tight loop: requests that come to nothing, one after the other, while the night's time hardly moves.

Virtual time is kept by no such loop for long: each request moves it by a little, so that no standstill is seen, and
what would end the loop in life (a source that is back after ten minutes) is a hundred thousand requests away.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from harness.clock.page import ClockPage

ENOUGH = 2000
"""Refusals and failures within a minute of the night, after which it is a loop: who pauses makes fewer."""

_WITHIN_NS = 60_000_000_000
_LOOK_EVERY_S = 0.2


class VainRequests:
    """Sees when too many requests have come to nothing within a minute; ``count`` says how many did so far."""

    def __init__(self, page: ClockPage, count: Callable[[], int]) -> None:
        self._page, self._count = page, count
        self.begin()

    def begin(self) -> None:
        """Count from here on."""
        self._since_ns, self._before = self._page.monotonic_ns, self._count()
        self._looked = time.monotonic()

    def share(self) -> float:
        """How much of what is enough has come, within a minute; a look each fifth of a real second is enough."""
        if time.monotonic() - self._looked < _LOOK_EVERY_S:
            return 0.0
        self._looked = time.monotonic()
        count = self._count()
        if count < self._before or self._page.monotonic_ns - self._since_ns >= _WITHIN_NS:
            self._since_ns, self._before = self._page.monotonic_ns, count
        return (count - self._before) / ENOUGH
