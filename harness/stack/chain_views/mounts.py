"""Overlays in the mount namespace of this process."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from harness.stack.local import namespaces


def mount_overlay(at: Path, *, below: int, upper: Path, work: Path) -> None:
    """Show the open folder ``below`` at a place, with all that is changed there kept in ``upper``. Raises OSError."""
    layers = f"lowerdir=/proc/self/fd/{below},upperdir={upper},workdir={work},index=off"
    try:
        namespaces.mount("overlay", at, "overlay", options=f"{layers},redirect_dir=on")
    except OSError:  # in a user namespace, in which a folder that was there before cannot be renamed (EXDEV)
        namespaces.mount("overlay", at, "overlay", options=f"{layers},userxattr")
    # The kernel makes a folder in it that not even its owner may look into, and whoever clears up has to.
    work.joinpath("work").chmod(0o700)


def unmount(at: Path) -> None:
    """Take away what was mounted last at a place; processes that still have it open keep it."""
    with suppress(OSError):  # the folder was removed meanwhile, and its mount with it
        namespaces.unmount(at)
