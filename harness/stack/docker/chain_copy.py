"""A chain's folder, packed for a container: what its jobs may need, named by the digest of its content."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path

from harness.stack.chain_views.extent import LINKED, OWN, Extent, uncopied

LEFT_OUT = LINKED | OWN | {"__pycache__"}
"""Folders that no job reads in a container, and that could be large."""


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
        raise uncopied(folder, str(error)) from None
    return name, packed.getvalue()


def chain_state(folder: Path) -> tuple[tuple[str, int, int, int], ...]:
    """What changes when a file of the folder does: cheaper than its content, and asked for before every night."""
    return tuple((str(path), status.st_size, status.st_mtime_ns, status.st_mode) for path, status in _files(folder))


def _files(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """The regular files under the folder, in one order; a link to a file counts as the file."""
    extent = Extent(folder)
    for here, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in LEFT_OUT)
        for path in (Path(here, name) for name in sorted(names)):
            try:
                status = path.stat()
            except FileNotFoundError:  # a link to nowhere, or an editor's file that has just gone
                continue
            except OSError as error:
                raise uncopied(folder, str(error)) from None
            if extent.has(status):
                yield path, status
