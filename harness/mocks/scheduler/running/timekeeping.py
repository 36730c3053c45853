"""The scheduler's hand on the night's clock: held while a job starts, stopped when the night is complete."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Protocol


class Timekeeping(Protocol):
    """What the scheduler asks of the clock's page."""

    def hold(self) -> AbstractContextManager[None]:
        """Time does not move while the context is open."""

    def stop(self, reason: str = ...) -> None:
        """Whoever lets time pass is to return at once."""


class RealTime:
    """No page: nobody moves time, so there is nothing to hold or to stop."""

    def hold(self) -> AbstractContextManager[None]:
        """Nothing to hold."""
        return nullcontext()

    def stop(self, reason: str = "") -> None:
        """Nothing to stop."""


def timekeeping() -> Timekeeping:
    """The page that the environment names, or real time."""
    path = os.environ.get("NIGHT_CLOCK")
    if not path:
        return RealTime()
    from harness.clock.page import ClockPage

    return ClockPage.open(Path(path))
