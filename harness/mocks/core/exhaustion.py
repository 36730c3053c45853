"""A mock whose machine has run out of room or files ends, and its last words say so: it could only play on wrongly."""

from __future__ import annotations

import errno
import os
import sqlite3
import sys
from contextlib import suppress

CODE = 71
"""EX_OSERR of sysexits(3)."""

_RAN_OUT = {errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE}
_DATABASE_RAN_OUT = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_CANTOPEN}
"""What a database says when its disk was full: also that what it has written is no database any more."""


def end_if_exhausted(error: BaseException) -> None:
    """End this process if an exception, or one that it came of, is of that kind."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.errno in _RAN_OUT:
            _end(f"{seen.strerror}{f': {seen.filename}' if seen.filename else ''}")
        if isinstance(seen, sqlite3.Error) and getattr(seen, "sqlite_errorcode", 0) & 0xFF in _DATABASE_RAN_OUT:
            _end(f"the disk is full, or was: {seen}")
        seen = seen.__cause__ or seen.__context__


def _end(text: str) -> None:
    with suppress(OSError):  # its log may be on the disk that is full: the code says the same
        sys.stderr.write(f"this machine has run out of something: {text}\n")
        sys.stderr.flush()
    os._exit(CODE)
