"""The stack's directory: one layout for processes and containers, in which everything of a night lies."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from harness.contract.plan import SeededFile

NAME = re.compile(r"[^/\x00-\x1f\x7f]+")
"""What a folder, a job or a consumer may be called where its name becomes a path."""

AT = re.compile(rb'\{"at":\s*(\d+)')


class StackDirectory:
    """Paths by name, and what a reset does to them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.page = root / "page"
        self.library = root / "lib"
        self.control = root / "control"
        self.history = root / "history"
        self.contents = root / "store"
        self.folders = root / "folders"
        self.output = root / "output"
        self.consumers = root / "consumers"
        self.home = root / "home"
        self.temporary = root / "tmp"
        self.chain_views = root / "chains"
        self.logs = root / "logs"

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

    def empty(self) -> None:
        """Forget the last night, and keep the store.

        What a mock holds open, its history and what a consumer holds, it empties itself when it is reset.
        """
        for folder in (self.output, self.home, self.temporary):
            for path in folder.iterdir():
                _remove(path)

    def seed(self, folders: Mapping[str, Iterable[SeededFile]], *, at_ns: int) -> None:
        """Make the working folders hold exactly what the night begins with, dated at its beginning.

        A folder that stays keeps its inode, and who watches it does not lose it.
        """
        for path in self.folders.iterdir():
            if path.name not in folders:
                _remove(path)
        for name, files in folders.items():
            folder = self.folders / plain(name)
            folder.mkdir(exist_ok=True)
            for path in folder.iterdir():
                _remove(path)
            for file in files:
                target = folder / plain(file.name)
                shutil.copyfile(self.contents / plain(file.sha256), target)
                os.utime(target, ns=(at_ns, at_ns))

    def merged_history(self) -> bytes:
        """All components' events as JSON lines, in the order of time; a line that is not whole yet is left out."""
        lines: list[tuple[int, bytes]] = []
        for path in sorted(self.history.glob("*.jsonl")):
            for line in path.read_bytes().splitlines(keepends=True):
                at = AT.match(line)
                if at is not None and line.endswith(b"\n"):
                    lines.append((int(at[1]), line))
        lines.sort(key=lambda entry: entry[0])
        return b"".join(line for _, line in lines)


def plain(name: str) -> str:
    """A name that may become part of a path; what could lead out of its folder is refused."""
    if not NAME.fullmatch(name) or name in {".", ".."}:
        raise ValueError(f"{name!r} cannot be a file's name here")
    return name


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
