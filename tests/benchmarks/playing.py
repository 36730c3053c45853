"""The source, and the wire in front of it, as programs on the machine's clock, with one large file."""

from __future__ import annotations

import hashlib
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from harness.contract.codec import write
from harness.contract.content import Content
from harness.contract.plan import Plan, PlannedFile
from harness.mocks.core.relay import UnixConnection
from harness.stack.cleanup.processes import descendants_of
from tests.benchmarks.machine import cpu_s

NAME = "large.csv"
UP_WITHIN_S = 20.0


@dataclass(frozen=True)
class Server:
    """Where one is, and its process."""

    port: int
    pid: int

    @property
    def url(self) -> str:
        """Its address, where it speaks HTTP."""
        return f"http://127.0.0.1:{self.port}"


@dataclass(frozen=True)
class Download:
    """What a client got and how long that took; the server's CPU for it, and the peak memory of its largest process."""

    size: int
    seconds: float
    server_cpu_s: float
    peak_kb: int


@contextmanager
def source(content: Path, scratch: Path, via: str, endpoint: str) -> Iterator[Server]:
    """The source with the file behind one front end."""
    (scratch / "store").mkdir(parents=True)
    sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    with content.open("rb") as file:
        while chunk := file.read(1 << 20):
            sha256.update(chunk)
            md5.update(chunk)
    (scratch / "store" / sha256.hexdigest()).symlink_to(content)
    held = Content(
        sha256=sha256.hexdigest(),
        md5=md5.hexdigest(),
        size=content.stat().st_size,
        records=0,
        control_total=None,
        layout=None,
    )
    large = PlannedFile(file="large", name=NAME, source=via, arrives_ns=0, content=held)
    night = Plan(
        chain="large",
        owner="data-ops",
        timezone="UTC",
        date="2026-11-23",
        begins_ns=0,
        deadline_ns=0,
        closes_ns=0,
        files=(large,),
    )
    with program("source", scratch) as (process, endpoints):
        asked("source", scratch, "POST", "/reset", write(night))
        yield Server(endpoints[endpoint], process.pid)


@contextmanager
def wire(to: Server, scratch: Path) -> Iterator[Server]:
    """The wire in front of a server."""
    with program("wire", scratch, "--route", f"source=0=127.0.0.1:{to.port}") as (process, endpoints):
        yield Server(endpoints["source"], process.pid)


@contextmanager
def program(name: str, scratch: Path, *arguments: str) -> Iterator[tuple[subprocess.Popen[bytes], dict[str, int]]]:
    """A mock, and the ports of its endpoints."""
    command = [sys.executable, "-m", f"harness.mocks.{name}", "--dir", str(scratch), *arguments]
    with subprocess.Popen(command) as process:
        try:
            yield process, asked(name, scratch, "GET", "/health")["endpoints"]
        finally:
            process.terminate()


def asked(name: str, scratch: Path, method: str, path: str, body: object = None) -> dict[str, dict[str, int]]:
    """A control call, as soon as the mock takes one."""
    gives_up = time.monotonic() + UP_WITHIN_S
    while True:
        connection = UnixConnection(scratch / "control" / f"{name}.sock", timeout_s=UP_WITHIN_S)
        try:
            connection.request(method, path, body=None if body is None else json.dumps(body))
            answer = connection.getresponse()
            found: dict[str, dict[str, int]] = json.load(answer)
            assert answer.status == 200, found
            return found
        except (FileNotFoundError, ConnectionRefusedError):
            assert time.monotonic() < gives_up, f"the {name} did not start"
            time.sleep(0.01)
        finally:
            connection.close()


def free_port() -> int:
    """One that nobody has."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port


@contextmanager
def listening(process: subprocess.Popen[bytes], port: int) -> Iterator[None]:
    """Another server's program, from when somebody listens until it is ended."""
    gives_up = time.monotonic() + UP_WITHIN_S
    with process:
        try:
            while not _reached(port):
                assert process.poll() is None, f"{process.args!r} has ended"
                assert time.monotonic() < gives_up, f"{process.args!r} does not listen"
                time.sleep(0.01)
            yield
        finally:
            process.terminate()


def _reached(port: int) -> bool:
    with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False


def downloaded(pid: int, client: str, *arguments: str) -> Download:
    """One download by a client's program, which says how many bytes came and how many seconds it took.

    The client stays until the server has been looked at: sshd has a process for each.
    """
    command = [sys.executable, "-c", client, *arguments]
    before_s = cpu_s(pid, *descendants_of(pid))
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        size, seconds = process.stdout.readline().split()
        pids = (pid, *descendants_of(pid))
        return Download(int(size), float(seconds), cpu_s(*pids) - before_s, max(peak_of(one) for one in pids))


def peak_of(pid: int) -> int:
    """The most memory that a process has ever had, in kB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")), 0)
