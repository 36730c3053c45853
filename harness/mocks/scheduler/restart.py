"""The scheduler's restart: killed in the middle of the night, it goes on from what it had stored.

The end is real: the process replaces itself by a new one, and with that all its memory is gone. The new one has the
journal, and a `Handover` of what is not the scheduler's. A process that is killed from outside hands nothing over: its
connections are closed, so its jobs are ended by their agents, and are lost.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.mocks.core.armed import Armory
from harness.mocks.scheduler.daily.jobs import DailyJob
from harness.mocks.scheduler.daily.properties import Properties
from harness.mocks.scheduler.daily.shared_resources import Shared
from harness.mocks.scheduler.daily.status import Status
from harness.mocks.scheduler.monitor import Monitor
from harness.mocks.scheduler.running.attempt import Attempt
from harness.mocks.scheduler.state.handover import Handover

Kept = Mapping[str, Mapping[str, Any]]


def end(monitor: Monitor, armory: Armory, folder: Path, *, port: int, up_at_ns: int) -> None:
    """End this process, which comes back as a new one; does not return."""
    attempts = {}
    for job in monitor.context.daily.jobs.values():
        handed_over = None if job.running is None else job.running.handed_over()
        if handed_over is not None:
            attempts[job.id] = handed_over
    Handover(up_at_ns, port, armory.dump(), attempts).give(folder)
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - itself, with its own arguments


async def resume(monitor: Monitor, attempts: Mapping[str, dict[str, Any]]) -> None:
    """Bring a new monitor to where the journal says that the night was; what runs is followed, what waits is asked."""
    context = monitor.context
    kept = context.journal.read()
    monitor.kept_tokens = kept.get("token", {})
    monitor.kept_actions = list(kept.get("action", {}).values())
    _restore_shared(monitor.shared, kept)
    _restore_properties(monitor.properties, kept)
    for id_, schedule in kept.get("schedule", {}).items():
        if schedule:
            monitor.schedules.restore(id_, schedule, kept.get("job", {}))
    for job in context.daily.jobs.values():
        monitor.edges.connect(job)
    monitor.schedules.begun = bool(kept.get("begun"))
    for job in context.daily.jobs.values():
        await _resume_job(monitor, job, attempts.get(job.id))
    for operators in kept.get("operators", {}).values():
        monitor.operators.restore(operators)
    monitor.turn()


def _restore_shared(shared: Shared, kept: Kept) -> None:
    for name, content in kept.get("threshold", {}).items():
        shared.thresholds[name].value = content["value"]
    for name, content in kept.get("resource", {}).items():
        shared.resources[name].value = content["value"]
    for name, content in kept.get("machine", {}).items():
        shared.machines[name].operation = content["operation"]


def _restore_properties(properties: Properties, kept: Kept) -> None:
    for name, content in kept.get("property", {}).items():
        if content["value"] is None:
            properties.values.pop(name, None)
        else:
            properties.values[name] = content["value"]


async def _resume_job(monitor: Monitor, job: DailyJob, handed_over: dict[str, Any] | None) -> None:
    """One job: followed if its process is still there, lost if it is not, asked if it waits."""
    runs = monitor.runs
    if not job.status.running:
        if job.status.waiting and job.schedule.opened:
            monitor.late_start.watch(job)
        monitor.endings.resume(job)
        monitor.candidates.ask(job)
        return
    monitor.shared.take(job)
    if handed_over is not None:
        attempt, process = await Attempt.taken_over(monitor.context, job, handed_over)
        job.attempts.append(attempt)
        job.running = attempt
        process.ended = lambda code: runs.ended(job, attempt, code)
        runs.resume(job)
    elif job.master.file_arrival is not None or job.status is Status.STILL_ATTEMPTING_START:
        runs.resume(job)
    elif job.status is Status.START_ATTEMPTED:
        runs.expect_start(job)
    else:
        runs.lost(job)
