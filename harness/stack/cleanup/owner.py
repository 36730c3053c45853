"""Who owns containers, networks and volumes: a process, and the world in which its pid means something.

They outlive the process that made them, and a sweep may remove them only when that process is known to be gone. From
another boot, another PID namespace or another machine that shares the engine, that cannot be known.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Life = Literal["alive", "dead", "unknown"]


@dataclass(frozen=True)
class Owner:
    """A process by its pid and start time (clock ticks since boot), and the boot and PID namespace it lives in."""

    pid: int
    started: str
    world: str

    @classmethod
    def me(cls) -> Owner:
        """The process that runs this."""
        return cls(os.getpid(), _started(os.getpid()), _world())

    @classmethod
    def parse(cls, text: str) -> Owner | None:
        """What `str` wrote; None when it is not one of ours."""
        pid, *rest = text.split("@", 2)
        return cls(int(pid), *rest) if pid.isdigit() and len(rest) == 2 else None

    def __str__(self) -> str:
        return f"{self.pid}@{self.started}@{self.world}"

    def life(self) -> Life:
        """Whether the process still runs; unknown where it cannot be seen from here."""
        if self.world != _world():
            return "unknown"
        alive = _started(self.pid) == self.started if self.started else _answers(self.pid)
        return "alive" if alive else "dead"


def _world() -> str:
    """The boot and the PID namespace; without /proc, the machine's name."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot}/{Path('/proc/self/ns/pid').readlink().name}"
    except OSError:
        return os.uname().nodename


def _started(pid: int) -> str:
    """A process's start time; empty when there is none, when only its zombie is left, or without /proc."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in "ZX" else fields[19]


def _answers(pid: int) -> bool:
    """Whether any process has this pid: all that can be known without /proc."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
