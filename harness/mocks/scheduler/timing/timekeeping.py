"""How the scheduler holds the night's clock while a job starts, and stops it when the night is complete."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Protocol


class Timekeeping(Protocol):
    """What the scheduler asks of the clock page."""

    def hold(self) -> AbstractContextManager[None]:
        """Time does not move while the context is open."""

    def stop(self, reason: str = ...) -> None:
        """What lets time pass is to return at once."""


class RealTime:
    """No clock page: time passes by itself, so there is nothing to hold or to stop."""

    def hold(self) -> AbstractContextManager[None]:
        """Nothing to hold."""
        return nullcontext()

    def stop(self, reason: str = "") -> None:
        """Nothing to stop."""


def timekeeping() -> Timekeeping:
    """The clock page that the environment names, or real time."""
    path = os.environ.get("NIGHT_CLOCK")
    if not path:
        return RealTime()
    from harness.clock.page import ClockPage

    return ClockPage.open(Path(path))
