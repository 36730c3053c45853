"""What a thread waits on, in words: for a night that is stuck, and for one that runs away."""

from __future__ import annotations

import datetime
import os
import re
import socket
from pathlib import Path

from harness.clock.census.census import KINDS, Sight
from harness.clock.page import ClockPage

_CALLS = {
    "x86_64": {
        0: "read", 1: "write", 7: "poll", 23: "select", 34: "pause", 42: "connect", 43: "accept", 44: "send",
        45: "recv", 46: "send", 47: "recv", 61: "wait for a child", 72: "fcntl", 73: "flock", 202: "a lock",
        128: "a signal", 65: "semaphore", 220: "semaphore", 242: "message", 243: "message", 130: "a signal",
        232: "epoll", 247: "wait for a child", 270: "select", 271: "poll", 281: "epoll",
        288: "accept", 35: "sleep", 230: "sleep",
    },
    "aarch64": {
        63: "read", 64: "write", 72: "select", 73: "poll", 98: "a lock", 95: "wait for a child", 115: "sleep",
        22: "epoll", 202: "accept", 203: "connect", 206: "send", 207: "recv", 211: "send", 212: "recv", 242: "accept",
        137: "a signal", 192: "semaphore", 193: "semaphore", 182: "message", 183: "message",
        260: "wait for a child", 133: "a signal", 25: "fcntl", 32: "flock", 101: "sleep",
    },
}  # fmt: skip
_ON_FILE = {"read", "write", "connect", "accept", "send", "recv", "flock", "fcntl"}

KEEPER = "night-keeper"
"""What a process of the harness calls itself that has no program of its own (prctl(2), PR_SET_NAME)."""

_IDLE = {"accept", "a lock", "a signal", "pause"}


def describe_waits(sights: list[Sight], page: ClockPage, zone: datetime.tzinfo | None) -> tuple[str, ...]:
    """One line for each thread that matters.

    The harness's own programs are left out; idle servers and spare threads too, unless they are all.
    """
    lines: list[tuple[bool, str]] = []
    ours = {pid: is_ours(pid) for pid in {sight.pid for sight in sights}}
    for sight in sights:
        if ours[sight.pid]:
            continue
        call, on, idle = _wait_of(sight)
        since = datetime.datetime.fromtimestamp((sight.since_ns + page.offset_ns) // 10**9, zone)
        line = f"{name_of(sight.pid)} (pid {sight.pid}) waits in {call}{on} since {since:%H:%M:%S}"
        lines.append((idle, line))
    telling = [line for idle, line in lines if not idle]
    return tuple(sorted(telling or [line for _, line in lines]))


def describe_work(sights: list[Sight], held_by: int | None, real_s: float, spins_a_s: float) -> tuple[str, ...]:
    """Which programs kept time from moving; the harness's own, which any look may find awake, only if no other did."""
    workers = {sight.pid: sight for sight in sorted(sights, key=lambda each: -each.outside_clock) if not sight.asleep}
    telling = {pid: sight for pid, sight in workers.items() if not is_ours(pid)} or workers
    lines = [f"{name_of(pid)} (pid {pid}) {_work(sight, real_s, spins_a_s)}" for pid, sight in telling.items()]
    if held_by is not None:
        lines.append(f"{name_of(held_by)} (pid {held_by}) holds the clock")
    return tuple(sorted(lines)) or (_nobody(sights),)


def _nobody(sights: list[Sight]) -> str:
    """What is known where nobody was seen at work: whoever keeps time from moving sleeps whenever he is looked at."""
    running = ", ".join(sorted({name_of(sight.pid) for sight in sights})) or "none"
    return f"nobody was seen at work; the clock knows {len(sights)} threads, of {running}"


def _work(sight: Sight, real_s: float, spins_a_s: float) -> str:
    """What one of them does that is not waiting."""
    if not sight.outside_clock and spins_a_s:
        return f"spins: the clock was read {spins_a_s:,.0f} times a second for {real_s:.1f} real seconds"
    if not sight.outside_clock:
        return f"has worked for {real_s:.1f} real seconds without waiting"
    call, _ = _system_call(sight)
    return f"sleeps in real time, in {call}, outside the virtual clock: a static binary, or a direct system call"


def _wait_of(sight: Sight) -> tuple[str, str, bool]:
    """The call, what it is on (with its preposition, or nothing), and whether it tells little."""
    call, fd = KINDS[sight.kind], sight.fd
    if not call:
        call, fd = _system_call(sight)
    if call == "epoll" and fd >= 0:
        files = [_file(sight.pid, each) for each in watched(sight.pid, fd)]
        found = next((file for file in files if file[1]), None)
        return call, f" on {found[0]}" if found else "", found is None
    if fd < 0:
        return call, "", call in _IDLE or call in {"condition", "semaphore", "mutex"}
    text, tells = _file(sight.pid, fd)
    return call, f" on {text}", call in _IDLE or (sight.kind != 0 and not tells)


def _system_call(sight: Sight) -> tuple[str, int]:
    """What the kernel says that a thread sleeps in, and its first argument where that is a file."""
    try:
        fields = Path(f"/proc/{sight.pid}/task/{sight.tid}/syscall").read_text().split()
        call = _CALLS.get(os.uname().machine, {}).get(int(fields[0]), f"system call {fields[0]}")
    except (OSError, ValueError, IndexError):
        return "a system call", -1
    return call, int(fields[1], 16) if call in _ON_FILE or call == "epoll" else -1


def watched(pid: int, epoll: int) -> list[int]:
    """The descriptors that an epoll instance of a process looks after."""
    try:
        text = Path(f"/proc/{pid}/fdinfo/{epoll}").read_text()
    except OSError:
        return []
    return [int(fd) for fd in re.findall(r"^tfd:\s*(\d+)", text, re.MULTILINE)]


def _file(pid: int, fd: int) -> tuple[str, bool]:
    """What a file descriptor is, and whether a wait on it says something (a connection does, a listener does not)."""
    try:
        target = str(Path(f"/proc/{pid}/fd/{fd}").readlink())
    except OSError:
        return f"file {fd}", True
    if target.startswith("pipe:"):
        return "a pipe", True
    if not target.startswith("socket:"):
        return target, not target.startswith("anon_inode")
    inode = target[len("socket:[") : -1]
    for table, family in (("tcp", socket.AF_INET), ("tcp6", socket.AF_INET6)):
        for row in _rows(pid, table):
            if row[9] == inode:
                listens = row[3] == "0A"
                return _address(row[1 if listens else 2], family), not listens
    return "a local socket", False


def _rows(pid: int, table: str) -> list[list[str]]:
    try:
        return [line.split() for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]]
    except OSError:
        return []


def _address(text: str, family: socket.AddressFamily) -> str:
    """`0100007F:1F90` is 127.0.0.1:8080: each word in the machine's order."""
    host, port = text.split(":")
    words = bytes.fromhex(host)
    packed = b"".join(words[at : at + 4][::-1] for at in range(0, len(words), 4))
    name = socket.inet_ntop(family, packed)
    if name.startswith("::ffff:"):
        name, family = name.removeprefix("::ffff:"), socket.AF_INET
    return f"{name}:{int(port, 16)}" if family == socket.AF_INET else f"[{name}]:{int(port, 16)}"


def is_ours(pid: int) -> bool:
    """Whether a process is a mock, an agent or a keeper: what they wait for is the night itself."""
    try:
        argv = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        name = Path(f"/proc/{pid}/comm").read_text()
    except OSError:
        return False
    modules = any(argument.startswith((b"harness.mocks.", b"harness.stack.")) for argument in argv)
    return modules or argv[0].endswith(b"/night-agent") or name == f"{KEEPER}\n"


def name_of(pid: int) -> str:
    """The component that a process belongs to; else its program's name."""
    try:
        found = re.search(rb"(?:^|\0)NIGHT_COMPONENT=([^\0]+)", Path(f"/proc/{pid}/environ").read_bytes())
        if found:
            return found[1].decode(errors="replace")
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return "a process"
