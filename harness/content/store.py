"""The contents of a night's files: made once, kept under their checksum, found again later."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import importlib.metadata
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from harness import formats
from harness.chain.model import Chain, FileSpec
from harness.content import factories
from harness.content.factories import Factory
from harness.contract.codec import read, write
from harness.contract.content import Content
from harness.errors import AuthorError
from harness.formats import Layout, Totals
from harness.formats.compression import member_name

_CHUNK_BYTES = 1 << 20

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

    def content(self, chain: Chain, file: str, date: dt.date, seed: int) -> Content:
        """What that file of the chain holds on that date; AuthorError with the place in the chain's file."""
        spec = chain.files[file]
        try:
            if spec.content.copy_of is not None:
                return self._copied(chain.folder / spec.content.copy_of, spec)
            return self._made(factories.find(str(spec.content.factory), chain.folder), spec, file, date, seed)
        except formats.Mismatch as error:
            raise AuthorError(f"{chain.where('files', file, 'content', error.key)}: {error}") from error
        except AuthorError as error:
            raise AuthorError(f"{chain.where('files', file, 'content')}: {error}") from error

    def _made(self, factory: Factory, spec: FileSpec, file: str, date: dt.date, seed: int) -> Content:
        own_seed = int.from_bytes(hashlib.sha256(f"{seed}/{file}".encode()).digest()[:8])
        given = spec.content.given
        parameters, form = factory.parameters(given), factory.form(given)
        member = member_name(spec.name.format(date=date))

        def made(out: IO[bytes]) -> tuple[Layout, Totals]:
            for key, text in factories.content_mistakes(factory, given):
                raise formats.Mismatch(key, text)
            try:
                if factory.records is None:
                    records = factories.write(factory, out, date=date, seed=own_seed, parameters=parameters)
                    out.flush()
                    return formats.find_layout(Path(out.name), form, records=records)
                control = form.control
                table = factories.table(factory, date=date, seed=own_seed, parameters=parameters, control=control)
                layout = formats.made_layout(form, factory.columns, table.control)
                return layout, formats.write(table, layout, out, member=member)
            except formats.Mismatch:
                raise
            except Exception as error:
                raise factories.failed(factory, date, error) from error

        recipe = [_source(factory.file), date.isoformat(), own_seed, parameters, form.given(), member]
        return self._kept(_digest(recipe), made)

    def _copied(self, path: Path, spec: FileSpec) -> Content:
        form = spec.content.form
        try:
            sha256 = self._digest_of(path)
        except OSError as error:
            text = f"{path} cannot be read ({error.strerror}); expected a file to copy"
            raise formats.Mismatch("copy", text) from None

        def made(out: IO[bytes]) -> tuple[Layout, Totals]:
            with path.open("rb") as body:
                shutil.copyfileobj(body, out, _CHUNK_BYTES)
            out.flush()
            try:
                return formats.find_layout(Path(out.name), form)
            except formats.Mismatch:
                raise
            except ValueError as error:
                raise formats.Mismatch("copy", f"{path} {error}") from error

        return self._kept(_digest(["copy", sha256, form.given()]), made)

    def _digest_of(self, path: Path) -> str:
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

    def _kept(self, recipe: str, made: Make) -> Content:
        note = self.folder / "recipes" / f"{recipe}.json"
        if recipe not in self._known:
            found = _noted(note)
            if found is None or not self.path(found.sha256).is_file():
                found = self._make(made)
                _write_whole(note, json.dumps(write(found)).encode())
            self._known[recipe] = found
        return self._known[recipe]

    def _make(self, made: Make) -> Content:
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self.folder, prefix=".making-", delete=False) as out:
            path = Path(out.name)
            try:
                layout, totals = made(out)
                out.flush()
                sha256, md5 = _checksums(path)
                size = path.stat().st_size
                path.replace(self.path(sha256))
            except BaseException:
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
    # Several test workers share the store: nobody may read half a note.
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


@functools.lru_cache(maxsize=64)
def _source(file: Path) -> str:
    # Another Faker has another vocabulary.
    return hashlib.sha256(file.read_bytes()).hexdigest() + importlib.metadata.version("faker")


def _digest(recipe: list[Any]) -> str:
    return hashlib.sha256(json.dumps(recipe, sort_keys=True, default=str).encode()).hexdigest()
