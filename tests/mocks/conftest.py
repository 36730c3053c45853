"""A stack's directory, mocks started in it as the programs they are, and the hand that moves their time."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import urllib3

from harness.clock.controller import Controller, Stop
from harness.clock.library import preload_environment, unusable_because
from harness.clock.page import Page
from harness.history import History
from harness.mocks.relay import UnixConnection

MINUTE_NS = 60_000_000_000
BEGINS_NS = int(datetime(2026, 11, 22, 21, 0, tzinfo=UTC).timestamp()) * 1_000_000_000
CONTENT = b"site,sku,quantity\n" + b"".join(b"north,sku-%03d,%d\n" % (n, n) for n in range(100)) + b"TRAILER,100,4950\n"


class Played:
    """A mock that runs, as the harness and as a client see it."""

    def __init__(self, night: NightOfMocks, component: str, process: subprocess.Popen[bytes]) -> None:
        self.night, self.component, self.process = night, component, process
        self.http = urllib3.PoolManager(retries=False, timeout=30)
        line = process.stdout.readline() if process.stdout else b""
        assert line, f"{component} did not start: {process.wait()}"
        _, health = self.call("GET", "health")
        self.endpoints: dict[str, int] = health["endpoints"]

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """One call of the control interface."""
        connection = UnixConnection(self.night.dir / "control" / f"{self.component}.sock", timeout_s=30)
        connection.request(method, f"/{path}", body=None if body is None else json.dumps(body))
        answer = connection.getresponse()
        found = json.loads(answer.read())
        connection.close()
        return answer.status, found

    def done(self, method: str, path: str, body: Any = None) -> Any:
        """A control call that must succeed."""
        status, found = self.call(method, path, body)
        assert status == 200, found
        return found

    def arm(self, point: str, effect: dict[str, Any], *, where: Any = None, id: str = "0", **trigger: Any) -> None:
        """Arm an order."""
        order = {"id": id, "fault": "tested", "point": point, "where": where or {}, "effect": effect}
        self.done("POST", "arm", order | {"trigger": trigger})

    def url(self, path: str, endpoint: str | None = None) -> str:
        return f"http://127.0.0.1:{self.endpoints[endpoint or self.component]}{path}"

    def get(self, path: str, endpoint: str | None = None, **headers: str) -> urllib3.BaseHTTPResponse:
        return self.http.request("GET", self.url(path, endpoint), headers=headers or None)

    def post(self, path: str, body: Any, endpoint: str | None = None, **headers: str) -> urllib3.BaseHTTPResponse:
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.http.request("POST", self.url(path, endpoint), body=sent, headers=headers or None)


class NightOfMocks:
    """The directory of a stack with a clock, a plan, and whatever mocks a test starts."""

    def __init__(self, folder: Path) -> None:
        self.dir = folder
        (folder / "store").mkdir()
        (folder / "control").mkdir()
        (folder / "history").mkdir()
        self.processes: list[subprocess.Popen[bytes]] = []
        self.played: list[Played] = []
        self.virtual = unusable_because() is None
        self.page = Page.create(folder / "page", at_ns=BEGINS_NS)
        self.controller = Controller(self.page, root=os.getpid())
        self.plan: dict[str, Any] = {"files": [], "folders": {}, "consumers": {}, "watch": [], "begins_ns": BEGINS_NS}

    def environment(self, component: str) -> dict[str, str]:
        inherited = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONUNBUFFERED": "1"}
        return inherited | (preload_environment(self.dir / "page", component) if self.virtual else {})

    def start(self, component: str, *arguments: str, reset: bool = True) -> Played:
        """Start a mock; with ``reset`` it begins the night with the plan as it is now."""
        # The control socket's appearance is announced by the program's own way to say so: its standard output.
        program = (
            "import sys, threading, runpy; from harness.mocks.control import ControlServer as C; accept = C.accept;"
            "C.accept = lambda self: (print('ready'), accept(self));"
            "runpy.run_module(sys.argv.pop(1), run_name='__main__', alter_sys=True)"
        )
        command = [sys.executable, "-c", program, f"harness.mocks.{component}", "--dir", str(self.dir), *arguments]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, env=self.environment(component))
        self.processes.append(process)
        played = Played(self, component, process)
        self.played.append(played)
        if reset:
            played.done("POST", "reset", self.plan)
        return played

    def job(self, *command: str, **more: Any) -> subprocess.Popen[bytes]:
        """A client that lives in the night's time."""
        process = subprocess.Popen(command, env=self.environment("job"), stdout=subprocess.PIPE, **more)
        self.processes.append(process)
        return process

    def publish(self, name: str, content: bytes = CONTENT, *, arrives_ns: int = BEGINS_NS, records: int = 100) -> str:
        """Put a file into the plan; its checksum."""
        sha256 = hashlib.sha256(content).hexdigest()
        (self.dir / "store" / sha256).write_bytes(content)
        file = {"file": name.split(".")[0], "name": name, "arrives_ns": arrives_ns, "sha256": sha256}
        self.plan["files"].append(file | {"size": len(content), "records": records, "source": "http"})
        return sha256

    def run(self, minutes: float) -> Stop:
        """Move time to so many minutes after the night's begin."""
        if not self.virtual:
            pytest.skip(f"no virtual time here: {unusable_because()}")
        return self.controller.run(BEGINS_NS + int(minutes * MINUTE_NS))

    def history(self, *components: str) -> History:
        files = [self.dir / "history" / f"{name}.jsonl" for name in components] or sorted(
            (self.dir / "history").iterdir()
        )
        return History.merge(json.loads(line) for file in files for line in file.read_text().splitlines())

    def events(self, action: str, *components: str) -> list[tuple[str, dict[str, Any], str | None]]:
        """Type, value and error of each event of an action."""
        return [(event.type, dict(event.value), event.error) for event in self.history(*components).of(action)]

    def close(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()
            if process.stdout:
                process.stdout.close()
        for played in self.played:
            played.http.clear()
        self.controller.close()
        self.page.close()


@pytest.fixture
def night() -> Iterator[NightOfMocks]:
    # Not pytest's tmp_path: a unix socket's path may have 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="night-mocks-"))
    mocks = NightOfMocks(folder)
    try:
        yield mocks
        bugs = mocks.history().of("bug")
        assert not bugs, "\n".join(str(bug.error) for bug in bugs)
    finally:
        mocks.close()
        shutil.rmtree(folder)
