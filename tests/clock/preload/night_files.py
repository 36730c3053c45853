"""Programs that write and read files in virtual time: what the tests of file times share."""

from __future__ import annotations

from pathlib import Path

from tests.clock.virtual_night import Night

LIBC = """
import ctypes, os, sys, time
libc = ctypes.CDLL(None, use_errno=True)
libc.fopen.restype = libc.fopen64.restype = libc.freopen.restype = libc.freopen64.restype = ctypes.c_void_p
folder = os.open(".", os.O_RDONLY)
room = (ctypes.c_uint64 * 64)()
HERE, NOW, OMIT, WRITE = -100, (1 << 30) - 1, (1 << 30) - 2, os.O_WRONLY | os.O_CREAT | os.O_TRUNC
"""


def done(night: Night, code: str) -> str:
    """What a program says, which must not fail."""
    ended = night.run_python(LIBC + "\n".join(line[8:] if line[:8].isspace() else line for line in code.splitlines()))
    assert ended.code == 0, ended.err
    return ended.out


def inode_s(path: str) -> float:
    """A file's time as the inode has it: this process is not in the night."""
    return Path(path).stat().st_mtime
