"""What the processes of a night make while its time stands still: bytes, memory, time in the kernel, or nothing.

All of it is what the kernel counts in `/proc`, so no program has to say anything. What went through a socket by `recv`
and `send` is not among the bytes; it shows as time in the kernel, and at the other end as a request that was served.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from harness.clock.census.waits import is_ours, name_of

_TICKS_A_S = os.sysconf("SC_CLK_TCK")

_KERNEL_SHARE = 0.02
"""A program that makes system calls spends more of its time in them; the switches of an interpreter lock take 0.7 %."""

_KERNEL_TICKS = 3
"""And no less than these of the kernel's own ticks, by which it counts: one or two may fall on any program."""

_FAULTS_A_S = 10
"""Pages that a program takes in a second: one that only spins has all of its own, and takes none."""


@dataclass(frozen=True)
class Made:
    """What some processes have made: CPU seconds, those of them in the kernel, bytes read and written, page faults."""

    cpu_s: float = 0.0
    kernel_s: float = 0.0
    read: int = 0
    written: int = 0
    faults: int = 0

    # Of each field the sum has its own type, which a tuple of both types does not tell mypy.
    def __add__(self, other: Made) -> Made:
        return Made(*(mine + theirs for mine, theirs in zip(self._all, other._all, strict=True)))  # type: ignore[arg-type]

    def since(self, before: Made) -> Made:
        """What has been made since then; a process that ended unseen took its counts with it, so never less than 0."""
        return Made(*(max(0, now - then) for now, then in zip(self._all, before._all, strict=True)))  # type: ignore[arg-type]

    @property
    def moves_bytes(self) -> bool:
        """Whether anything was read or written."""
        return bool(self.read or self.written)

    def is_progress(self, real_s: float, *, spins: bool) -> bool:
        """Whether this is more than CPU time, for so many real seconds.

        Bytes are; for who reads the clock all the time (``spins``), only they.
        """
        if self.moves_bytes:
            return True
        seconds = max(self.cpu_s, real_s)
        in_kernel = self.kernel_s >= max(_KERNEL_SHARE * seconds, _KERNEL_TICKS / _TICKS_A_S)
        return not spins and (in_kernel or self.faults >= _FAULTS_A_S * seconds)

    def __str__(self) -> str:
        bytes_ = ((self.read, "read"), (self.written, "written"))
        told = [f"{_size(count)} {what}" for count, what in bytes_ if count]
        return ", ".join([f"{self.cpu_s:.1f} s of CPU", *told])

    @property
    def _all(self) -> tuple[float, ...]:
        return tuple(asdict(self).values())


@dataclass(frozen=True)
class Work:
    """What was made while time stood still: by the programs of the night, by name; requests that its mocks served."""

    by_name: Mapping[str, Made]
    served: int = 0
    progress: bool = False
    """Whether any of it is more than CPU time."""

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Work:
        """From what `asdict` makes of one."""
        by_name = {name: Made(**made) for name, made in told["by_name"].items()}
        return cls(by_name, told["served"], told["progress"])

    def and_then(self, later: Work) -> Work:
        """Both together, with the later one's progress."""
        names = {**self.by_name, **later.by_name}
        added = {name: self.by_name.get(name, Made()) + later.by_name.get(name, Made()) for name in names}
        return Work(added, self.served + later.served, later.progress)

    @property
    def moves_bytes(self) -> bool:
        """Whether anything was read, written or served."""
        return bool(self.served) or any(made.moves_bytes for made in self.by_name.values())

    def __str__(self) -> str:
        told = [f"{name} {made}" for name, made in sorted(self.by_name.items()) if made.cpu_s or made.moves_bytes]
        told += [f"{self.served:,} request{'s' * (self.served != 1)} served"] if self.served else []
        return "; ".join(told)


NOTHING = Work({})


class Meter:
    """Measures from the moment at which it is made; ``served`` counts the requests that were served so far."""

    def __init__(self, pids: Iterable[int], served: Callable[[], int]) -> None:
        self._served = served
        self._begin(_counted(_with_descendants(pids)))

    def _begin(self, counts: Mapping[int, tuple[str | None, Made]]) -> None:
        self._before, self._served_before = counts, self._served()
        self._began_ticks = time.clock_gettime(time.CLOCK_BOOTTIME) * _TICKS_A_S

    def measured(self, pids: Iterable[int], real_s: float, *, spins: bool) -> Work:
        """What was made in so many real seconds, and measure anew from here.

        A process counts what its children made when it has waited for them; so groups of a name are compared, and not
        single processes.
        """
        now = {
            pid: count
            for pid, count in _counted(_with_descendants(pids)).items()
            if pid in self._before or _started_ticks(pid) >= self._began_ticks - 1
        }
        total, by_name = Made(), {}
        for name in {name for name, _ in (*now.values(), *self._before.values())}:
            made = _sum(now, name).since(_sum(self._before, name))
            total += made
            if name is not None:
                by_name[name] = made
        served = self._served() - self._served_before
        self._begin(now)
        return Work(by_name, served, bool(served) or total.is_progress(real_s, spins=spins))


def _sum(counts: Mapping[int, tuple[str | None, Made]], wanted: str | None) -> Made:
    return sum((made for name, made in counts.values() if name == wanted), Made())


def _counted(pids: Iterable[int]) -> dict[int, tuple[str | None, Made]]:
    """Each process with its name, which the harness's own have not, and what it and its ended children have made."""
    return {pid: (None if is_ours(pid) else name_of(pid), made) for pid in set(pids) if (made := _made_by(pid))}


def _made_by(pid: int) -> Made | None:
    """proc_pid_stat(5), and proc_pid_io(5) where we may read it; None when the process is gone."""
    fields = _stat(pid)
    if fields is None:
        return None
    minor, minor_of_ended, major, major_of_ended, user, kernel, user_of_ended, kernel_of_ended = map(int, fields[7:15])
    kernel_s = (kernel + kernel_of_ended) / _TICKS_A_S
    cpu_s = (user + user_of_ended) / _TICKS_A_S + kernel_s
    faults = minor + minor_of_ended + major + major_of_ended
    try:
        io = dict(line.split(b": ") for line in Path(f"/proc/{pid}/io").read_bytes().splitlines())
    except OSError:  # another user's, and we have not the rights of a tracer
        return Made(cpu_s, kernel_s, faults=faults)
    return Made(cpu_s, kernel_s, int(io[b"rchar"]), int(io[b"wchar"]), faults)


def _started_ticks(pid: int) -> int:
    fields = _stat(pid)
    return 0 if fields is None else int(fields[19])


def _stat(pid: int) -> list[str] | None:
    """The fields from the state on: the name before them may hold anything, but ends at the last ')'."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return None


def _with_descendants(pids: Iterable[int]) -> set[int]:
    """And what they have started since the census listed its members, which it does not while one of them works."""
    found: set[int] = set()
    todo = set(pids)
    while todo:
        pid = todo.pop()
        found.add(pid)
        todo |= set(_children_of(pid)) - found
    return found


def _children_of(pid: int) -> Iterable[int]:
    try:
        tasks = [*Path(f"/proc/{pid}/task").iterdir()]
    except OSError:  # it has ended meanwhile
        return
    for task in tasks:
        try:
            yield from map(int, (task / "children").read_text().split())
        except OSError:
            continue


def _size(count: int) -> str:
    """1234567 is 1.2 MB."""
    for unit, of in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= of:
            return f"{count / of:.1f} {unit}"
    return f"{count} B"
