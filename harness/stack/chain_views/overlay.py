"""A view by an overlay that is mounted over the chain's folder itself, where the supervisor has mounts of its own.

Paths mean what they mean outside: the absolute ones, ``..``, what is installed from there. Below is the folder; what a
job writes is kept in the stack's directory. So a reset is one mount, whatever the folder holds, and what was changed is
what lies in the upper layer: copies of files that were opened for writing, marks in the place of those removed.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path

from harness.errors import StackError
from harness.stack.chain_views.changes import Change, changes_between, counted, names_in
from harness.stack.chain_views.mounts import mount_overlay, unmount
from harness.stack.chain_views.owners import Owners
from harness.stack.cleanup.removal import remove_what_goes
from harness.stack.local import namespaces

OPAQUE = ("trusted.overlay.opaque", "user.overlay.opaque", "trusted.overlay.redirect", "user.overlay.redirect")
"""Marks of a folder in the upper layer that does not show what lies below it at its place."""


class OverlayView:
    """The folder ``folder`` under an overlay, whose layers are kept in ``layers``."""

    def __init__(self, folder: Path, layers: Path) -> None:
        self.cwd = str(folder)
        self._folder = folder
        self._layers = layers
        self._below: int | None = None
        self._upper: Path | None = None

    def renew(self) -> None:
        """Mount an overlay with nothing in it yet; the folder below is seen as it is now."""
        self.end()
        try:
            self._begin()
        except OSError as error:
            self.end()
            raise StackError(
                f"chain folder {self._folder}",
                found=f"no overlay can be mounted over it any more: {error.strerror}",
                expected="the folder that was there when the chain was loaded",
                todo="leave the folder in its place while its nights run",
            ) from error

    def _begin(self) -> None:
        # New layers each time: a process that holds the last night's overlay open may hold its layers, too.
        self._layers.mkdir(exist_ok=True)
        layer = Path(tempfile.mkdtemp(dir=self._layers))
        upper, work = layer / "upper", layer / "work"
        upper.mkdir()
        work.mkdir()
        self._below = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        _as_below(upper, os.fstat(self._below))
        mount_overlay(self._folder, below=self._below, upper=upper, work=work)
        self._upper = upper

    def changes(self) -> list[Change]:
        """What the upper layer holds, compared with what lies below it."""
        if self._upper is None:
            return []
        return counted(self._changed(self._upper, ""))

    def _changed(self, upper: Path, path: str) -> Iterator[Change]:
        below = Path(f"/proc/self/fd/{self._below}")
        for name in names_in(upper):
            found = f"{path}/{name}".lstrip("/")
            if _shows_below(upper / name, below / found):
                yield from self._changed(upper / name, found)
            else:
                yield from changes_between(below / found, self._folder / found, found)

    def end(self) -> None:
        """Unmount it, and forget what was in it."""
        if self._upper is not None:
            unmount(self._folder)
            self._upper = None
        if self._below is not None:
            os.close(self._below)
            self._below = None
        remove_what_goes(self._layers)


def can_overlay(folder: Path, layers: Path, *, ours: Collection[Path]) -> bool:
    """Whether the folder can have an overlay, by trying. Mounts inside it that are not ``ours`` would be hidden.

    No job could write to the file of an owner whom this namespace does not know: the file is first copied, for him.
    """
    if (
        layers.is_relative_to(folder)
        or not namespaces.mounts_below(folder).keys() <= {*ours}
        or not Owners.here().have_all_of(folder)
    ):
        return False
    view = OverlayView(folder, layers)
    try:
        view.renew()
    except StackError:
        return False
    finally:
        view.end()
    return True


def overlays_work(trial: Path) -> bool:
    """Whether overlays do here what jobs do in folders, by trying: some kernels mount one and keep no marks in it."""
    below = trial / "below"
    for name in ("removed", "renamed"):
        (below / name).mkdir(parents=True)
    view = OverlayView(below, trial / "layers")
    try:
        view.renew()
        (below / "removed").rmdir()
        (below / "removed").mkdir()
        return not (below / "added").exists()
    except (StackError, OSError):
        return False
    finally:
        view.end()
        shutil.rmtree(trial, ignore_errors=True)


def _shows_below(upper: Path, below: Path) -> bool:
    """Whether both are folders, and what is seen there is what is in either."""
    try:
        if not (stat.S_ISDIR(upper.lstat().st_mode) and stat.S_ISDIR(below.lstat().st_mode)):
            return False
        return not any(mark in OPAQUE for mark in os.listxattr(upper, follow_symlinks=False))
    except OSError:
        return False


def _as_below(upper: Path, status: os.stat_result) -> None:
    """The folder's own mode, owner and time are those of its upper layer."""
    if os.geteuid() == 0:
        os.chown(upper, status.st_uid, status.st_gid)
    upper.chmod(stat.S_IMODE(status.st_mode))
    os.utime(upper, ns=(status.st_atime_ns, status.st_mtime_ns))
