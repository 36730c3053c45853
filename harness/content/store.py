"""Contents of files: made once, kept under their checksum, found again later by what made them."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from harness.contract.codec import read, write
from harness.contract.content import Content
from harness.formats import Layout, Totals

_CHUNK_BYTES = 1 << 20

_NOTES = "units"
"""What notes say that those of an older version do not: whose contents are made, and noted, once more."""

_SETTLED_NS = 2_000_000_000
"""A file that was changed more recently could change once more and keep its time: file systems count in steps."""

Make = Callable[[IO[bytes]], tuple[Layout, Totals]]
"""Writes a content into a named file; says how it is laid out and what it holds."""


class ContentStore:
    """A folder of contents by checksum, and of notes that say which recipe made which."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known: dict[str, Content] = {}
        self._digests: dict[tuple[str, int, int, int], str] = {}

    def path(self, sha256: str) -> Path:
        """Where a content is."""
        return self.folder / sha256

    def digest_of(self, path: Path) -> str:
        """The checksum of a file to copy. It may have a gigabyte and be asked for every night."""
        now = path.stat()
        key = (str(path), now.st_ino, now.st_size, now.st_mtime_ns)
        if key in self._digests:
            return self._digests[key]
        with path.open("rb") as body:
            digest = hashlib.file_digest(body, "sha256").hexdigest()
        if time.time_ns() - now.st_mtime_ns > _SETTLED_NS:
            self._digests[key] = digest
        return digest

    def kept(self, recipe: list[Any], make: Make) -> Content:
        """What ``make`` makes, or made before by the same recipe: anything that JSON, or str, tells apart."""
        digest = _digest(recipe)
        note = self.folder / "recipes" / f"{digest}.json"
        if digest not in self._known:
            found = _noted(note)
            if found is None or not self.path(found.sha256).is_file():
                found = self._make(make)
                _write_whole(note, json.dumps(write(found)).encode())
            self._known[digest] = found
        return self._known[digest]

    def _make(self, make: Make) -> Content:
        self.folder.mkdir(parents=True, exist_ok=True)
        out = tempfile.NamedTemporaryFile(dir=self.folder, prefix=".making-", delete=False)  # noqa: SIM115 - below
        path = Path(out.name)
        try:
            with out:
                layout, totals = make(out)
            sha256, md5 = _checksums(path)
            size = path.stat().st_size
            path.replace(self.path(sha256))
        except BaseException as error:
            if isinstance(error, OSError) and error.filename is None:
                error.filename = str(path.parent)  # of a write, the kernel does not say where
            path.unlink(missing_ok=True)
            raise
        return Content(
            sha256=sha256,
            md5=md5,
            size=size,
            records=totals.records,
            control_total=totals.control_total,
            layout=layout.described(),
        )


def _noted(note: Path) -> Content | None:
    try:
        return read(Content, json.loads(note.read_text(encoding="utf-8")), str(note))
    except (OSError, ValueError):
        # Missing, or of another version: the content is made again.
        return None


def _write_whole(path: Path, body: bytes) -> None:
    # Several test workers share the store, and none may read half a note.
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".making-")
    with os.fdopen(descriptor, "wb") as out:
        out.write(body)
    Path(name).replace(path)


def _checksums(path: Path) -> tuple[str, str]:
    """SHA-256 and MD5, which stages list, of a file that is read a piece at a time."""
    sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    with path.open("rb") as body:
        while piece := body.read(_CHUNK_BYTES):
            sha256.update(piece)
            md5.update(piece)
    return sha256.hexdigest(), md5.hexdigest()


def _digest(recipe: list[Any]) -> str:
    return hashlib.sha256(json.dumps([_NOTES, *recipe], sort_keys=True, default=str).encode()).hexdigest()
