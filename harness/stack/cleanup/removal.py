"""Trees removed whatever their modes: a job may have made folders that nobody may write to or look into."""

from __future__ import annotations

import os
import shutil
import stat
from contextlib import suppress
from pathlib import Path


def remove_all(path: Path) -> None:
    """Remove a file, a link or a whole tree. Raises OSError for what cannot be removed."""
    if path.is_symlink() or not path.is_dir():
        path.unlink(missing_ok=True)
        return
    try:
        shutil.rmtree(path)
    except PermissionError:
        _open_up(path)
        shutil.rmtree(path)


def remove_all_in(folder: Path) -> None:
    """Remove all that a folder holds, and keep the folder, open to its owner."""
    folder.chmod(stat.S_IMODE(folder.stat().st_mode) | stat.S_IRWXU)
    for path in folder.iterdir():
        remove_all(path)


def remove_what_goes(path: Path) -> None:
    """Remove a tree as far as that goes: somebody else may be removing it, too, or own some of it."""
    shutil.rmtree(path, ignore_errors=True)
    if path.is_dir() and not path.is_symlink():
        _open_up(path)
        shutil.rmtree(path, ignore_errors=True)


def _open_up(path: Path) -> None:
    """Let its owner into every folder of a tree, and write there."""
    _let_in(path)
    for here, folders, _ in os.walk(path):
        for inner in (Path(here, name) for name in folders):
            _let_in(inner)


def _let_in(folder: Path) -> None:
    with suppress(OSError):  # another user's: what cannot be removed tells so itself
        if not folder.is_symlink():
            folder.chmod(stat.S_IRWXU)
