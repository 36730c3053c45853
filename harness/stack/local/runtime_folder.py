"""/run as a stack sees it: every file is there, and no socket leads anywhere.

Services listen at sockets below /run: a container engine, the system bus, a database. Through an overlay the file of a
socket is there and nobody is behind it, which holds for one that is made later, too. What is written is the stack's
own. Filesystems that are mounted in there are left empty, such as a user's own runtime folder; but for disks, because
a chain may lie on one.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from harness.stack.local import namespaces

IN_MEMORY = ("tmpfs", "ramfs", "nsfs", "autofs", "proc")


def cover(runtime: Path, own: Path, needed: Iterable[Path]) -> None:
    """Do it in this mount namespace; ``own`` is an empty place for what is written, ``needed`` stays as it is."""
    kept = [(path, _open(path)) for path in (*_disks(runtime), *needed)]
    below = _open(runtime)
    own.mkdir()
    view = _folder(own / "view", runtime)
    namespaces.bind(view, runtime)
    _show(f"/proc/self/fd/{below}", runtime, own)
    for path, file in kept:
        _make_place(path, is_folder=stat.S_ISDIR(os.fstat(file).st_mode))
        namespaces.bind(file, path)
    for file in (below, view, *(file for _, file in kept)):
        os.close(file)


def _show(source: str, target: Path, own: Path) -> None:
    """Lay an overlay over a folder; where the kernel refuses because something is mounted in there, over its parts."""
    number = len(os.listdir(own))  # noqa: PTH208 - only how many
    layers = {"lowerdir": _open(source)}
    layers |= {f"{name}dir": _folder(own / f"{name}{number}", Path(source)) for name in ("upper", "work")}
    options = ",".join(f"{name}=/proc/self/fd/{file}" for name, file in layers.items())
    try:
        namespaces.mount("night", target, "overlay", options=options)
    except OSError as error:
        if error.errno == errno.EINVAL:
            _show_parts(source, target, own)
        # else there are no overlays for this user (before Linux 5.11), and nothing is there but what is needed
    finally:
        for file in layers.values():
            os.close(file)


def _show_parts(source: str, target: Path, own: Path) -> None:
    device = os.stat(source).st_dev  # noqa: PTH116 - of an open file
    for part in os.scandir(source):
        place = target / part.name
        with suppress(PermissionError):  # where this user may not look, nor may a job
            if part.is_symlink():
                place.symlink_to(Path(part.path).readlink())
            elif part.is_dir():
                os.close(_folder(place, Path(part.path)))
                if part.stat().st_dev == device:
                    _show(part.path, place, own)
            elif part.is_file():
                place.touch()
                file = _open(part.path)
                namespaces.bind(file, place)
                os.close(file)


def _folder(path: Path, like: Path) -> int:
    """A new folder that is as open as another one; itself open."""
    path.mkdir()
    path.chmod(stat.S_IMODE(like.stat().st_mode))
    return _open(path)


def _open(path: Path | str) -> int:
    return os.open(path, os.O_PATH | os.O_CLOEXEC)


def _disks(below: Path) -> list[Path]:
    """Where disks are mounted below there."""
    mounted = namespaces.mounts_below(below)
    return [at for at, kind in mounted.items() if kind not in IN_MEMORY and _is_folder(at)]


def _make_place(path: Path, *, is_folder: bool) -> None:
    """Something at which to show what was there before."""
    folder = path if is_folder else path.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except PermissionError:  # below a folder of root's, in which there was a filesystem of the user's
        namespaces.mount("night", next(parent for parent in path.parents if _is_folder(parent)), "tmpfs")
        folder.mkdir(parents=True, exist_ok=True)
    if not is_folder and not path.exists():  # whose it is may not be this user's to touch
        path.touch()


def _is_folder(path: Path) -> bool:
    """Also False where one may not look."""
    try:
        return path.is_dir()
    except PermissionError:
        return False
