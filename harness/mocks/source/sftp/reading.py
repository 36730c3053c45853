"""What clients read: listings, attributes, and the content of files."""

from __future__ import annotations

import itertools
import time
from collections.abc import AsyncIterator
from typing import Any

import asyncssh
from asyncssh import SFTPAttrs, SFTPName

from harness.contract.effects.source import Refuse
from harness.mocks.core.until import until
from harness.mocks.source.files.source_file import MANIFEST_SUFFIX, ListedEntry
from harness.mocks.source.sftp.errors import surfacing
from harness.mocks.source.sftp.read_handle import ReadHandle
from harness.mocks.source.sftp.session import OpenFile, Session, open_file
from harness.mocks.source.sftp.write_handle import WriteHandle

PAGE = 128
"""Names in one answer to a listing: asyncssh's own number."""

ENDLESS_PAGE_NS = 1_000_000_000
"""How long a page of a listing without an end takes where the fault does not say: a client that reads on for ever
must not keep the clock from moving."""


class Reading(Session):
    """The operations that read."""

    # --- folders

    def scandir(self, path: bytes) -> AsyncIterator[SFTPName]:
        """A folder's names, a page at a time."""
        return self._names(self.tree.path(path))

    async def _names(self, folder: str) -> AsyncIterator[SFTPName]:
        names, endless = await self._listing(folder)
        for number, name in enumerate(itertools.cycle(names) if endless is not None else names):
            if endless is not None and number % PAGE == 0:
                await until(time.time_ns() + (endless.every_ns or ENDLESS_PAGE_NS))
            yield name

    @surfacing
    async def _listing(self, folder: str) -> tuple[list[SFTPName], Refuse | None]:
        name = folder.strip("/") + "/"
        value = {"name": name, "what": "listing"}
        self.record_serve("invoke", value)
        refusal = await self.let_pass("list", name, lambda error: self.record_serve("fail", value, error=error))
        try:
            names = self.tree.names(folder)
        except asyncssh.SFTPError as error:
            self.record_serve("fail", value, error=error.reason)
            raise
        self.record_serve("ok", value | {"complete": refusal is None})
        return names, refusal

    @surfacing
    async def realpath(self, path: bytes) -> bytes:
        """The path from the root on; it need not exist."""
        return self.tree.path(path).encode(errors="surrogateescape")

    # --- attributes

    @surfacing
    async def stat(self, path: bytes) -> SFTPAttrs:
        """What is there."""
        await self.let_pass("stat", self.name(path))
        return self.tree.attributes(self.tree.path(path))

    @surfacing
    async def lstat(self, path: bytes) -> SFTPAttrs:
        """The same: there are no links."""
        await self.let_pass("stat", self.name(path))
        return self.tree.attributes(self.tree.path(path))

    @surfacing
    async def fstat(self, file_obj: object) -> SFTPAttrs:
        """An open file, as it was when it was opened, or as it is written."""
        opened = open_file(file_obj)
        await self.let_pass("stat", opened.name)
        if isinstance(opened.handle, ReadHandle):
            return self.tree.file_attributes(opened.path, opened.handle.declared, opened.handle.modified_ns)
        return self.tree.attributes(opened.path)

    # --- files

    async def open_to_read(self, name: str, path: str) -> OpenFile:
        """Open a file for reading; this is the retrieval that faults act on."""
        value = _value(name, self.tree.known(path))
        self.record_serve("invoke", value)
        await self.let_pass("get", name, lambda error: self.record_serve("fail", value, error=error))
        try:
            found = self.tree.find(path)
        except asyncssh.SFTPError as error:
            self.record_serve("fail", value, error=error.reason)
            raise

        def tell(how: str, more: dict[str, Any], error: str | None) -> None:
            self.record_serve(how, value | more, error=error)

        if isinstance(found, WriteHandle):
            handle = ReadHandle(found.body, found.size, found.modified_ns, tell, whole=False)
        else:
            sight = self.state.store.take(found)
            handle = ReadHandle(sight.body, sight.declared, sight.modified_ns, tell, whole=sight.whole)
        return OpenFile(path, name, handle, value=value)

    @surfacing
    async def read(self, file_obj: object, offset: int, size: int) -> bytes:
        """Some bytes of it, once the client has taken enough of those before."""
        opened = open_file(file_obj)
        await self.stream.drain(None)
        if isinstance(opened.handle, ReadHandle) and offset < opened.handle.size:
            await self.let_pass_within("get", opened, min(offset + size, opened.handle.size))
            if opened.handle.is_last(offset, size):
                await self.end_answered(opened)
        return opened.handle.read(offset, size)


def _value(name: str, found: ListedEntry | WriteHandle | None) -> dict[str, Any]:
    """What is asked for, as events name it."""
    if isinstance(found, ListedEntry):
        return {"name": found.asked_for, "what": found.what}
    return {
        "name": name.removesuffix(MANIFEST_SUFFIX),
        "what": "manifest" if name.endswith(MANIFEST_SUFFIX) else "file",
    }
