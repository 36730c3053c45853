"""What the files of a night hold: by a factory, or a copy of a real file, as the chain says."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import importlib.metadata
import shutil
from pathlib import Path
from typing import IO

from harness import formats
from harness.chain.model import Chain, FileSpec
from harness.content import factories
from harness.content.factories import Factory
from harness.content.store import ContentStore
from harness.contract.content import Content
from harness.errors import AuthorError
from harness.formats import Layout, Totals
from harness.formats.compression import member_name

_CHUNK_BYTES = 1 << 20


class FileContents:
    """The contents of a chain's files, kept in a folder that nights and runs share."""

    def __init__(self, folder: Path) -> None:
        self._store = ContentStore(folder)

    def path(self, sha256: str) -> Path:
        """Where a content is."""
        return self._store.path(sha256)

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
                if isinstance(error, OSError) and error.filename is None:
                    error.filename = str(Path(out.name).parent)  # of a write, the kernel does not say where
                raise factories.failed(factory, date, error) from error

        recipe = [_source(factory.file), date.isoformat(), own_seed, parameters, form.given(), member]
        return self._store.kept(recipe, made)

    def _copied(self, path: Path, spec: FileSpec) -> Content:
        form = spec.content.form
        try:
            sha256 = self._store.digest_of(path)
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

        return self._store.kept(["copy", sha256, form.given()], made)


@functools.lru_cache(maxsize=64)
def _source(file: Path) -> str:
    # Another Faker has another vocabulary.
    return hashlib.sha256(file.read_bytes()).hexdigest() + importlib.metadata.version("faker")
