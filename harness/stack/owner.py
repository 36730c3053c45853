"""Whose stack it is: one process, told apart from any later process with the same pid.

Containers, networks and volumes outlive the process that made them; a sweep may remove them only when that process is
known to be gone. A pid alone does not say so: it is reused, it means another process in another PID namespace, and
after a reboot it means nothing.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Life = Literal["alive", "dead", "unknown"]


@dataclass(frozen=True)
class Owner:
    """A process, by its pid, its start time, and the boot and PID namespace in which these mean something."""

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
        pid, _, rest = text.partition("@")
        started, _, world = rest.partition("@")
        return cls(int(pid), started, world) if pid.isdigit() else None

    def __str__(self) -> str:
        return f"{self.pid}@{self.started}@{self.world}"

    def life(self) -> Life:
        """Whether the process still runs; unknown where it cannot be seen from here."""
        if self.world != _world():
            return "unknown"
        if not Path("/proc/self").exists():
            return "alive" if _answers(self.pid) else "dead"
        return "alive" if _started(self.pid) == self.started else "dead"


def _world() -> str:
    """The boot and the PID namespace; without /proc, the machine's name."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        return f"{boot}/{Path('/proc/self/ns/pid').readlink().name}"
    except OSError:
        return os.uname().nodename


def _started(pid: int) -> str:
    """The start time of a process, in clock ticks since boot; empty when there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def _answers(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
