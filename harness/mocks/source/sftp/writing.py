"""What clients change: files put, written to, renamed and removed, their attributes, and folders."""

from __future__ import annotations

import asyncssh
from asyncssh import FXF_APPEND, FXF_CREAT, FXF_EXCL, FXF_TRUNC, SFTPAttrs

from harness.mocks.core.incoming import FILE_BYTES
from harness.mocks.source.sftp.errors import surfacing
from harness.mocks.source.sftp.read_handle import ReadHandle
from harness.mocks.source.sftp.session import OpenFile, Session, open_file
from harness.mocks.source.sftp.write_handle import WriteHandle

LARGEST_HOLE_BYTES = 64 << 20
"""Between what is written and what comes: clients that write in parallel are a few megabytes apart."""


class Writing(Session):
    """The operations that write."""

    # --- folders

    @surfacing
    async def mkdir(self, path: bytes, attrs: SFTPAttrs) -> None:  # noqa: ARG002 - all folders have the same mode
        """Make a folder."""
        await self.let_pass("put", self.name(path))
        self.tree.make_folder(self.tree.path(path))

    @surfacing
    async def rmdir(self, path: bytes) -> None:
        """Remove an empty folder."""
        await self.let_pass("remove", self.name(path))
        self.tree.remove_folder(self.tree.path(path))

    # --- attributes

    @surfacing
    async def setstat(self, path: bytes, attrs: SFTPAttrs) -> None:
        """Change date and mode."""
        await self.let_pass("put", self.name(path))
        if attrs.size is not None:
            raise asyncssh.SFTPOpUnsupported("Only a file that is open can be truncated")
        self.tree.set(self.tree.path(path), attrs)

    @surfacing
    async def lsetstat(self, path: bytes, attrs: SFTPAttrs) -> None:
        """The same."""
        await self.setstat(path, attrs)

    @surfacing
    async def fsetstat(self, file_obj: object, attrs: SFTPAttrs) -> None:
        """Change date, mode or length of an open file."""
        opened = open_file(file_obj)
        await self.let_pass("put", opened.name)
        if attrs.size is not None:
            writing = _writing(opened)
            _require_room(writing, attrs.size, attrs.size)
            writing.truncate(attrs.size)
        self.tree.set(opened.path, attrs)

    # --- files

    async def open_to_write(self, name: str, path: str, pflags: int) -> OpenFile:
        """Open a file for writing, and begin it where it is not there."""
        await self.let_pass("put", name)
        found = self.tree.look(path)
        if self.tree.is_folder(path) or (found is not None and pflags & FXF_EXCL):
            raise asyncssh.SFTPFailure("Failure")
        if found is None and not pflags & FXF_CREAT:
            raise asyncssh.SFTPNoSuchFile("No such file or directory")
        content = None
        if found is not None and not pflags & FXF_TRUNC:
            content = found.body if isinstance(found, WriteHandle) else self.state.store.sight(found).body
        return OpenFile(path, name, self.tree.write(path, content), append=bool(pflags & FXF_APPEND))

    @surfacing
    async def write(self, file_obj: object, offset: int, data: bytes) -> int:
        """Some bytes for it."""
        opened = open_file(file_obj)
        writing = _writing(opened)
        await self.let_pass_within("put", opened, offset + len(data))
        if not opened.append:
            _require_room(writing, offset, offset + len(data))
        writing.write(writing.size if opened.append else offset, data)
        return len(data)

    @surfacing
    async def fsync(self, file_obj: object) -> None:
        """Nothing to do: no power fails here."""
        _writing(open_file(file_obj))

    @surfacing
    async def remove(self, path: bytes) -> None:
        """Take a file away."""
        await self.let_pass("remove", self.name(path))
        self.tree.remove(self.tree.path(path))

    @surfacing
    async def rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Give a file another name, which must be free."""
        await self.let_pass("rename", self.name(oldpath))
        self.tree.rename(self.tree.path(oldpath), self.tree.path(newpath), replacing=False)

    @surfacing
    async def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Give a file another name, and replace what has it."""
        await self.let_pass("rename", self.name(oldpath))
        self.tree.rename(self.tree.path(oldpath), self.tree.path(newpath), replacing=True)


def _require_room(writing: WriteHandle, start: int, end: int) -> None:
    """Refuse a hole or a file that would fill the disk, as a server does whose disk is full."""
    if start > writing.size + LARGEST_HOLE_BYTES or end > FILE_BYTES:
        found = f"{start:,} in a file of {writing.size:,} bytes"
        raise asyncssh.SFTPFailure(f"found {found}, expected a hole of at most {LARGEST_HOLE_BYTES:,} bytes")


def _writing(opened: OpenFile) -> WriteHandle:
    if isinstance(opened.handle, ReadHandle):
        raise asyncssh.SFTPPermissionDenied("Permission denied")
    return opened.handle
