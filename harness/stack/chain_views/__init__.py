"""Each night's own view of its chain's folder: as the folder is when the night begins, and gone when the next begins.

A job that caches a file, keeps a watermark or edits a program in its chain's folder does so in the night's view. The
folder itself, which is a user's working copy, is never written to. What was changed is told when the night is over.
"""

from __future__ import annotations

from typing import Protocol

from harness.stack.chain_views.changes import Change


class ChainView(Protocol):
    """A chain's folder as the jobs of one night see it."""

    cwd: str
    """Where the jobs find it."""

    def renew(self) -> None:
        """Make it what the folder is now; what the last night did in it is gone. Raises StackError if it cannot."""

    def changes(self) -> list[Change]:
        """What this night has done in it so far."""

    def end(self) -> None:
        """The night is over: the folder is seen as it is again."""
