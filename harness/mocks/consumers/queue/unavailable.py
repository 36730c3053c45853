"""What this machine lacks for a Valkey."""

from __future__ import annotations

from harness.mocks.core.unfit import UnfitError


class QueueUnavailable(UnfitError):
    """No server can run here: where, what was found, what was expected, what to do."""
