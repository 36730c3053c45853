"""The files of the night as paths: folders over the store's flat names, and files that are still being written."""

from __future__ import annotations

import posixpath
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import asyncssh

from harness.contract.endpoints import SFTP
from harness.mocks.source.files.body import Body
from harness.mocks.source.files.source_file import ListedEntry
from harness.mocks.source.front_end import Unfinished
from harness.mocks.source.sftp import VIA
from harness.mocks.source.sftp.attributes import FILE_MODE, attributes, folder_attributes
from harness.mocks.source.sftp.write_handle import WriteHandle
from harness.mocks.source.store.store import Store

LONGEST_PATH_BYTES = 4096
"""Linux's PATH_MAX."""

INBOX = SFTP["folder"]


@dataclass
class Setting:
    """What a client has set of a file's attributes."""

    modified_ns: int | None = None
    mode: int = FILE_MODE


class Tree:
    """Paths. The night's files are in the inbox; a client may make folders beside it, and put files anywhere.

    In the store a file of the inbox has its name, and any other one its whole path.
    """

    def __init__(self, store: Store, scratch: Path) -> None:
        self._store = store
        self._scratch = scratch
        self._folders: dict[str, int] = {}
        self._open: dict[WriteHandle, str] = {}
        self._settings: dict[str, Setting] = {}

    def reset(self, names: list[str]) -> None:
        """Begin a night that has these files; one whose name holds a path has brought its folders along."""
        for handle in self._open:
            handle.discard()
        self._open.clear()
        self._settings.clear()
        paths = [PurePosixPath(INBOX, name) for name in names]
        folders = {str(folder) for path in paths for folder in path.parents} | {"/", INBOX}
        self._folders = dict.fromkeys(folders, time.time_ns())

    def path(self, given: bytes) -> str:
        """What a client calls a path, from the root on, without dots."""
        if len(given) > LONGEST_PATH_BYTES:
            raise asyncssh.SFTPFailure("File name too long")
        return posixpath.normpath("/" + given.decode(errors="surrogateescape")).replace("//", "/")

    def name(self, path: str) -> str:
        """What the store and the history call a path."""
        return path.removeprefix(INBOX + "/")

    def look(self, path: str) -> ListedEntry | WriteHandle | None:
        """The file there, if there is one; a fault may hide it from this one look."""
        return self._open_at(path) or self._store.find(VIA, self.name(path))

    def known(self, path: str) -> ListedEntry | WriteHandle | None:
        """The same, for an event that only names it; no fault hides it."""
        return self._open_at(path) or self._store.known(VIA, self.name(path))

    def find(self, path: str) -> ListedEntry | WriteHandle:
        """The file there."""
        if self.is_folder(path):
            raise asyncssh.SFTPFailure("Failure")
        if (found := self.look(path)) is None:
            raise asyncssh.SFTPNoSuchFile("No such file or directory")
        return found

    def is_folder(self, path: str) -> bool:
        """Whether there is a folder."""
        return path in self._folders

    def names(self, folder: str) -> list[asyncssh.SFTPName]:
        """What a listing of a folder shows."""
        self._require_folder(folder)
        inside = self._inside(folder)
        found = [_named(dots, folder_attributes(self._folders[folder])) for dots in (".", "..")]
        return found + [_named(name, attrs) for name, attrs in sorted(inside.items())]

    def attributes(self, path: str) -> asyncssh.SFTPAttrs:
        """What a stat says of a path."""
        if self.is_folder(path):
            return folder_attributes(self._folders[path])
        found = self.find(path)
        if isinstance(found, WriteHandle):
            return self.file_attributes(path, found.size, found.modified_ns)
        sight = self._store.sight(found)
        return self.file_attributes(path, sight.declared, sight.modified_ns)

    def file_attributes(self, path: str, size: int | None, modified_ns: int) -> asyncssh.SFTPAttrs:
        """What a stat says of a file of this size and date, where a client has not set another one."""
        setting = self._settings.get(path, Setting())
        return attributes(size=size, modified_ns=setting.modified_ns or modified_ns, mode=setting.mode)

    def set(self, path: str, attrs: asyncssh.SFTPAttrs) -> None:
        """Change a file's date and mode; the rest stays, as on a server where the client is not root."""
        if self.is_folder(path):
            return
        self.find(path)
        setting = self._settings.setdefault(path, Setting())
        if attrs.mtime is not None:
            setting.modified_ns = attrs.mtime * 1_000_000_000
        if attrs.permissions is not None:
            setting.mode = FILE_MODE & ~0o7777 | attrs.permissions & 0o7777

    def write(self, path: str, content: Body | None) -> WriteHandle:
        """Begin a file, with a content or empty, in the place of one that may be there."""
        self._require_folder(posixpath.dirname(path))
        self._settings.pop(path, None)
        upload = self._store.upload(VIA, self.name(path))
        handle = WriteHandle(upload, self._scratch / f".sftp-{id(upload):x}", content)
        for other, at in self._open.items():
            other.replaced = other.replaced or at == path
        self._open[handle] = path
        return handle

    def written(self, handle: WriteHandle, *, error: str | None = None) -> None:
        """A file that was begun is closed; one that another night took away is gone already."""
        if self._open.pop(handle, None) is not None:
            handle.finish(error=error)

    def unfinished(self) -> Iterator[Unfinished]:
        """What is being written, with what is there of it."""
        for handle, path in self._current():
            yield Unfinished(self.name(path), handle.size)

    def remove(self, path: str) -> None:
        """Take a file away."""
        self._require_not_open(path)
        if self._store.remove(VIA, self.name(path)) is None:
            raise asyncssh.SFTPNoSuchFile("No such file or directory")
        self._settings.pop(path, None)

    def rename(self, path: str, to: str, *, replacing: bool) -> None:
        """Give a file another path; what is there already is replaced, or in the way (as version 3 has it)."""
        self._require_folder(posixpath.dirname(to))
        if self.is_folder(path):
            raise asyncssh.SFTPOpUnsupported("Folders cannot be renamed here")
        self._require_not_open(path)
        if self.is_folder(to) or (not replacing and self.look(to) is not None):
            raise asyncssh.SFTPFailure("Failure")
        if self._store.move(VIA, self.name(path), self.name(to)) is None:
            raise asyncssh.SFTPNoSuchFile("No such file or directory")
        if (setting := self._settings.pop(path, None)) is not None:
            self._settings[to] = setting

    def make_folder(self, path: str) -> None:
        """Make a folder."""
        self._require_folder(posixpath.dirname(path))
        if self.is_folder(path) or self.look(path) is not None:
            raise asyncssh.SFTPFailure("Failure")
        self._folders[path] = time.time_ns()

    def remove_folder(self, path: str) -> None:
        """Remove a folder that is empty."""
        self._require_folder(path)
        if path in ("/", INBOX) or self._inside(path):
            raise asyncssh.SFTPFailure("Failure")
        del self._folders[path]

    def _require_folder(self, path: str) -> None:
        if not self.is_folder(path):
            raise asyncssh.SFTPNoSuchFile("No such file or directory")

    def _require_not_open(self, path: str) -> None:
        if self.is_folder(path):
            raise asyncssh.SFTPFailure("Failure")
        if self._open_at(path) is not None:
            raise asyncssh.SFTPFailure("The file is being written")

    def _open_at(self, path: str) -> WriteHandle | None:
        """What is being written there; of two at once, the one that began last."""
        return next((handle for handle, at in reversed(self._current()) if at == path), None)

    def _current(self) -> list[tuple[WriteHandle, str]]:
        """What is being written, and where; not what somebody else has begun anew."""
        return [(handle, path) for handle, path in self._open.items() if not handle.replaced]

    def _inside(self, folder: str) -> dict[str, asyncssh.SFTPAttrs]:
        """What a folder holds, by name; of a file, what a listing says of it."""
        found: dict[str, asyncssh.SFTPAttrs] = {}
        for entry in self._store.entries(VIA):
            path = posixpath.join(INBOX, entry.name)
            if posixpath.dirname(path) == folder:
                sight = self._store.sight(entry)
                found[posixpath.basename(path)] = self.file_attributes(path, sight.present, sight.modified_ns)
        for handle, path in self._current():
            if posixpath.dirname(path) == folder:
                found[posixpath.basename(path)] = self.file_attributes(path, handle.size, handle.modified_ns)
        for path, made_ns in self._folders.items():
            if posixpath.dirname(path) == folder and path != "/":
                found[posixpath.basename(path)] = folder_attributes(made_ns)
        return found


def _named(name: str, attrs: asyncssh.SFTPAttrs) -> asyncssh.SFTPName:
    return asyncssh.SFTPName(name.encode(errors="surrogateescape"), attrs=attrs)
