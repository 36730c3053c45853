"""Mounts of this process and its children alone: a mount namespace, overlays in it, and what may be done there."""

from __future__ import annotations

import ctypes
import os
import re
import sys
from contextlib import suppress
from pathlib import Path

CLONE_NEWNS, CLONE_NEWUSER = 0x00020000, 0x10000000
MS_REC, MS_SLAVE = 0x4000, 1 << 19
MNT_DETACH, UMOUNT_NOFOLLOW = 2, 8

_ESCAPED = re.compile(rb"\\([0-7]{3})")
"""How mountinfo writes a blank, a tab, a line end and a backslash."""


def leave_mounts() -> bool:
    """Give this process mounts of its own, which its children share; False where the kernel refuses.

    Who is not root becomes able to mount in a user namespace of their own, in which they are who they are. To be
    called before there are threads.
    """
    if sys.platform != "linux":
        return False
    user, group = os.geteuid(), os.getegid()
    try:
        _call("unshare", CLONE_NEWNS if user == 0 else CLONE_NEWNS | CLONE_NEWUSER)
        if user != 0:
            Path("/proc/self/setgroups").write_text("deny")
            Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
            Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
        keep_mounts_here()
    except OSError:
        return False
    return True


def keep_mounts_here() -> None:
    """Whatever is mounted from now on, the rest of the machine does not see it."""
    _call("mount", None, b"/", None, MS_REC | MS_SLAVE, None)


def mount_overlay(at: Path, *, below: int, upper: Path, work: Path) -> None:
    """Show the open folder ``below`` at a place, with all that is changed there kept in ``upper``. Raises OSError."""
    layers = f"lowerdir=/proc/self/fd/{below},upperdir={upper},workdir={work},index=off"
    try:
        _call("mount", b"overlay", os.fsencode(at), b"overlay", 0, os.fsencode(f"{layers},redirect_dir=on"))
    except OSError:  # in a user namespace, in which a folder that was there before cannot be renamed (EXDEV)
        _call("mount", b"overlay", os.fsencode(at), b"overlay", 0, os.fsencode(f"{layers},userxattr"))
    # The kernel makes a folder in it that not even its owner may look into, and whoever clears up has to.
    work.joinpath("work").chmod(0o700)


def unmount(at: Path) -> None:
    """Take away what was mounted last at a place; processes that still have it open keep it."""
    with suppress(OSError):  # the folder was removed meanwhile, and its mount with it
        _call("umount2", os.fsencode(at), MNT_DETACH | UMOUNT_NOFOLLOW)


def mounts_below(folder: Path) -> set[Path]:
    """Where something is mounted inside a folder: an overlay over it would not show that."""
    points = (line.split()[4] for line in Path("/proc/self/mountinfo").read_bytes().splitlines())
    read = (Path(os.fsdecode(_ESCAPED.sub(lambda octal: bytes([int(octal[1], 8)]), point))) for point in points)
    return {point for point in read if point != folder and point.is_relative_to(folder)}


def _call(name: str, *arguments: bytes | int | None) -> None:
    """A function of the C library that returns 0, or -1 and sets errno."""
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments) != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))
