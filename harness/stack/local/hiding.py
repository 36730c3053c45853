"""What processes in a stack's mount namespace cannot see: other stacks, and sockets in files that are not their own.

A socket in a file is reached through the file, from whatever network namespace. Below /run, none is (see
`runtime_folder`). Sockets elsewhere, and the directories of other stacks, are covered one by one: those that are there
when the stack starts, and at every reset those that are new.
"""

from __future__ import annotations

import os
import pwd
import shutil
import stat
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from harness.stack.cleanup.directories import PREFIX
from harness.stack.local import namespaces, runtime_folder

RUNTIME = (Path("/run"), Path("/var/run"))
SHARED = Path("/dev/shm")  # noqa: S108 - where stacks live, see cleanup.directories.homes
TEMPORARY = Path("/tmp")  # noqa: S108 - the same

ROOTS_OWN = ("/etc/ssh/ssh_config.d/*", "/usr/lib/systemd/ssh_config.d/*", "/etc/crypto-policies/back-ends/openssh*")
"""Files that OpenSSH's client reads only if root or its user owns them."""


NAME_SERVICES = (
    "/run/nslcd/socket",
    "/run/samba/winbindd/pipe",
    "/run/systemd/userdb/*",
    "/var/lib/sss/pipes/nss",
)
"""Where the C library asks who a user is that is in no file of this machine: OpenSSH does not start without it."""


class Hiding:
    """Made before the namespaces are, because it must know what is outside; ``cover`` and ``refresh`` within."""

    def __init__(self, root: Path, *others: Path) -> None:
        self._kept = (root, *others)
        self._covered: set[Path] = set()
        self._place = root / "hidden"
        self._place.mkdir(exist_ok=True)
        self._name_services = [path for pattern in NAME_SERVICES for path in _glob(pattern)]
        self._rootless: list[Path] = []
        with suppress(KeyError):  # a user without a name, and so without a home
            self._rootless = list(Path(pwd.getpwuid(os.geteuid()).pw_dir).glob(".docker/run/*.sock"))
        # Who reads it later still reads of the network namespace in which it was opened.
        self._bound = os.open("/proc/net/unix", os.O_RDONLY | os.O_CLOEXEC)

    def cover(self) -> None:
        """Hide all that there is to hide now, for this process and all that it starts."""
        namespaces.mount("none", "/", flags=namespaces.PRIVATE | namespaces.RECURSIVE)
        namespaces.mount("night", self._place, "tmpfs", options="mode=0700")
        self._empty = _folder(self._place / "empty", 0o555)
        (self._place / "nothing").touch(mode=0o444)
        self._nothing = os.open(self._place / "nothing", os.O_PATH | os.O_CLOEXEC)
        for number, runtime in enumerate(_existing(RUNTIME)):
            runtime_folder.cover(runtime, self._place / f"run{number}", list(self._needed(runtime)))
        if not _knows_root():
            self._own_what_root_owns()
        self.refresh()
        namespaces.bind(self._empty, self._place)

    def refresh(self) -> None:
        """Hide what is new: other stacks, and sockets that have been bound meanwhile."""
        for stack in self._other_stacks() - self._covered:
            with suppress(OSError):  # it has ended this very moment, or is another user's
                namespaces.bind(self._empty, stack, read_only=True)
                self._covered.add(stack)
        for path in self._sockets():
            with suppress(OSError):  # closed this very moment, or where its own user alone gets
                if stat.S_ISSOCK(path.lstat().st_mode):
                    namespaces.bind(self._nothing, path)

    def uncover(self) -> None:
        """Let the stack's directory be removed."""
        for _ in range(2):  # what it holds, and what hides that
            namespaces.unmount(self._place)

    def _needed(self, runtime: Path) -> Iterator[Path]:
        """What may lie in there and is not to be hidden: users' temporary folder with the stack, who knows names."""
        own = (*(path.parent for path in self._kept), *self._kept)
        for path in (*own, Path("/etc/resolv.conf").resolve(), *self._name_services):
            if path != runtime and path.is_relative_to(runtime) and path.exists():
                yield path

    def _own_what_root_owns(self) -> None:
        for number, path in enumerate(path for pattern in ROOTS_OWN for path in _glob(pattern)):
            with suppress(OSError):  # what cannot be read is of no use to anybody here
                copy = self._place / f"copy{number}"
                shutil.copyfile(path, copy)
                file = os.open(copy, os.O_PATH | os.O_CLOEXEC)
                namespaces.bind(file, path.resolve())
                os.close(file)

    def _other_stacks(self) -> set[Path]:
        homes = {home for home in (SHARED, TEMPORARY, *(path.parent for path in self._kept)) if home.is_dir()}
        names = ((home, name) for home in homes for name in os.listdir(home))  # noqa: PTH208 - quicker, at every reset
        return {home / name for home, name in names if name.startswith(PREFIX)}.difference(self._kept)

    def _sockets(self) -> Iterator[Path]:
        """Every socket in a file that a process outside has bound, as far as can be known."""
        os.lseek(self._bound, 0, os.SEEK_SET)
        own = tuple(f"{path}/" for path in self._kept)
        with os.fdopen(os.dup(self._bound), errors="surrogateescape") as table:
            paths = {line.rstrip("\n").split(maxsplit=7)[7] for line in table if " /" in line}
        paths.difference_update(map(str, self._name_services))
        yield from (Path(path) for path in sorted(paths) if path.startswith("/") and not path.startswith(own))
        yield from self._rootless


def _glob(pattern: str) -> list[Path]:
    """What there is of it, by its real name."""
    return [path.resolve() for path in Path("/").glob(pattern[1:])]


def _existing(paths: Sequence[Path]) -> list[Path]:
    """Those that are folders, each once, though one may be another's link."""
    return sorted({path.resolve() for path in paths if path.is_dir()})


def _folder(path: Path, mode: int) -> int:
    """A new folder, open."""
    path.mkdir(parents=True)
    path.chmod(mode)
    return os.open(path, os.O_PATH | os.O_CLOEXEC)


def _knows_root() -> bool:
    """Whether files of root's are shown as root's here."""
    return any(line.split()[0] == "0" for line in Path("/proc/self/uid_map").read_text().splitlines())
