"""SFTP clients of a test: paramiko in the test itself, and real programs in the night's time."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import paramiko

from harness.contract.endpoints import SFTP
from tests.calibration import patience_s
from tests.clock.needed import needs
from tests.mocks.conftest import NightOfMocks, Played

NAME = "forecast.csv"
PATH = f"/inbox/{NAME}"
CLIENTS = ("paramiko", "asyncssh", "openssh_sftp")
SCRIPTS = Path(__file__).parents[3] / "faults" / "clients"


@contextmanager
def logged_in(source: Played, user: str = SFTP["user"], **credentials: Any) -> Iterator[paramiko.SFTPClient]:
    """A session of paramiko's, by password unless the test has something else."""
    with paramiko.SSHClient() as client:
        client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        known = credentials or {"password": SFTP["password"]}
        port = source.endpoints["sftp"]
        client.connect("127.0.0.1", port, user, allow_agent=False, look_for_keys=False, timeout=patience_s(), **known)
        yield client.open_sftp()


def got(sftp: paramiko.SFTPClient, path: str = PATH) -> bytes:
    content = io.BytesIO()
    sftp.getfo(path, content)
    return content.getvalue()


def put(sftp: paramiko.SFTPClient, path: str, content: bytes = b"a line\n") -> None:
    sftp.putfo(io.BytesIO(content), path)


def until_told(night: NightOfMocks, action: str, how: str) -> None:
    """The other side of a connection notices its end when it does: let it."""
    for _ in range(2_000):
        if [kind for kind, _, _ in night.events(action)][-1:] == [how]:
            return
        night.played["source"].call("GET", "state")


@dataclass(frozen=True)
class Ended:
    """How a client ended: its exit code, what it said, and the file that it left (None: no file)."""

    code: int | None
    said: str
    left: bytes | None


class Clients:
    """Programs that download one file from the night's source, each in a process of the night."""

    def __init__(self, night: NightOfMocks, port: int, name: str, target: Path) -> None:
        self.night, self.port, self.name, self.target = night, port, name, target

    @property
    def places(self) -> dict[str, str]:
        """What a job is told of the source."""
        told = {"host": "127.0.0.1", "port": str(self.port), **SFTP}
        return {f"SFTP_{name.upper()}": value for name, value in told.items()}

    def start(self, client: str) -> subprocess.Popen[bytes]:
        """One of `CLIENTS`, with its defaults."""
        if client == "openssh_sftp":
            needs("sftp")
        return self.program(str(SCRIPTS / f"client_{client}.py"), self.name, str(self.target))

    def program(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Any Python program that is told where the source is."""
        return self.night.job(sys.executable, *arguments, env=self.places, stderr=subprocess.PIPE)

    def run(self, client: str) -> Ended:
        """To its end, which must come within an hour."""
        return self.ended(self.start(client), minutes=60)

    def ended(self, process: subprocess.Popen[bytes], minutes: float) -> Ended:
        """How a program ends within so many minutes of the night."""
        stop = self.night.run(minutes)
        assert process.poll() is not None, f"{stop.reason}: {stop.waits}"
        assert process.stderr is not None
        return Ended(process.returncode, process.stderr.read().decode().strip(), self.left)

    @property
    def left(self) -> bytes | None:
        """The file that a client has left, as it is now."""
        return self.target.read_bytes() if self.target.exists() else None
