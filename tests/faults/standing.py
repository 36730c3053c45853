"""Real clients that stand by for a whole module's nights: each in a process of its own, in the night's time."""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from harness.faults.model.clients import CLIENTS
from tests.clock.needed import absent
from tests.mocks.conftest import NightOfMocks, end

FOLDER = Path(__file__).parent / "clients"
SCRIPTS = {client: FOLDER / f"client_{client}.py" for told in CLIENTS.values() for client in told}
VIA = {client: protocol for protocol, told in CLIENTS.items() for client in told}
"""The front end that each client speaks to."""

PROGRAMS = {"curl": "curl", "openssh_sftp": "sftp"}
DISTRIBUTIONS = {"boto3_download_file": "boto3", "snowflake": "snowflake-connector-python"}
"""What a client is called where it is not called like that."""

LEAVES_BEHIND = ("snowflake",)
"""Whose session goes on ticking after an error, through all nights that follow."""


def missing(client: str) -> str | None:
    """What a client needs and is not here."""
    if client in PROGRAMS:
        return None if shutil.which(PROGRAMS[client]) else absent(PROGRAMS[client])
    try:
        metadata.version(name := DISTRIBUTIONS.get(client, client))
    except metadata.PackageNotFoundError:
        return f"{name} is not installed: pip install -e '.[test]'"
    return None


def clients() -> list[str]:
    """Those that are here; a test says which are not."""
    return [client for client in SCRIPTS if missing(client) is None]


@dataclass(frozen=True)
class Ended:
    """How a download ended: the client's exit code, and how many seconds of the night it took."""

    code: int
    took_s: float


class Standing:
    """A client's process, the file that it was last sent for, and how that ended: None while it goes on."""

    def __init__(self, night: NightOfMocks, client: str, places: Mapping[str, str]) -> None:
        self.target = night.dir / "got" / client / "unsent"
        self.ended: Ended | None = None
        self._night, self._client = night, client
        environment = night.environment(client) | places | {"NO_PROXY": "*", "no_proxy": "*"}
        self._process = subprocess.Popen(
            [sys.executable, str(FOLDER / "standby.py"), str(night.dir / "page"), str(SCRIPTS[client])],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        night.lasting.append(self._process)

    def send_for(self, name: str) -> None:
        """Let it begin a download, into an empty folder."""
        self.ended = None
        self.target = self.target.with_name(name)
        shutil.rmtree(self.target.parent, ignore_errors=True)
        self.target.parent.mkdir(parents=True)
        assert self._process.stdin
        self._process.stdin.write(f"{name} {self.target}\n".encode())
        self._process.stdin.flush()

    def has_ended(self) -> bool:
        """Look whether it has; then ``ended`` says how."""
        assert self._process.stdout
        if self.ended is None and select.select([self._process.stdout], [], [], 0)[0]:
            line = self._process.stdout.readline()
            assert line, f"{self._client} does not stand by any more: exit code {self._process.wait()}"
            self.ended = Ended(**json.loads(line))
        return self.ended is not None

    def got(self) -> bytes:
        """What it has left of the file; nothing where there is none."""
        return self.target.read_bytes() if self.target.exists() else b""

    def close(self) -> None:
        """End it, wherever it is, with the programs that it has started."""
        self._night.lasting.remove(self._process)
        os.killpg(self._process.pid, signal.SIGKILL)
        end(self._process)
        if self._process.stdin:
            self._process.stdin.close()


class Audience:
    """Every client that was asked for, each started once, and again after one that never came back."""

    def __init__(self, night: NightOfMocks) -> None:
        self._night = night
        self._standing: dict[str, Standing] = {}

    def send_for(self, client: str, name: str, places: Mapping[str, str]) -> Standing:
        """Let a client download a file of that name."""
        if client not in self._standing:
            self._standing[client] = Standing(self._night, client, places)
        self._standing[client].send_for(name)
        return self._standing[client]

    def dismiss(self) -> None:
        """End those who have not come back, and who would leave something behind."""
        for client, standing in [*self._standing.items()]:
            if standing.ended is None or (standing.ended.code and client in LEAVES_BEHIND):
                self._standing.pop(client).close()

    def close(self) -> None:
        """End all of them."""
        while self._standing:
            self._standing.popitem()[1].close()
