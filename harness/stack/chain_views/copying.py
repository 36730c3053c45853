"""Files copied without their bytes being moved where the filesystem can, and trees removed whatever their modes."""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
from pathlib import Path

FICLONE = 0x40049409
"""Linux's request for a reflink."""


def clone_or_copy(source: Path, target: Path) -> None:
    """A new file with the bytes of another one: they share them (a reflink) where the filesystem can."""
    if source.stat().st_dev != target.parent.stat().st_dev or not _clone(source, target):
        shutil.copyfile(source, target)


def _clone(source: Path, target: Path) -> bool:
    try:
        with source.open("rb") as read, target.open("wb") as written:
            fcntl.ioctl(written, FICLONE, read.fileno())
    except OSError:  # not on this filesystem
        return False
    return True


def remove_all(path: Path) -> None:
    """Remove a file, a link or a whole tree, folders that nobody may write to or look into included."""
    if path.is_symlink() or not path.is_dir():
        path.unlink(missing_ok=True)
        return
    try:
        shutil.rmtree(path)
    except PermissionError:
        path.chmod(stat.S_IRWXU)
        for here, folders, _ in os.walk(path):
            for inner in (Path(here, name) for name in folders):
                if not inner.is_symlink():
                    inner.chmod(stat.S_IRWXU)
        shutil.rmtree(path)
