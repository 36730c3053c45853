"""The stack's directory: one layout for processes and containers, in which everything of a night lies."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from harness.contract.plan import SeededFile
from harness.errors import StackError
from harness.stack.cleanup.removal import remove_all, remove_all_in

NAME = re.compile(r"[^/\x00-\x1f\x7f]+")
"""What a folder, a job or a consumer may be called where its name becomes a path."""

FULL_BYTES = 256 << 10
"""A disk with less is full: the next write of a program may be refused."""

AT = re.compile(rb'\{"at":\s*(\d+)')


class StackDirectory:
    """Paths by name, and what a reset does to them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.shared = root / "shared"
        """A link, where root has started the night: to what processes of other users reach too."""
        self.page = (self.shared if self.shared.is_symlink() else root) / "page"
        self.port_states = root / "ports"
        self.callers = root / "callers"
        self.library = root / "lib"
        self.control = root / "control"
        self.history = root / "history"
        self.contents = root / "store"
        self.folders = root / "folders"
        self.output = root / "output"
        self.consumers = root / "consumers"
        self.home = root / "home"
        self.temporary = (root / "tmp").resolve()
        """A link, where the stack itself may lie in memory: temporary files belong on disk."""
        self.chain_views = root / "chains"
        self.logs = root / "logs"

    def share(self, clock: Path) -> None:
        """Let the clock page, and what the mocks have beside it, lie in another directory; for one that is new."""
        self.shared.symlink_to(clock)
        for beside in (self.port_states, self.callers):
            (clock / beside.name).mkdir(mode=0o711)
            beside.symlink_to(clock / beside.name)
        self.page = self.shared / "page"

    def put_temporary(self, place: Path) -> None:
        """Let the night's temporary folder lie in another directory; for one that is new."""
        place.mkdir()
        (self.root / "tmp").symlink_to(place)
        self.temporary = place.resolve()

    @property
    def elsewhere(self) -> list[Path]:
        """The directories outside of ``root`` that are this stack's: those of the clock and of temporary files."""
        return [link.readlink().parent for link in (self.shared, self.root / "tmp") if link.is_symlink()]

    def make(self) -> None:
        """Make what is missing."""
        for folder in (self.library, self.control, self.history, self.contents, self.folders, self.output):
            folder.mkdir(exist_ok=True)
        for folder in (self.consumers, self.home, self.temporary, self.chain_views, self.logs):
            folder.mkdir(exist_ok=True)
        self.temporary.chmod(0o1777)  # a job in a container may be any user

    def socket(self, component: str) -> Path:
        """A component's control interface, or an agent's own protocol."""
        return self.control / f"{component}.sock"

    def log(self, component: str) -> Path:
        """What a component wrote to its output, for error messages."""
        return self.logs / f"{component}.log"

    def last_lines(self, component: str, count: int = 10) -> str:
        """The end of a component's log, indented for an error message."""
        try:
            lines = self.log(component).read_text(errors="replace").splitlines()[-count:]
        except FileNotFoundError:
            lines = []
        return "\n".join(f"    | {line}" for line in lines) or "    | (it wrote nothing)"

    def agents(self) -> list[Path]:
        """The sockets of the agents that start jobs: one, or one an image."""
        return sorted(path for path in self.control.glob("agent*.sock") if path.is_socket())

    def servers(self) -> list[Path]:
        """The sockets of the agents that start a consumer's server: none, where the mock itself does."""
        return sorted(path for path in self.control.glob("server-*.sock") if path.is_socket())

    def empty(self) -> None:
        """Forget the last night, and keep the store.

        What a mock holds open, its history and what a consumer holds, it empties itself when it is reset.
        """
        self.make()  # a job may have removed its home or its temporary folder
        for folder in (self.output, self.home, self.temporary):
            remove_all_in(folder)

    def seed(self, folders: Mapping[str, Iterable[SeededFile]], *, at_ns: int) -> None:
        """Make the working folders hold exactly what the night begins with, dated at its beginning.

        A folder that stays keeps its inode, and who watches it does not lose it.
        """
        for path in self.folders.iterdir():
            if path.name not in folders:
                remove_all(path)
        for name, files in folders.items():
            folder = self.folders / plain(name)
            folder.mkdir(exist_ok=True)
            remove_all_in(folder)
            for file in files:
                target = folder / plain(file.name)
                shutil.copyfile(self.contents / plain(file.sha256), target)
                os.utime(target, ns=(at_ns, at_ns))

    def require_room(self) -> None:
        """Raise StackError where there is no more room: what was written last is then not whole, whoever wrote it."""
        for folder in (self.root, self.temporary.parent):
            if shutil.disk_usage(folder).free < FULL_BYTES:
                raise StackError(
                    f"the folder of the stack, {folder}",
                    found="its disk is full",
                    expected="room for the files, histories and outputs of a night",
                    todo="make room there (df -h), or put TMPDIR on a disk that has some; then run again",
                )

    def merged_history(self, more: Iterable[Mapping[str, Any]] = (), *, time_grows: bool) -> bytes:
        """All components' events, and what nobody records in a file, as JSON lines in the order of time.

        A line that is not whole yet is left out. Where time only grows, as a night's does, StackError for a component
        whose time has gone back.
        """
        lines = [(int(event["at"]), f"{json.dumps(event)}\n".encode()) for event in more]
        for path in sorted(self.history.glob("*.jsonl")):
            before = 0
            for number, line in enumerate(path.read_bytes().splitlines(keepends=True), 1):
                at = AT.match(line)
                if at is None or not line.endswith(b"\n"):
                    continue
                if time_grows and int(at[1]) < before:
                    raise _went_back(path.stem, number, (before - int(at[1])) / 1e9)
                before = int(at[1])
                lines.append((before, line))
        lines.sort(key=lambda entry: entry[0])
        return b"".join(line for _, line in lines)


def _went_back(component: str, number: int, by_s: float) -> StackError:
    return StackError(
        f"the history of {component}",
        found=f"its time went back by {by_s:,.6f} s, at event {number}",
        expected="a clock that only grows",
        todo="look for a program of the night that writes to the file that NIGHT_CLOCK names; if none does, "
        "please report this",
    )


def plain(name: str) -> str:
    """A name that may become part of a path; what could lead out of its folder is refused."""
    if not NAME.fullmatch(name) or name in {".", ".."}:
        raise ValueError(f"{name!r} cannot be a file's name here")
    return name
