"""A stack's directory, mocks started in it as the programs they are, and the hand that moves their time."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import urllib3

from harness.clock.controller import Controller, Stop
from harness.clock.library import preload_environment, unusable_because
from harness.clock.page import ClockPage
from harness.contract.rows import ROWS, RowsFile
from harness.history import History
from harness.mocks.core.relay import UnixConnection
from tests.calibration import patience_s

MINUTE_NS = 60_000_000_000
HOUR_NS = 60 * MINUTE_NS
BEGINS_NS = int(datetime(2026, 11, 22, 21, 0, tzinfo=UTC).timestamp()) * 1_000_000_000
CONTENT = b"site,sku,quantity\n" + b"".join(b"north,sku-%03d,%d\n" % (n, n) for n in range(100)) + b"TRAILER,100,4950\n"


class Played:
    """A mock that runs, as the harness and as a client see it."""

    def __init__(
        self,
        night: NightOfMocks,
        component: str,
        module: str,
        arguments: tuple[str, ...],
        process: subprocess.Popen[bytes],
    ) -> None:
        self.night, self.component, self.module, self.arguments = night, component, module, arguments
        self.process = process
        self.http = urllib3.PoolManager(retries=False, timeout=patience_s())
        line = process.stdout.readline() if process.stdout else b""
        assert line, f"{component} did not start: {process.wait()}"
        _, health = self.call("GET", "health")
        self.endpoints: dict[str, int] = health["endpoints"]

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """One call of the control interface."""
        connection = UnixConnection(self.night.dir / "control" / f"{self.component}.sock", timeout_s=patience_s())
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

    def arm(
        self, point: str, effect: dict[str, Any], *, where: Any = None, order_id: str = "0", **trigger: Any
    ) -> None:
        """Arm an order."""
        order = {"id": order_id, "fault": "tested", "point": point, "where": where or {}, "effect": effect}
        self.done("POST", "arm", order | {"trigger": trigger})

    def url(self, path: str, endpoint: str | None = None) -> str:
        return f"http://127.0.0.1:{self.endpoints[endpoint or self.component]}{path}"

    def get(self, path: str, endpoint: str | None = None, **headers: str) -> urllib3.BaseHTTPResponse:
        return self.http.request("GET", self.url(path, endpoint), headers=headers or None)

    def post(self, path: str, body: Any, endpoint: str | None = None, **headers: str) -> urllib3.BaseHTTPResponse:
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.http.request("POST", self.url(path, endpoint), body=sent, headers=headers or None)

    def close(self) -> None:
        end(self.process)
        self.http.clear()


class NightOfMocks:
    """The directory of a stack with a clock, a plan, and whatever mocks a test starts; one night after the other."""

    def __init__(self, folder: Path) -> None:
        self.dir = folder
        self.jobs: list[subprocess.Popen[bytes]] = []
        self.played: dict[str, Played] = {}
        self.lasting: list[subprocess.Popen[bytes]] = []
        self.virtual = unusable_because() is None
        self.page = ClockPage.create(folder / "page", at_ns=BEGINS_NS)
        self.controller = Controller(self.page, root=os.getpid())
        self.begin()

    def begin(self) -> None:
        """Another night: nothing of the last one is left, as after the harness's own reset."""
        night = {"chain": "tested", "owner": "data-ops", "timezone": "Europe/Paris", "date": "2026-11-23"}
        times = {"begins_ns": BEGINS_NS, "deadline_ns": BEGINS_NS + 8 * HOUR_NS, "closes_ns": BEGINS_NS + 14 * HOUR_NS}
        self.plan: dict[str, Any] = {**night, **times, "files": [], "folders": {}, "consumers": {}, "watch": []}
        self.page.travel(BEGINS_NS)
        for played in self.played.values():
            played.done("POST", "reset", self.plan)
        for name in ("store", "folders", "consumers"):
            shutil.rmtree(self.dir / name, ignore_errors=True)
            (self.dir / name).mkdir()

    def environment(self, component: str) -> dict[str, str]:
        inherited = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONUNBUFFERED": "1"}
        return inherited | (preload_environment(self.dir / "page", component) if self.virtual else {})

    def start(self, component: str, *arguments: str, program: str | None = None) -> Played:
        """A mock (started once, then used again), which begins the night with the plan as it is now.

        ``program`` is a module that plays it in the place of the mock's own.
        """
        module = program or f"harness.mocks.{component}"
        playing = self.played.get(component)
        same = playing is not None and (playing.module, playing.arguments) == (module, arguments)
        if playing is not None and not same:
            playing.close()
        if playing is None or not same:
            # Nobody has to poll for the control socket: here the program says on its output that it is there.
            code = (
                "import sys, runpy; from harness.mocks.core.control import ControlServer as C; accept = C.accept;"
                "C.accept = lambda self: (print('ready'), accept(self));"
                "runpy.run_module(sys.argv.pop(1), run_name='__main__', alter_sys=True)"
            )
            command = [sys.executable, "-c", code, module, "--dir", str(self.dir), *arguments]
            process = subprocess.Popen(command, stdout=subprocess.PIPE, env=self.environment(component))
            playing = self.played[component] = Played(self, component, module, arguments, process)
        playing.done("POST", "reset", self.plan)
        return playing

    def job(self, *command: str, env: Mapping[str, str] | None = None, **more: Any) -> subprocess.Popen[bytes]:
        """A client that lives in the night's time."""
        environment = self.environment("job") | dict(env or {})
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, **more)
        self.jobs.append(process)
        return process

    def publish(
        self,
        name: str,
        content: bytes = CONTENT,
        *,
        arrives_ns: int = BEGINS_NS,
        records: int = 100,
        source: str = "http",
        **more: Any,
    ) -> str:
        """Put a file into the plan; its checksum."""
        sha256 = hashlib.sha256(content).hexdigest()
        (self.dir / "store" / sha256).write_bytes(content)
        described: dict[str, Any] = {"sha256": sha256, "md5": "", "size": len(content), "records": records}
        described |= {key: more.pop(key, None) for key in ("control_total", "layout")}
        described |= {"md5": more.pop("md5", "")}
        file = {
            "file": name.split(".")[0],
            "name": name,
            "arrives_ns": arrives_ns,
            "source": source,
            "content": described,
        }
        self.plan["files"].append(file | more)
        return sha256

    def run(self, minutes: float) -> Stop:
        """Move time to so many minutes after the night's begin."""
        if not self.virtual:
            pytest.skip(f"no virtual time here: {unusable_because()}")
        until_ns = BEGINS_NS + int(minutes * MINUTE_NS)
        stop = self._run(until_ns)
        if stop.reason == "stuck":
            self.page.travel(until_ns)  # nobody waits for a time, so nobody minds how it comes
        return stop

    def settle(self) -> Stop:
        """Let time pass until somebody of the night stops it, or nobody waits for it any more; a day at most."""
        if not self.virtual:
            pytest.skip(f"no virtual time here: {unusable_because()}")
        return self._run(BEGINS_NS + 24 * 60 * MINUTE_NS)

    def _run(self, until_ns: int) -> Stop:
        processes = [played.process for played in self.played.values()] + self.jobs + self.lasting
        self.controller.exclude_children(but=[process.pid for process in processes])  # others sleep in real time
        return self.controller.run(until_ns, runaway_s=patience_s())

    def history(self, *components: str) -> History:
        files = [self.dir / "history" / f"{name}.jsonl" for name in components] or sorted(
            (self.dir / "history").glob("*.jsonl")
        )
        rows = self.dir / "history" / ROWS
        held = RowsFile([rows.read_bytes()]) if rows.exists() else None
        return History.merge((json.loads(line) for file in files for line in file.read_text().splitlines()), held)

    def held(self, consumer: str) -> list[tuple[str, str]]:
        """Key and checksum of each row that a consumer holds, once the night is settled."""
        history = self.history()
        told = [history.rows(event) for event in history.of("holds", component=consumer)]
        return [(key, digest) for part in told for key, digest, _ in part.contents()]

    def events(self, action: str, *components: str) -> list[tuple[str, dict[str, Any], str | None]]:
        """Type, value and error of each event of an action."""
        return [(event.type, dict(event.value), event.error) for event in self.history(*components).of(action)]

    def end(self) -> None:
        """End the night's jobs."""
        while self.jobs:
            end(self.jobs.pop())

    def close(self) -> None:
        """End everything."""
        self.end()
        while self.lasting:
            end(self.lasting.pop())
        for played in self.played.values():
            played.close()
        self.controller.close()
        self.page.close()


def end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for stream in (process.stdout, process.stderr):
        if stream:
            stream.close()


@pytest.fixture(scope="session")
def stage() -> Iterator[NightOfMocks]:
    # Not pytest's tmp_path: a unix socket's path may have 107 bytes.
    folder = Path(tempfile.mkdtemp(prefix="night-mocks-"))
    (folder / "control").mkdir()
    (folder / "history").mkdir()
    mocks = NightOfMocks(folder)
    try:
        yield mocks
    finally:
        mocks.close()
        shutil.rmtree(folder)


@pytest.fixture
def night(stage: NightOfMocks) -> Iterator[NightOfMocks]:
    stage.begin()
    yield stage
    stage.end()
    bugs = stage.history().of("bug")
    assert not bugs, "\n".join(str(bug.error) for bug in bugs)
