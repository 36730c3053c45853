"""A file that a client sends to the source."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from harness.contract.protocols import Protocol
from harness.mocks.core.callers import asker
from harness.mocks.core.mock import Mock
from harness.mocks.source.files.source_file import SourceFile


class Upload:
    """A file under construction: `write` its bytes, then `finish` or `abandon` it.

    ``put`` gives it its name, and says whether what had that name before was its beginning.
    """

    def __init__(
        self,
        mock: Mock,
        via: Protocol,
        name: str,
        put: Callable[[SourceFile], bool],
        ended: Callable[[Upload], None],
    ) -> None:
        self._mock, self._via, self._name, self._put, self._ended = mock, via, name, put, ended
        self._sha256, self._md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
        self._size = self._lines = 0
        self._path = mock.dir / "store" / f".put-{id(self):x}"
        self._file = self._path.open("wb")
        self._value = {"name": name, "via": via} | asker()
        self._over = False
        mock.recorder.record("invoke", "put", self._value)

    def write(self, chunk: bytes) -> None:
        """The next bytes. ConnectionError when the night is over in which the upload began."""
        if self._over:
            raise ConnectionResetError("the night of this upload is over")
        self._file.write(chunk)
        self._sha256.update(chunk)
        self._md5.update(chunk)
        self._size += len(chunk)
        self._lines += chunk.count(b"\n")

    def finish(self, *, tag: str | None = None, error: str | None = None) -> SourceFile:
        """No more bytes come, and the file takes its name (and the tag, if S3 has one of its own for it).

        With an ``error``, what came is kept although it is not all.
        """
        self.write(b"")
        self._end()
        sha256 = self._sha256.hexdigest()
        path = self._path.replace(self._path.with_name(sha256))
        source_file = SourceFile(
            file="", name=self._name, via=self._via, arrives_ns=time.time_ns(), sha256=sha256,
            md5=self._md5.hexdigest(), size=self._size, records=self._lines, path=path, tag=tag,
            whole=error is None,
        )  # fmt: skip
        manifest: dict[str, Any] = {"size": source_file.size, "sha256": sha256}
        if self._put(source_file):
            manifest["extends"] = True
        self._mock.recorder.record("fail" if error else "ok", "put", self._value | manifest, error=error)
        return source_file

    @contextmanager
    def incoming(self, refused: Callable[[BaseException], str | None]) -> Iterator[None]:
        """While its bytes come in. When that breaks off, nothing is kept; ``refused`` says of the error why.

        None: it is no refusal, the client has gone.
        """
        try:
            yield
        except BaseException as error:
            self.abandon(refused(error) or "client gone")
            raise

    def replaced(self, because: str) -> None:
        """What came was there, and another client has written the file anew since: nothing is kept."""
        self.write(b"")
        told = {"size": self._size, "sha256": self._sha256.hexdigest()}
        self.forget()
        self._mock.recorder.record("fail", "put", self._value | told, error=because)

    def abandon(self, because: str) -> None:
        """The client has gone, or is refused: nothing is kept."""
        if not self._over:
            self.forget()
            self._mock.recorder.record("fail", "put", self._value, error=because)

    def forget(self) -> None:
        """Discard it with its night: nothing is kept, and the next night gets no event of it."""
        self._end()
        self._path.unlink(missing_ok=True)

    def _end(self) -> None:
        self._over = True
        self._file.close()
        self._ended(self)
