"""Namespaces of this process's own, by the kernel's calls that Python has no names for before 3.12.

Each function raises OSError with what it was doing as its filename, so that a refusal can be told in one line.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import re
import socket
import struct
import sys
from pathlib import Path

MOUNTS = 0x00020000  # CLONE_NEWNS
IPC = 0x08000000  # CLONE_NEWIPC
USERS = 0x10000000  # CLONE_NEWUSER
NETWORK = 0x40000000  # CLONE_NEWNET

READ_ONLY, REMOUNT, BIND, RECURSIVE, PRIVATE = 0x1, 0x20, 0x1000, 0x4000, 0x40000
DETACH, NO_FOLLOW = 0x2, 0x8

CAP_SYS_PTRACE, CAP_SYS_ADMIN = 19, 21
PR_CAPBSET_DROP = 24
SIOCSIFFLAGS, IFF_UP, IFF_RUNNING = 0x8914, 0x1, 0x40

_ESCAPED = re.compile(rb"\\([0-7]{3})")
"""How mountinfo writes a blank, a tab, a line end and a backslash."""

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def unshare(kinds: int) -> None:
    """Enter new namespaces of these kinds: all of them, or none.

    In one of users, everybody keeps the id that they have outside: all ids where this process may say so (root may),
    else its own alone, and every other owner is shown as nobody.
    """
    if not kinds & USERS:
        _unshare(kinds)
        return
    ids = {name: _as_they_are(Path(f"/proc/self/{name}").read_text()) for name in ("uid_map", "gid_map")}
    uid, gid = os.geteuid(), os.getegid()
    with _Outside(ids) as outside:
        _unshare(kinds)
        if outside.has_kept_ids():
            return
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{uid} {uid} 1")
    _write("/proc/self/gid_map", f"{gid} {gid} 1")


def mount(source: str, target: Path | str, kind: str | None = None, flags: int = 0, options: str = "") -> None:
    """mount(2)."""
    code = _call().mount(
        source.encode(),
        os.fsencode(target),
        kind.encode() if kind else None,
        ctypes.c_ulong(flags),
        os.fsencode(options),
    )
    _check(code, f"mount at {target}")


def bind(source: int, target: Path | str, *, read_only: bool = False) -> None:
    """Show at ``target`` what an open file descriptor leads to."""
    mount(f"/proc/self/fd/{source}", target, flags=BIND | RECURSIVE)
    if read_only:
        mount("none", target, flags=BIND | REMOUNT | READ_ONLY)


def unmount(target: Path) -> None:
    """Take a mount away; what still uses it keeps it."""
    _check(_call().umount2(os.fsencode(target), DETACH | NO_FOLLOW), f"unmount {target}")


def mounts_below(folder: Path) -> dict[Path, str]:
    """Where something is mounted inside a folder, and the kind of its filesystem: proc_pid_mountinfo(5)."""
    found = {}
    for line in Path("/proc/self/mountinfo").read_bytes().splitlines():
        mounted, _, filesystem = line.partition(b" - ")
        at = Path(os.fsdecode(_ESCAPED.sub(lambda octal: bytes([int(octal[1], 8)]), mounted.split()[4])))
        if at != folder and at.is_relative_to(folder):
            found[at] = os.fsdecode(filesystem.split()[0])
    return found


def bring_loopback_up() -> None:
    """A new network namespace has nothing but a loopback interface, and that is down."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP | IFF_RUNNING))


def give_up_rights() -> None:
    """Let no program that is executed from here on take namespaces apart, or look into those who can.

    Only root's programs would have had these rights: others lose all of theirs when they are executed.
    """
    for capability in (CAP_SYS_ADMIN, CAP_SYS_PTRACE):
        _check(_call().prctl(PR_CAPBSET_DROP, capability, 0, 0, 0), "giving up rights")


class _Outside:
    """A child that stays outside of the new namespace, because only from there all ids can be mapped."""

    def __init__(self, ids: dict[str, str]) -> None:
        self._ids = ids

    def __enter__(self) -> _Outside:
        asked, self._ask = os.pipe()
        self._told, tell = os.pipe()
        parent = os.getpid()
        self._pid = os.fork()
        if self._pid == 0:
            os.close(self._ask)
            try:
                if os.read(asked, 1):
                    for name, text in self._ids.items():
                        _write(f"/proc/{parent}/{name}", text)
                    os.write(tell, b"1")
            finally:
                os._exit(0)
        os.close(asked)
        os.close(tell)
        return self

    def has_kept_ids(self) -> bool:
        """Have the ids mapped; whether that was allowed."""
        os.write(self._ask, b"1")
        return os.read(self._told, 1) == b"1"

    def __exit__(self, *_: object) -> None:
        os.close(self._ask)
        os.close(self._told)
        os.waitpid(self._pid, 0)


def _as_they_are(mapped: str) -> str:
    """An id map in which everybody of this one has the same id again."""
    return "".join(f"{first} {first} {count}\n" for first, _, count in map(str.split, mapped.splitlines()))


def _unshare(kinds: int) -> None:
    _check(_call().unshare(kinds), "unshare")


def _write(path: str, text: str) -> None:
    file = os.open(path, os.O_WRONLY)
    try:
        os.write(file, text.encode())
    except OSError as error:
        raise OSError(error.errno, error.strerror, path) from None
    finally:
        os.close(file)


def _call() -> ctypes.CDLL:
    if _libc is None:
        raise OSError(0, "only Linux has namespaces", sys.platform)
    return _libc


def _check(code: int, doing: str) -> None:
    if code != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error), doing)
