"""What a client can do over SFTP: each operation past the gate, at the pace of the faults, in the history's words."""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any, cast

import asyncssh
from asyncssh import FXF_APPEND, FXF_CREAT, FXF_EXCL, FXF_TRUNC, FXF_WRITE, SFTPAttrs, SFTPName
from asyncssh.channel import SSHChannel
from asyncssh.stream import SSHServerStreamSession

from harness.contract.effects.source import Refuse
from harness.contract.protocols import Operation
from harness.mocks.core.control import until
from harness.mocks.source.faults.pace import Hushed
from harness.mocks.source.files.source_file import MANIFEST_SUFFIX, Entry
from harness.mocks.source.sftp import words
from harness.mocks.source.sftp.front_end import VIA
from harness.mocks.source.sftp.reading import Reading
from harness.mocks.source.sftp.surfacing import surfacing
from harness.mocks.source.sftp.writing import Writing

if TYPE_CHECKING:
    from harness.mocks.source.sftp.server import Server

PAGE = 128
"""Names in one answer to a listing: asyncssh's own number."""

ENDLESS_PAGE_NS = 1_000_000_000
"""How long a page of a listing without an end takes where the fault does not say: who reads on for ever must not keep
the clock from moving."""

FAR_AWAY = 1 << 62


class Open:
    """A handle: its path, its name in the history, and the file that is open."""

    def __init__(self, path: str, name: str, file: Reading | Writing, *, append: bool = False) -> None:
        self.path, self.name, self.file, self.append = path, name, file, append
        self.refused: asyncssh.SFTPError | None = None

    def seek(self, offset: int, whence: int) -> int:
        """Where data begins and ends, which asyncssh asks for its own clients: a file has no holes."""
        return offset if whence == os.SEEK_DATA else FAR_AWAY


class Operations(asyncssh.SFTPServer):
    """One SFTP session.

    Each request asks how long its answer takes, then whether it is refused. asyncssh takes one after the other, in the
    order in which they came. Every operation that asyncssh would do on this machine's own files is replaced.
    """

    def __init__(self, channel: SSHChannel[bytes], server: Server, session: SSHServerStreamSession[bytes]) -> None:
        super().__init__(cast("asyncssh.SSHServerChannel[bytes]", channel))
        self.server = server
        self._session = session
        self._tree = server.tree
        self._night = server.store.night
        self._over = False

    # --- folders

    def scandir(self, path: bytes) -> AsyncIterator[SFTPName]:
        """A folder's names, a page at a time."""
        return self._names(self._tree.path(path))

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
        self._serve("invoke", value)
        refusal = await self._pass("list", name, lambda error: self._serve("fail", value, error=error))
        try:
            names = self._tree.names(folder)
        except asyncssh.SFTPError as error:
            self._serve("fail", value, error=error.reason)
            raise
        self._serve("ok", value | {"complete": refusal is None})
        return names, refusal

    @surfacing
    async def mkdir(self, path: bytes, attrs: SFTPAttrs) -> None:  # noqa: ARG002 - all folders have the same mode
        """Make a folder."""
        await self._pass("put", self._name(path))
        self._tree.make_folder(self._tree.path(path))

    @surfacing
    async def rmdir(self, path: bytes) -> None:
        """Remove an empty folder."""
        await self._pass("remove", self._name(path))
        self._tree.remove_folder(self._tree.path(path))

    @surfacing
    async def realpath(self, path: bytes) -> bytes:
        """The path from the root on; it need not exist."""
        return self._tree.path(path).encode(errors="surrogateescape")

    # --- attributes

    @surfacing
    async def stat(self, path: bytes) -> SFTPAttrs:
        """What is there."""
        await self._pass("stat", self._name(path))
        return self._tree.attributes(self._tree.path(path))

    @surfacing
    async def lstat(self, path: bytes) -> SFTPAttrs:
        """The same: there are no links."""
        await self._pass("stat", self._name(path))
        return self._tree.attributes(self._tree.path(path))

    @surfacing
    async def fstat(self, file_obj: object) -> SFTPAttrs:
        """An open file, as it was when it was opened, or as it is written."""
        opened = _opened(file_obj)
        await self._pass("stat", opened.name)
        if isinstance(opened.file, Reading):
            return self._tree.file_attributes(opened.path, opened.file.declared, opened.file.modified_ns)
        return self._tree.attributes(opened.path)

    @surfacing
    async def setstat(self, path: bytes, attrs: SFTPAttrs) -> None:
        """Change date and mode."""
        await self._pass("put", self._name(path))
        if attrs.size is not None:
            raise asyncssh.SFTPOpUnsupported("Only a file that is open can be truncated")
        self._tree.set(self._tree.path(path), attrs)

    @surfacing
    async def lsetstat(self, path: bytes, attrs: SFTPAttrs) -> None:
        """The same."""
        await self.setstat(path, attrs)

    @surfacing
    async def fsetstat(self, file_obj: object, attrs: SFTPAttrs) -> None:
        """Change date, mode or length of an open file."""
        opened = _opened(file_obj)
        await self._pass("put", opened.name)
        if attrs.size is not None:
            _writing(opened).truncate(attrs.size)
        self._tree.set(opened.path, attrs)

    # --- files

    @surfacing
    async def open(self, path: bytes, pflags: int, attrs: SFTPAttrs) -> Open:
        """Open a file; for reading, this is the retrieval that faults act on."""
        name, at = self._name(path), self._tree.path(path)
        if pflags & (FXF_WRITE | FXF_APPEND):
            opened = await self._begin(name, at, pflags)
            if attrs.permissions is not None:
                self._tree.set(at, SFTPAttrs(permissions=attrs.permissions))
            return opened
        return await self._take(name, at)

    async def _take(self, name: str, path: str) -> Open:
        value = _value(name, self._tree.known(path))
        self._serve("invoke", value)
        await self._pass("get", name, lambda error: self._serve("fail", value, error=error))
        try:
            found = self._tree.find(path)
        except asyncssh.SFTPError as error:
            self._serve("fail", value, error=error.reason)
            raise

        def tell(how: str, more: dict[str, Any], error: str | None) -> None:
            self._serve(how, value | more, error=error)

        if isinstance(found, Writing):
            return Open(path, name, Reading(found.body, found.size, found.modified_ns, tell, whole=False))
        sight = self.server.store.take(found)
        return Open(path, name, Reading(sight.body, sight.declared, sight.modified_ns, tell, whole=sight.whole))

    async def _begin(self, name: str, path: str, pflags: int) -> Open:
        await self._pass("put", name)
        found = self._tree.look(path)
        if self._tree.is_folder(path) or (found is not None and pflags & FXF_EXCL):
            raise asyncssh.SFTPFailure("Failure")
        if found is None and not pflags & FXF_CREAT:
            raise asyncssh.SFTPNoSuchFile("No such file or directory")
        content = None
        if found is not None and not pflags & FXF_TRUNC:
            content = found.body if isinstance(found, Writing) else self.server.store.sight(found).body
        return Open(path, name, self._tree.write(path, content), append=bool(pflags & FXF_APPEND))

    @surfacing
    async def read(self, file_obj: object, offset: int, size: int) -> bytes:
        """Some bytes of it, once the client has taken enough of those before."""
        opened = _opened(file_obj)
        await self._session.drain(None)
        if isinstance(opened.file, Reading) and offset < opened.file.size:
            await self._pass_within("get", opened, min(offset + size, opened.file.size))
        return opened.file.read(offset, size)

    @surfacing
    async def write(self, file_obj: object, offset: int, data: bytes) -> int:
        """Some bytes for it."""
        opened = _opened(file_obj)
        writing = _writing(opened)
        await self._pass_within("put", opened, offset + len(data))
        writing.write(writing.size if opened.append else offset, data)
        return len(data)

    @surfacing
    async def close(self, file_obj: object) -> None:
        """The client is done with it, or is gone: asyncssh closes what a client has left open."""
        opened = _opened(file_obj)
        gone = self._session.at_eof(None) or self.channel.is_closing()
        if isinstance(opened.file, Reading):
            opened.file.close(gone=gone)
        else:
            error = opened.refused.reason if opened.refused else "client gone" if gone else None
            self._tree.written(opened.file, error=error)

    @surfacing
    async def fsync(self, file_obj: object) -> None:
        """Nothing to do: no power fails here."""
        _writing(_opened(file_obj))

    @surfacing
    async def remove(self, path: bytes) -> None:
        """Take a file away."""
        await self._pass("remove", self._name(path))
        self._tree.remove(self._tree.path(path))

    @surfacing
    async def rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Give a file another name, which must be free."""
        await self._pass("rename", self._name(oldpath))
        self._tree.rename(self._tree.path(oldpath), self._tree.path(newpath), replacing=False)

    @surfacing
    async def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Give a file another name, and replace what has it."""
        await self._pass("rename", self._name(oldpath))
        self._tree.rename(self._tree.path(oldpath), self._tree.path(newpath), replacing=True)

    def exit(self) -> None:
        """The session is over: say that it went well, as sshd does, or else scp takes it for a failure."""
        cast("asyncssh.SSHServerChannel[bytes]", self.channel).exit(0)

    # --- what is not played

    def _unsupported(self, *_: Any, **__: Any) -> Any:
        raise asyncssh.SFTPOpUnsupported("Operation unsupported")

    open56 = readlink = symlink = link = lock = unlock = statvfs = fstatvfs = _unsupported

    def format_user(self, _: int | None) -> str:
        """The owner of every file, whatever this machine calls that number."""
        return "night"

    def format_group(self, _: int | None) -> str:
        """The owner's group."""
        return "night"

    # --- on the way

    async def _pass(
        self,
        operation: Operation,
        name: str,
        failed: Callable[[str], None] = lambda _: None,
        *,
        reaches: int | None = None,
    ) -> Refuse | None:
        """Wait as long as the answer takes, and raise what refuses it. What it may do without an end, it returns."""
        if self._over:  # what had come before that, asyncssh still brings
            raise asyncssh.SFTPConnectionLost("Connection lost")
        try:
            await self.server.pace.wait(VIA, operation, name, reaches=reaches)
        except Hushed:
            self._over = True
            words.drop(self.connection)
            raise asyncssh.SFTPConnectionLost("Connection lost") from None
        refusal = self.server.gate.refusal(VIA, operation, name, reaches=reaches)
        if refusal is None or refusal.refuse == "endless_listing":
            return refusal
        if (answer := words.status(refusal)) is not None:
            failed(answer.reason)
            raise answer
        self._over = True
        failed(words.ending(refusal))
        words.end_connection(refusal, self.connection)
        raise asyncssh.SFTPConnectionLost("Connection lost")

    async def _pass_within(self, operation: Operation, opened: Open, reaches: int) -> None:
        """The same for a request within a transfer, which is refused once: clients have sent more of them by then."""
        if opened.refused is not None:
            raise opened.refused
        failed = opened.file.failed if isinstance(opened.file, Reading) else lambda _: None
        try:
            await self._pass(operation, opened.name, failed, reaches=reaches)
        except asyncssh.SFTPError as refused:
            opened.refused = refused
            raise

    def _name(self, path: bytes) -> str:
        return self._tree.name(self._tree.path(path))

    def _serve(self, type: Any, value: dict[str, Any], *, error: str | None = None) -> None:  # noqa: A002 - as in events
        if self._night == self.server.store.night:  # what the end of its night broke off is no event of the next one
            value = {"name": value["name"], "what": value["what"], "via": VIA} | value
            self.server.mock.recorder.record(type, "serve", value, error=error)


def _opened(file_obj: object) -> Open:
    assert isinstance(file_obj, Open)  # noqa: S101 - asyncssh gives back what `open` gave it
    return file_obj


def _writing(opened: Open) -> Writing:
    if isinstance(opened.file, Reading):
        raise asyncssh.SFTPPermissionDenied("Permission denied")
    return opened.file


def _value(name: str, found: Entry | Writing | None) -> dict[str, Any]:
    """What is asked for, in the history's words."""
    if isinstance(found, Entry):
        return {"name": found.name if found.what == "flag" else found.source_file.name, "what": found.what}
    return {
        "name": name.removesuffix(MANIFEST_SUFFIX),
        "what": "manifest" if name.endswith(MANIFEST_SUFFIX) else "file",
    }
