"""A stage for the scheduler: the real mock, a real agent and a real desk, in virtual time."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from harness.history import Event, History
from harness.mocks.core.relay import UnixConnection
from harness.stack.agent import COMPILED
from tests.calibration import patience_s

TWO = int(datetime(2026, 11, 23, 1, 0, tzinfo=UTC).timestamp()) * 1_000_000_000
"""02:00 in Paris on the business date."""

REPOSITORY = Path(__file__).parents[3]


def minutes(count: float) -> int:
    return int(count * 60_000_000_000)


def at(clock: str) -> int:
    """A time of the night in Paris, as the plan writes it."""
    hours, minute = clock.split(":")
    return TWO + minutes((int(hours) - 2) * 60 + int(minute))


def clock(event: Event) -> str:
    """An event's time of the night in Paris, to the minute."""
    return f"{datetime.fromtimestamp(event.at // 1_000_000_000 + 3600, UTC):%H:%M}"


@dataclass
class Told:
    """A night that is over: its history, and what the clock said of its end."""

    history: History
    reason: str

    def statuses(self, job: str) -> list[str]:
        return [event.value["status"] for event in self.history.of("status", job=job)]

    def started(self, job: str) -> list[str]:
        return [clock(event) for event in self.history.of("launch", type="ok", job=job)]

    def pages(self) -> list[dict[str, Any]]:
        return [dict(event.value) for event in self.history.of("page", type="ok")]

    def causes(self) -> list[str]:
        return [page["cause"] for page in self.pages()]

    def receipts(self) -> int:
        return len(self.history.of("fault"))

    @property
    def final(self) -> dict[str, str]:
        schedule = self.history.of("schedule").last()
        assert schedule is not None
        return dict(schedule.value["jobs"])


@dataclass
class Stage:
    """Everything around the scheduler, kept running between the tests of one worker."""

    folder: Path
    page: Any
    controller: Any
    environment: dict[str, str]
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, name: str, command: list[str], environment: dict[str, str]) -> None:
        self.processes.append(subprocess.Popen(command, env=environment, start_new_session=True))

    def ask(self, mock: str, path: str, body: Any = None, method: str = "POST") -> dict[str, Any]:
        connection = UnixConnection(self.folder / "control" / f"{mock}.sock")
        try:
            connection.request(method, path, json.dumps(body or {}))
            answer = connection.getresponse()
            content = json.loads(answer.read())
        finally:
            connection.close()
        assert answer.status == 200, content
        return dict(content)

    def port(self, mock: str) -> int:
        return int(self.ask(mock, "/health", method="GET")["endpoints"][mock])

    def job(self, name: str, *run: str, **more: Any) -> dict[str, Any]:
        """A job of the plan; a single argument is a shell script, and a dependency may be a name alone."""
        argv = ["/bin/sh", "-c", run[0]] if len(run) == 1 else list(run)
        dependencies = [
            {"kind": kind} | ({"job": one} if isinstance(one, str) else one)
            for kind in ("after", "requires", "conflict", "exclude")
            for one in more.pop(kind, ())
        ]
        return {
            "dependencies": dependencies,
            "job": name,
            "run": argv,
            "cwd": str(self.folder / "work"),
            "environment": self.environment,
            "agent": "agent",
            "owner": "data-ops",
        } | more

    def reset(self, *jobs: dict[str, Any], **more: Any) -> None:
        self.controller.exclude_children(but=[process.pid for process in self.processes])
        self.page.travel(at("01:00"))
        shutil.rmtree(self.folder / "output", ignore_errors=True)
        plan = {"chain": "feed", "owner": "data-ops", "runbook": "runbook.md", "timezone": "Europe/Paris"}
        plan |= {"date": "2026-11-23", "begins_ns": at("01:00"), "deadline_ns": at("06:00"), "closes_ns": at("12:00")}
        plan |= {"jobs": list(jobs)} | more
        for mock in ("desk", "scheduler"):
            self.ask(mock, "/reset", plan)
        self.page.stopped()  # the last night's scheduler may have seen its jobs die, and be done

    def arm(self, point: str, job: str, effect: dict[str, Any], **trigger: Any) -> None:
        order = {"id": f"0:{point}", "fault": point, "point": point, "where": {"job": job}}
        self.ask("scheduler", "/arm", order | {"effect": effect, "trigger": trigger})

    def run(self, until: str = "12:00") -> Told:
        self.ask("scheduler", "/start")
        return self.finish(until)

    def finish(self, until: str = "12:00") -> Told:
        """Let the night that has begun go on to its end."""
        self.page.stopped()  # it may have been complete before a client acted from outside
        stop = self.controller.run(at(until), runaway_s=patience_s())
        assert stop.reason != "runaway", stop.waits
        self.ask("scheduler", "/settle")
        files = (self.folder / "history").glob("*.jsonl")
        history = History.merge(json.loads(line) for file in files for line in file.read_text().splitlines())
        assert not history.of("bug"), history.of("bug")[0].error
        return Told(history, stop.reason)

    def night(self, *jobs: dict[str, Any], until: str = "12:00") -> Told:
        self.reset(*jobs)
        return self.run(until)


@pytest.fixture(scope="session")
def running_stage() -> Iterator[Stage]:
    from harness.clock.controller import Controller
    from harness.clock.library import preload_environment, unusable_because
    from harness.clock.page import ClockPage

    if because := unusable_because():
        pytest.skip(f"no virtual time here: {because}")
    if not COMPILED.exists():
        pytest.skip("the agent is not built")
    memory = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="night-scheduler-", dir=memory if memory.is_dir() else None))
    for name in ("control", "history", "work"):
        (folder / name).mkdir()
    page = ClockPage.create(folder / "page", at_ns=at("01:00"))
    base = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
    stage = Stage(
        folder,
        page,
        Controller(page, root=os.getpid()),
        base | preload_environment(folder / "page", "job"),
    )
    try:
        for mock in ("desk", "scheduler"):
            command = [sys.executable, "-m", f"harness.mocks.{mock}", "--dir", str(folder)]
            python_path = {"PYTHONPATH": str(REPOSITORY)}
            stage.start(mock, command, base | python_path | preload_environment(folder / "page", mock))
        stage.start("agent", [str(COMPILED), "--with-parent", str(folder / "control" / "agent.sock")], base)
        wait_for_sockets(stage)
        yield stage
    finally:
        for process in stage.processes:
            process.kill()
            process.wait()
        page.close()
        shutil.rmtree(folder)


def wait_for_sockets(stage: Stage) -> None:
    """Until all listen; each look costs a connection attempt, and a process that ended is an error at once."""
    import socket

    for name in ("agent", "desk", "scheduler"):
        while True:
            for process in stage.processes:
                assert process.poll() is None, f"{process.args} ended with {process.returncode}"
            with socket.socket(socket.AF_UNIX) as probe:
                if probe.connect_ex(str(stage.folder / "control" / f"{name}.sock")) == 0:
                    break
            os.sched_yield()


@pytest.fixture
def stage(running_stage: Stage) -> Stage:
    return running_stage
