"""What a night's jobs have changed in their chain's folder: which file, how, and whether it was a program.

Only files count, and only what is in them: their bytes, where they are links to, and their modes. One that was written
anew with the same bytes is as it was.
"""

from __future__ import annotations

import filecmp
import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

How = Literal["changed", "removed", "added"]

PROGRAM_SUFFIXES = frozenset(
    {
        *(".awk", ".bash", ".class", ".go", ".jar", ".jl", ".js", ".ksh", ".lua", ".mjs", ".php", ".pl", ".pm"),
        *(".ps1", ".py", ".r", ".rb", ".scala", ".sh", ".so", ".tcl", ".zsh"),
    }
)
"""What people call programs. Not .sql, .json or .yaml: a sound job may well write such a file."""

PROGRAM_BEGINS = (b"#!", b"\x7fELF")
"""Programs by their first bytes. The mode does not tell: on some filesystems every file is executable."""

INCIDENTAL = re.compile(r"(.*/)?(__pycache__|\.pytest_cache|\.mypy_cache|\.ruff_cache)/.*|.*\.pyc|(.*/)?core(\.\d+)?")
"""What interpreters and the kernel leave beside programs. It says nothing of a job, and equal nights differ in it."""


@dataclass(frozen=True, order=True)
class Change:
    """One file of the folder: its path in it, what became of it, and whether what was there before is a program.

    ``mode_alone``: nothing but its mode is another one, which changes no program: ``chmod +x`` begins many a sound job.
    """

    path: str
    how: How
    program: bool = False
    mode_alone: bool = False


def changes_between(before: Path, after: Path, path: str = "") -> Iterator[Change]:
    """How a file, or all files of a folder, differ from what was there before; ``path`` is where both are."""
    was, is_now = _status(before), _status(after)
    if was is not None and is_now is not None and stat.S_ISDIR(was.st_mode) and stat.S_ISDIR(is_now.st_mode):
        for name in sorted({*names_in(before), *names_in(after)}):
            yield from changes_between(before / name, after / name, f"{path}/{name}".lstrip("/"))
    elif was is None or is_now is None or stat.S_IFMT(was.st_mode) != stat.S_IFMT(is_now.st_mode):
        yield from (Change(found, "removed", is_program(before / rest)) for found, rest in _files(before, path))
        yield from (Change(found, "added") for found, _ in _files(after, path))
    elif not _alike(before, was, after, is_now):
        yield Change(path, "changed", is_program(before))
    elif stat.S_IMODE(was.st_mode) != stat.S_IMODE(is_now.st_mode):
        yield Change(path, "changed", mode_alone=True)


def counted(changes: Iterator[Change]) -> list[Change]:
    """Those that say something of a job, in one order; what was replaced by another kind of thing was changed."""
    found: dict[str, Change] = {}
    for one in changes:
        if INCIDENTAL.fullmatch(one.path):
            continue
        other = found.get(one.path, one)
        how: How = one.how if one.how == other.how else "changed"
        mode_alone = one.mode_alone and other.mode_alone
        found[one.path] = Change(one.path, how, one.program or other.program, mode_alone)
    return sorted(found.values())


def names_in(folder: Path) -> list[str]:
    """What a folder holds; nothing where it cannot be looked into, or is gone: a job may be at work in it."""
    try:
        return os.listdir(folder)  # noqa: PTH208 - names, not paths
    except OSError:
        return []


def is_program(path: Path) -> bool:
    """Whether a file is something that is run, by its name or its first bytes."""
    if path.suffix.lower() in PROGRAM_SUFFIXES:
        return True
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return False
        with path.open("rb") as file:
            return file.read(4).startswith(PROGRAM_BEGINS)
    except OSError:  # a link to nowhere, or a file that only others may read
        return False


def _alike(before: Path, was: os.stat_result, after: Path, is_now: os.stat_result) -> bool:
    """Whether two files of one kind hold the same."""
    if stat.S_ISLNK(was.st_mode):
        return before.readlink() == after.readlink()
    if not stat.S_ISREG(was.st_mode):
        return True
    try:
        return was.st_size == is_now.st_size and filecmp.cmp(before, after, shallow=False)
    except OSError:  # it cannot be read, so nobody can say that it is the same
        return False


def _files(path: Path, shown: str) -> Iterator[tuple[str, Path]]:
    """A file, or all that are below a folder: where they are in the chain's folder, and seen from here."""
    status = _status(path)
    if status is None:
        return
    if not stat.S_ISDIR(status.st_mode):
        yield shown, Path()
        return
    for here, folders, names in os.walk(path):
        links = [name for name in folders if Path(here, name).is_symlink()]
        for name in sorted([*names, *links]):
            rest = Path(here, name).relative_to(path)
            yield f"{shown}/{rest}".lstrip("/"), rest


def _status(path: Path) -> os.stat_result | None:
    try:
        return path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
