"""File attributes as SFTP states them, in the night's time."""

from __future__ import annotations

import stat

from asyncssh import SFTPAttrs

FOLDER_MODE = stat.S_IFDIR | 0o755
FILE_MODE = stat.S_IFREG | 0o644
OWNER = 1000
_FOLDER_BYTES = 4096


def attributes(*, size: int | None, modified_ns: int, mode: int = FILE_MODE) -> SFTPAttrs:
    """What a stat says of a file; without a size, the server claims none."""
    # SFTPAttrs is typed by its class attributes only.
    found = SFTPAttrs()
    found.size = size
    found.uid = found.gid = OWNER
    found.permissions = mode
    found.atime = found.mtime = modified_ns // 1_000_000_000
    found.nlink = 1
    return found


def folder_attributes(modified_ns: int) -> SFTPAttrs:
    """What a stat says of a folder."""
    return attributes(size=_FOLDER_BYTES, modified_ns=modified_ns, mode=FOLDER_MODE)
