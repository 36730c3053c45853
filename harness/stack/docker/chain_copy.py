"""A chain's folder, packed for a container: what its jobs may need, named by the digest of its content."""

from __future__ import annotations

import hashlib
import io
import os
import stat
import tarfile
from collections.abc import Iterator
from pathlib import Path

from harness.errors import StackError

LEFT_OUT = frozenset({".git", ".hg", "__pycache__", ".venv", "venv", "node_modules", ".night-harness"})
"""Folders that no job reads and that could be large."""

LARGEST_BYTES = 512 << 20


def chain_copy(folder: Path) -> tuple[str, bytes]:
    """The digest of a chain's folder, and a tar of it that unpacks as chain/DIGEST."""
    digest = hashlib.sha256()
    packed = io.BytesIO()
    files = list(_files(folder))
    try:
        for path, status in files:
            head = f"{path.relative_to(folder)}\0{status.st_mode & 0o777:o}\0{status.st_size}\0"
            digest.update(head.encode() + path.read_bytes())
        name = digest.hexdigest()[:16]
        with tarfile.open(fileobj=packed, mode="w", dereference=True) as tar:
            for path, _ in files:
                tar.add(path, f"chain/{name}/{path.relative_to(folder)}", recursive=False)
    except OSError as error:
        raise _uncopied(folder, str(error)) from None
    return name, packed.getvalue()


def chain_state(folder: Path) -> tuple[tuple[str, int, int, int], ...]:
    """What changes when a file of the folder does: cheaper than its content, and asked for before every night."""
    return tuple((str(path), status.st_size, status.st_mtime_ns, status.st_mode) for path, status in _files(folder))


def _files(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """The regular files under the folder, in one order; a link to a file counts as the file."""
    size = 0
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in LEFT_OUT)
        for path in (Path(here, name) for name in sorted(names)):
            try:
                status = path.stat()
            except FileNotFoundError:  # a link to nowhere, or an editor's file that has just gone
                continue
            except OSError as error:
                raise _uncopied(folder, str(error)) from None
            if stat.S_ISREG(status.st_mode):
                size += status.st_size
                if size > LARGEST_BYTES:
                    raise _uncopied(folder, f"more than {LARGEST_BYTES >> 20} MB in it")
                yield path, status


def _uncopied(folder: Path, found: str) -> StackError:
    return StackError(
        f"chain folder {folder}",
        found=found,
        expected="a folder that can be copied to a container: the chain file, its programs, its samples",
        todo="move what is not the chain's out of the folder, or the chain into one of its own",
    )
