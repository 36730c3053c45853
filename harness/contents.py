"""The contents of a night's files: made once, kept under their checksum, found again later."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import importlib.metadata
import inspect
import json
import os
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from harness import factories
from harness.chain import Chain, FileSpec
from harness.errors import AuthorError


@dataclass(frozen=True)
class Stored:
    """One content: its checksum, which is its name in the store, its size and how many records it holds."""

    sha256: str
    size: int
    records: int


class ContentStore:
    """A folder of contents by checksum, and of notes that say which recipe made which."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known: dict[str, Stored] = {}

    def path(self, sha256: str) -> Path:
        """Where a content is."""
        return self.folder / sha256

    def content(self, chain: Chain, file: str, date: dt.date, seed: int) -> Stored:
        """What that file of the chain holds on that date."""
        spec = chain.files[file]
        own_seed = int.from_bytes(hashlib.sha256(f"{seed}/{file}".encode()).digest()[:8])
        if spec.content.copy_of is not None:
            return self._copied(chain, file, spec)
        try:
            write = factories.find(str(spec.content.factory), chain.folder)
        except AuthorError as error:
            raise AuthorError(f"{chain.where('files', file, 'content')}: {error}") from None
        parameters = spec.content.parameters
        recipe = _digest([_source(write), date.isoformat(), own_seed, parameters])

        def made(out: IO[bytes]) -> int:
            try:
                return factories.write(write, out, date=date, seed=own_seed, parameters=parameters)
            except AuthorError as error:
                raise AuthorError(f"{chain.where('files', file, 'content')}: {error}") from error

        return self._kept(recipe, made)

    def _copied(self, chain: Chain, file: str, spec: FileSpec) -> Stored:
        path = chain.folder / str(spec.content.copy_of)
        try:
            body = path.read_bytes()
        except OSError as error:
            where = chain.where("files", file, "content", "copy")
            raise AuthorError(f"{where}: {path} cannot be read ({error.strerror}); expected a file to copy") from None

        def made(out: IO[bytes]) -> int:
            out.write(body)
            return _records(body)

        return self._kept(_digest(["copy", hashlib.sha256(body).hexdigest()]), made)

    def _kept(self, recipe: str, made: Any) -> Stored:
        note = self.folder / "recipes" / f"{recipe}.json"
        if recipe not in self._known:
            found = _noted(note)
            if found is None or not self.path(found.sha256).is_file():
                found = self._make(made)
                _write_whole(note, json.dumps(asdict(found)).encode())
            self._known[recipe] = found
        return self._known[recipe]

    def _make(self, made: Any) -> Stored:
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self.folder, prefix=".making-", delete=False) as out:
            try:
                records = made(out)
                out.flush()
                with Path(out.name).open("rb") as body:
                    sha256 = hashlib.file_digest(body, "sha256").hexdigest()
                size = Path(out.name).stat().st_size
                Path(out.name).replace(self.path(sha256))
            except BaseException:
                Path(out.name).unlink(missing_ok=True)
                raise
        return Stored(sha256, size, records)


def _noted(note: Path) -> Stored | None:
    try:
        return Stored(**json.loads(note.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        # Missing, or of another version: the content is made again.
        return None


def _write_whole(path: Path, body: bytes) -> None:
    # Several test workers share the store: nobody may read half a note.
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".making-")
    with os.fdopen(descriptor, "wb") as out:
        out.write(body)
    Path(name).replace(path)


def _records(body: bytes) -> int:
    """A copied file's records: its lines but for the header, and the trailer if it has one."""
    lines = [line for line in body.splitlines() if line.strip()]
    trailer = bool(lines) and lines[-1].split(b",")[0].upper() == b"TRAILER"
    return max(0, len(lines) - 1 - trailer)


@functools.lru_cache(maxsize=64)
def _source(write: factories.Write) -> str:
    file = inspect.getsourcefile(write)
    body = Path(file).read_bytes() if file else repr(write).encode()
    # Another Faker has another vocabulary.
    return hashlib.sha256(body).hexdigest() + importlib.metadata.version("faker")


def _digest(recipe: list[Any]) -> str:
    return hashlib.sha256(json.dumps(recipe, sort_keys=True, default=str).encode()).hexdigest()
