"""The scheduler's own end and second life: killed in the middle of the night, it goes on from what it had stored.

The end is real: the process replaces itself by a new one, and with that all its memory is gone. What the new one is
given beside the journal is not the scheduler's: the agents' connections, which an end of the service does not end, and
the faults that the harness has armed. A process that is killed from outside is given nothing: its connections are
closed, so its jobs are ended by their agents, and are lost.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from harness.mocks.core.armed import Armory
from harness.mocks.scheduler.daily.daily import DailyJob, DailySchedule
from harness.mocks.scheduler.daily.masters import on_day
from harness.mocks.scheduler.daily.status import Status
from harness.mocks.scheduler.monitor import Engine
from harness.mocks.scheduler.running.agent import Process
from harness.mocks.scheduler.running.attempt import Attempt
from harness.mocks.scheduler.timing.local_time import days_between

RESUMES = "NIGHT_SCHEDULER_RESUMES"
"""The variable that tells a process that it is a second life, and where it finds what it is given."""


@dataclass(frozen=True, slots=True)
class Life:
    """What the next process is given: when it may come up, its port, the armed orders, the agents' connections."""

    up_at_ns: int
    port: int
    orders: list[dict[str, Any]]
    connections: dict[str, dict[str, Any]]

    @classmethod
    def inherited(cls) -> Life | None:
        """What this process was given, if it is a second life."""
        path = os.environ.pop(RESUMES, None)
        return cls(**json.loads(Path(path).read_text())) if path else None


def end(engine: Engine, armory: Armory, folder: Path, *, port: int, up_at_ns: int) -> None:
    """End this process, which comes back as a new one; does not return."""
    connections = {}
    for job in engine.daily.jobs.values():
        attempt = job.running
        process = attempt.process if attempt is not None else None
        if attempt is None or process is None or process.descriptor is None:
            continue
        os.set_inheritable(process.descriptor, True)
        connections[job.id] = {"descriptor": process.descriptor, "pid": process.pid, **attempt.kept()}
    given = folder / "life.json"
    life = Life(up_at_ns, port, armory.dump(), connections)
    given.write_text(json.dumps(asdict(life)))
    os.environ[RESUMES] = str(given)
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - itself, with its own arguments


async def resume(engine: Engine, connections: dict[str, dict[str, Any]]) -> None:
    """Be the engine that the journal tells of: the same Daily, with what runs taken up again and what waits asked."""
    kept = engine.night.journal.read()
    engine.kept_tokens = kept.get("token", {})
    engine.kept_actions = list(kept.get("action", {}).values())
    _shared(engine, kept)
    for id_, schedule in kept.get("schedule", {}).items():
        if schedule:
            _rebuild(engine, id_, schedule, kept.get("job", {}))
    for job in engine.daily.jobs.values():
        engine.edges.connect(job)
    engine.active = bool(kept.get("begun"))
    for job in engine.daily.jobs.values():
        await _take_up(engine, job, connections.get(job.id))
    for operators in kept.get("operators", {}).values():
        engine.operators.take_up(operators)
    engine.turn()


def _shared(engine: Engine, kept: dict[str, dict[str, Any]]) -> None:
    shared = engine.shared
    for name, content in kept.get("threshold", {}).items():
        shared.thresholds[name].value = content["value"]
    for name, content in kept.get("resource", {}).items():
        shared.resources[name].value = content["value"]
    for name, content in kept.get("machine", {}).items():
        shared.machines[name].operation = content["operation"]
    for name, content in kept.get("property", {}).items():
        if content["value"] is None:
            engine.properties.values.pop(name, None)
        else:
            engine.properties.values[name] = content["value"]


def _rebuild(engine: Engine, id_: str, kept: dict[str, Any], jobs: dict[str, Any]) -> None:
    order = engine.night.order
    days = days_between(order.date, kept["date"])
    schedule = DailySchedule(order.chain, kept["date"], kept["begins_ns"], instance=kept["instance"])
    schedule.latest_start_ns = kept["latest_start_ns"]
    schedule.held, schedule.opened, schedule.by_hand = kept["held"], kept["opened"], kept["by_hand"]
    schedule.properties = kept["properties"]
    engine.daily.add_schedule(schedule)
    for name, master in kept["jobs"].items():
        made = DailyJob(on_day(engine.masters[master], days, order.timezone), schedule, engine.ranks[master], name)
        told = jobs.get(f"{id_}|{name}")
        if told is not None:
            made.take_up(told)
        elif made.order.hold:
            made.status = Status.ON_HOLD
        engine.daily.add(made)


async def _take_up(engine: Engine, job: DailyJob, connection: dict[str, Any] | None) -> None:
    """One job: followed if its process is still there, lost if it is not, asked if it waits."""
    if not job.status.running:
        if job.status.waiting and job.schedule.opened:
            engine.qualifying.watch_for_late_start(job)
        engine.endings.resume(job)
        engine.ask(job)
        return
    engine.shared.take(job)
    if connection is not None:
        attempt = Attempt.adopted(engine.night, job, connection)
        attempt.process = await Process.adopt(connection["descriptor"], connection["pid"])
        job.attempts.append(attempt)
        job.running = attempt
        attempt.process.ended = lambda code: engine.runs.ended(job, attempt, code)
        engine.runs.resume(job)
    elif job.order.file_arrival is not None or job.status is Status.STILL_ATTEMPTING_START:
        engine.runs.resume(job)
    elif job.status is Status.START_ATTEMPTED:
        engine.runs.awaits_start(job)
    else:
        engine.runs.lost(job)
