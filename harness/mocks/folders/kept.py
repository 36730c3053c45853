"""What the working folders hold when the night is over, a file at a time."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness.contract.plan import Plan
from harness.mocks.core.compared import Compared

_CHUNK_BYTES = 1 << 20
_HEAD_BYTES = 1 << 10


class Kept:
    """Each file is read a few times at most; of a folder of gigabytes, a chunk is in memory."""

    def __init__(self, plan: Plan, store: Path) -> None:
        self._compared = Compared(plan)
        self._checked = frozenset(plan.checked)
        self._published = {file.name: (file.content.size, store / file.content.sha256) for file in plan.files}
        self._heads: dict[str, bytes] = {}

    def counts(self, path: str) -> bool:
        """Whether a file may be a result: the chain does not ignore it."""
        return self._compared.counts(path)

    def files(self, folder: str, path: Path) -> Iterator[dict[str, Any]]:
        """Values of events, by name: files, what links point to, and directories with nothing in them (``name/``)."""
        for where, directories, names in os.walk(path):
            directories.sort()
            for name in sorted([*names, *(one for one in directories if (Path(where) / one).is_symlink())]):
                file = Path(where) / name
                inside = str(file.relative_to(path))
                if self._compared.counts(f"{folder}/{inside}"):
                    try:
                        found = self._file(f"{folder}/{inside}", file)
                    except OSError:
                        continue  # gone, or not to be read: then nobody reads it
                    yield {"folder": folder, "name": inside} | found
            if not directories and not names and Path(where) != path:
                inside = f"{Path(where).relative_to(path)}/"
                if self._compared.counts(f"{folder}/{inside}"):
                    yield {"folder": folder, "name": inside, "size": 0, "content": ""}

    def _file(self, path: str, file: Path) -> dict[str, Any]:
        status = file.lstat()
        if stat.S_ISLNK(status.st_mode):
            return {"size": 0, "content": hashlib.sha256(b"-> " + bytes(file.readlink())).hexdigest()}
        if not stat.S_ISREG(status.st_mode):
            return {"size": 0, "content": ""}  # a pipe or a socket: to read it could wait for ever
        found: dict[str, Any] = {"size": status.st_size} | self._compared.told(path, file)
        if path.partition("/")[0] in self._checked:
            with file.open("rb") as body:
                found["sha256"] = hashlib.file_digest(body, "sha256").hexdigest()
        beginning = self._beginning_of(file, status.st_size)
        return found if beginning is None else found | {"beginning_of": beginning}

    def _beginning_of(self, file: Path, size: int) -> str | None:
        """The published file of which this is the first part, and not all."""
        if size == 0 or self._published.get(file.name, (None,))[0] == size:
            return None
        with file.open("rb") as body:
            head = body.read(_HEAD_BYTES)
        longer = [(name, path) for name, (whole, path) in self._published.items() if size < whole]
        alike = (path_of for path_of in longer if self._head(*path_of).startswith(head))
        return next((name for name, path in alike if _begins(path, file)), None)

    def _head(self, name: str, path: Path) -> bytes:
        """The first bytes of a published file, which most others do not share; read once."""
        if name not in self._heads:
            with path.open("rb") as body:
                self._heads[name] = body.read(_HEAD_BYTES)
        return self._heads[name]


def _begins(whole: Path, part: Path) -> bool:
    with whole.open("rb") as longer, part.open("rb") as shorter:
        while chunk := shorter.read(_CHUNK_BYTES):
            if longer.read(len(chunk)) != chunk:
                return False
    return True
