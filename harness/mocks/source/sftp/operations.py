"""All that a client can do over SFTP: it reads and writes, and what both need is here."""

from __future__ import annotations

from typing import Any

import asyncssh
from asyncssh import FXF_APPEND, FXF_WRITE, SFTPAttrs

from harness.mocks.source.sftp.errors import surfacing
from harness.mocks.source.sftp.read_handle import ReadHandle
from harness.mocks.source.sftp.reading import Reading
from harness.mocks.source.sftp.session import OpenFile, open_file
from harness.mocks.source.sftp.writing import Writing


class Operations(Reading, Writing):
    """Every operation that asyncssh would do on this machine's own files is replaced, here or in a base."""

    @surfacing
    async def open(self, path: bytes, pflags: int, attrs: SFTPAttrs) -> OpenFile:
        """Open a file; for reading, this is the retrieval that faults act on."""
        name, at = self.name(path), self.tree.path(path)
        if pflags & (FXF_WRITE | FXF_APPEND):
            opened = await self.open_to_write(name, at, pflags)
            if attrs.permissions is not None:
                self.tree.set(at, SFTPAttrs(permissions=attrs.permissions))
            return opened
        return await self.open_to_read(name, at)

    @surfacing
    async def close(self, file_obj: object) -> None:
        """The client is done with it, or is gone: asyncssh closes what a client has left open."""
        opened = open_file(file_obj)
        gone = self.stream.at_eof(None) or self.channel.is_closing()
        if isinstance(opened.handle, ReadHandle):
            opened.handle.close(gone=gone)
        else:
            error = opened.refused.reason if opened.refused else "client gone" if gone else None
            self.tree.written(opened.handle, error=error)

    def _unsupported(self, *_: Any, **__: Any) -> Any:
        raise asyncssh.SFTPOpUnsupported("Operation unsupported")

    open56 = readlink = symlink = link = lock = unlock = statvfs = fstatvfs = _unsupported

    def format_user(self, _: int | None) -> str:
        """The owner of every file, whatever this machine calls that number."""
        return "night"

    def format_group(self, _: int | None) -> str:
        """The owner's group."""
        return "night"
