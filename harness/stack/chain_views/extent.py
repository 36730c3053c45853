"""What of a chain's folder is copied where it has to be: not what is no part of the chain, and no more than fits."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from harness.errors import StackError

LINKED = frozenset({".git", ".hg", ".venv", "venv", "node_modules"})
"""What may lie in a chain's folder, is large, and is no part of the chain: a copy on this machine has links to it."""

OWN = frozenset({".night-harness"})
"""What the harness itself keeps there."""

LARGEST_BYTES = 512 << 20


class Extent:
    """How much of a folder has been met so far. Raises StackError where it is too much to be copied."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._bytes = 0

    def has(self, status: os.stat_result) -> bool:
        """Whether something that is no folder is copied: files and links, no sockets, pipes or devices."""
        if not (stat.S_ISREG(status.st_mode) or stat.S_ISLNK(status.st_mode)):
            return False
        self._bytes += status.st_size
        if self._bytes > LARGEST_BYTES:
            raise uncopied(self._folder, f"more than {LARGEST_BYTES >> 20} MB in it")
        return True


def uncopied(folder: Path, found: str) -> StackError:
    """The error for a folder that cannot be copied."""
    return StackError(
        f"chain folder {folder}",
        found=found,
        expected="a folder that can be copied for each night: the chain file, its programs, its samples",
        todo="move what is not the chain's out of the folder, or the chain into one of its own",
    )
