"""A chain's folder, packed for a container: what its jobs may need, named by the digest of its content."""

from __future__ import annotations

import hashlib
import io
import os
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
    files: list[Path] = []
    size = 0
    try:
        for path in _files(folder):
            content, mode = path.read_bytes(), path.stat().st_mode & 0o777
            size += len(content)
            if size > LARGEST_BYTES:
                raise _uncopied(
                    folder, f"more than {LARGEST_BYTES >> 20} MB in it, {path.relative_to(folder)} included"
                )
            digest.update(f"{path.relative_to(folder)}\0{mode:o}\0{len(content)}\0".encode() + content)
            files.append(path)
    except OSError as error:
        raise _uncopied(folder, str(error)) from None
    name = digest.hexdigest()[:16]
    with tarfile.open(fileobj=packed, mode="w", dereference=True) as tar:
        for path in files:
            tar.add(path, f"chain/{name}/{path.relative_to(folder)}", recursive=False)
    return name, packed.getvalue()


def _uncopied(folder: Path, found: str) -> StackError:
    return StackError(
        f"chain folder {folder}",
        found=found,
        expected="a folder that can be copied to a container: the chain file, its programs, its samples",
        todo="move what is not the chain's out of the folder, or the chain into one of its own",
    )


def _files(folder: Path) -> Iterator[Path]:
    """The regular files under the folder, in one order; a link to a file counts as the file."""
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in LEFT_OUT)
        yield from (path for name in sorted(names) if (path := Path(here, name)).is_file())
