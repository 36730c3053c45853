"""A file that a client has open for writing: every client sees it from the start, with its size of the moment."""

from __future__ import annotations

import time
from pathlib import Path

from harness.mocks.source.files.body import CHUNK_BYTES, Body
from harness.mocks.source.sftp.read_handle import LONGEST_READ
from harness.mocks.source.store.upload import Upload


class WriteHandle:
    """Bytes at any place, in a file of its own; when it is closed, the upload gets them in their order."""

    def __init__(self, upload: Upload, scratch: Path, content: Body | None = None) -> None:
        self._upload = upload
        self._path = scratch
        self._file = scratch.open("w+b")
        self.size = 0
        self.replaced = False
        """Whether another client has opened the file since, and nothing came of this one: one whose connection was lost
        comes again before the server notices, and what it sends then stays."""
        self.modified_ns = time.time_ns()
        for chunk in content.chunks() if content is not None else ():
            self.write(self.size, chunk)

    @property
    def body(self) -> Body:
        """What is there now."""
        self._file.flush()
        return Body.of_file(self._path, self.size)

    def read(self, start: int, count: int) -> bytes:
        """Up to so many bytes; nothing at the end."""
        if start >= self.size:
            return b""
        self._file.seek(start)
        return self._file.read(min(count, LONGEST_READ))

    def write(self, start: int, data: bytes) -> None:
        """These bytes at this place; a hole before them holds zeros."""
        self._file.seek(start)
        self._file.write(data)
        self.size = max(self.size, start + len(data))
        self.replaced = False
        self.modified_ns = time.time_ns()

    def truncate(self, size: int) -> None:
        """Make it this long."""
        self._file.truncate(size)
        self.size = size
        self.replaced = False
        self.modified_ns = time.time_ns()

    def finish(self, *, error: str | None = None) -> None:
        """The client has closed it, or is gone: what is there stays, as it does on a server's disk."""
        self._file.seek(0)
        while chunk := self._file.read(CHUNK_BYTES):
            self._upload.write(chunk)
        self.discard()
        if self.replaced:
            self._upload.replaced(error or "another client has written it since")
        else:
            self._upload.finish(error=error)

    def discard(self) -> None:
        """Leave nothing behind."""
        self._file.close()
        self._path.unlink(missing_ok=True)
