"""Real SFTP clients against the source: each by itself, in the night's time, and what it does about every fault."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.endpoints import SFTP
from tests.mocks.conftest import NightOfMocks, Played

CLIENTS = ("paramiko", "asyncssh", "openssh_sftp")
SCRIPTS = Path(__file__).parents[1] / "faults" / "clients"
NAME = "large.csv"
CONTENT = b"".join(b"%07d,a line of a file\n" % number for number in range(3_000_000 // 27))
SIZE = len(CONTENT)
HALF = SIZE // 2
WHERE = {"file": "large", "what": "file"}


@dataclass(frozen=True)
class Ended:
    """How a client ended: its exit code, what it said, and what it left behind (None: nothing)."""

    code: int
    said: str
    left: bytes | None


class Client:
    def __init__(self, night: NightOfMocks, port: int, folder: Path) -> None:
        self.night, self.port, self.target = night, port, folder / "target.csv"

    @property
    def places(self) -> dict[str, str]:
        at = {"host": "127.0.0.1", "port": str(self.port), **SFTP}
        return {f"SFTP_{name.upper()}": value for name, value in at.items()}

    def start(self, client: str) -> subprocess.Popen[bytes]:
        script = str(SCRIPTS / f"client_{client}.py")
        return self.night.job(
            sys.executable, script, NAME, str(self.target), env=self.places, stderr=subprocess.PIPE
        )

    def run(self, client: str, minutes: float = 60) -> Ended:
        process = self.start(client)
        stop = self.night.run(minutes)
        assert process.poll() is not None, (stop.reason, stop.waits)
        assert process.stderr
        return Ended(process.returncode, process.stderr.read().decode().strip(), self.left)

    @property
    def left(self) -> bytes | None:
        return self.target.read_bytes() if self.target.exists() else None


@pytest.fixture
def source(night: NightOfMocks) -> Played:
    night.publish(NAME, CONTENT, source="sftp")
    return night.start("source")


@pytest.fixture
def client(night: NightOfMocks, source: Played, tmp_path: Path) -> Client:
    return Client(night, source.endpoints["sftp"], tmp_path)


@pytest.mark.parametrize("name", CLIENTS)
def test_a_client_downloads_the_file(night: NightOfMocks, client: Client, name: str) -> None:
    assert client.run(name) == Ended(0, "", CONTENT)
    served = {"name": NAME, "what": "file", "via": "sftp"}
    assert night.events("serve")[-2:] == [
        ("invoke", served, None),
        ("ok", served | {"bytes": SIZE, "complete": True}, None),
    ]


@pytest.mark.parametrize("name", CLIENTS)
@pytest.mark.parametrize("length", ["consistent", "declared", "missing"])
def test_x(night: NightOfMocks, source: Played, client: Client, name: str, length: str) -> None:
    source.arm("serve", {"cut": {"bytes": HALF}, "length": length}, where=WHERE)
    ended = client.run(name)
    print(ended.code, ended.said, ended.left and len(ended.left), night.events("serve")[-1])


@pytest.mark.parametrize("name", CLIENTS)
@pytest.mark.parametrize("kind", ["internal_error", "forbidden", "unavailable", "session_expired"])
def test_y(night: NightOfMocks, source: Played, client: Client, name: str, kind: str) -> None:
    source.arm("request", {"refuse": kind, "after_bytes": HALF}, where={"operation": "get"})
    ended = client.run(name)
    print(ended.code, ended.said, ended.left and len(ended.left), night.events("serve")[-1])


@pytest.mark.parametrize("name", CLIENTS)
def test_z(night: NightOfMocks, source: Played, client: Client, name: str) -> None:
    source.arm("answer", {"silence": True, "after_bytes": HALF}, where={"operation": "get"})
    p = client.start(name)
    s = night.run(600)
    print(s.reason, s.waits, p.poll(), client.left and len(client.left))
    source.done("DELETE", "arm/0")
    s = night.run(1200)
    print(s.reason, s.waits, p.poll(), p.stderr.read())
