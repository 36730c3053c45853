"""The schedule activity monitor, as OpCon calls it: it moves the jobs of one night from event to event.

All parts of the night are put together here. What may move a job makes it a candidate, and `Monitor.turn` asks the
candidates; a job that must wait is found again by what it waits for.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from harness.contract.effects.scheduler import RunningJob
from harness.contract.points import DISK, PLACE, STARTED
from harness.mocks.core.order import Armed
from harness.mocks.scheduler.daily.dependencies import Edges
from harness.mocks.scheduler.daily.jobs import DailyJob
from harness.mocks.scheduler.daily.properties import Properties
from harness.mocks.scheduler.daily.shared_resources import Shared
from harness.mocks.scheduler.outside.actions import Actions
from harness.mocks.scheduler.outside.opcon_events import OpConEvents
from harness.mocks.scheduler.outside.operators import Operators
from harness.mocks.scheduler.running import crontab
from harness.mocks.scheduler.running.candidates import Candidates
from harness.mocks.scheduler.running.completion import Completion
from harness.mocks.scheduler.running.context import Context
from harness.mocks.scheduler.running.late_start import LateStartWatch
from harness.mocks.scheduler.running.launcher import Launcher
from harness.mocks.scheduler.running.occurrences import Occurrences
from harness.mocks.scheduler.running.qualifying import Qualifying
from harness.mocks.scheduler.running.retries_and_rules import Endings
from harness.mocks.scheduler.running.runs import Runs
from harness.mocks.scheduler.running.schedules import Schedules

AT_ONCE = 200
"""So many jobs are asked before the event loop may do something else: clients wait no longer than that takes."""


class Monitor:
    """All jobs of one night, and those that clients have built beside them."""

    def __init__(self, context: Context) -> None:
        plan = context.plan
        self.context = context
        self.edges = Edges(context.daily)
        self.shared = Shared(plan.thresholds, plan.resources)
        self.properties = Properties(plan.properties)
        for master in plan.jobs:
            self.shared.add_machine(master.agent, plan.maximum_jobs)
        self.candidates = Candidates(self.edges, self.shared)
        occurrences = Occurrences()
        self.late_start = LateStartWatch(context, occurrences)
        self.endings = Endings(context, self.edges, self.candidates, occurrences, self.late_start)
        self.qualifying = Qualifying(
            context, self.edges, self.shared, self.properties, self.endings, start=lambda job: self.launcher.start(job)
        )
        self.runs = Runs(context, self.candidates, occurrences, self.endings, turn=self.turn)
        self.launcher = Launcher(
            context, self.shared, self.candidates, self.late_start, self.qualifying, self.runs, turn=self.turn
        )
        self.schedules = Schedules(context, self.edges, self.candidates, self.late_start, self.endings)
        self.actions = Actions(
            context, self.shared, self.properties, self.candidates, self.endings, self.runs, self.schedules
        )
        self.opcon_events = OpConEvents(context, self.shared, self.properties, self.schedules, self.actions)
        self.operators = Operators(context, self.actions, plan.operators)
        occurrences.listeners += [self.opcon_events.happened, self.operators.noticed]
        self._completion = Completion(context, self.candidates, self.launcher)
        self.alive = True
        self.kept_tokens: dict[str, dict[str, Any]] = {}
        self.kept_actions: list[dict[str, Any]] = []
        """What the API had issued before a restart, and the actions that clients may still ask about."""

    def build(self) -> None:
        """Build the night's own schedule, or those of the crontab."""
        if self.context.plan.is_crontab:
            crontab.build(self.context, self.schedules)
        else:
            self.schedules.build(self.context.plan.date)

    def start(self) -> None:
        """Begin the night."""
        self.candidates.revision += 1
        self.schedules.begin()
        self.turn()

    def turn(self) -> None:
        """Ask all jobs that something has happened for, and see whether the night is complete."""
        asked = 0
        while self.candidates and self.alive:
            self.qualifying.ask(self.candidates.take())
            asked += 1
            if asked == AT_ONCE and self.candidates:
                self.context.agenda.at(0, lambda: None)  # an alarm asks the others
                return
        if self.schedules.begun and self.alive:
            self._completion.record()

    @property
    def idle(self) -> bool:
        """Whether no job is being started and no page is on its way."""
        return self.launcher.idle and self.context.pager.idle

    def settle(self) -> None:
        """Say, when the night is over, what has not been said of its end."""
        self._completion.settle(begun=self.schedules.begun)

    def stop(self) -> None:
        """Do nothing more, and end what still runs of every job."""
        self.alive = False
        self.launcher.stop()
        self.context.pager.stop()
        self.context.agenda.clear()
        for job in self.context.daily.jobs.values():
            job.end_processes()

    def end_job(self, name: str, why: str) -> None:
        """Kill what runs of a job, as a rule would."""
        for job in list(self.context.daily.jobs.values()):
            if job.name == name and job.status.running:
                self.runs.kill(job, why)

    def fired(self, order: Armed[Any]) -> None:
        """A fault of a running job was set off by its event: return when it has acted."""
        on = order.trigger.on
        event = {} if on is None else {"at": " ".join(part for part in (on.component, on.action, on.type) if part)}
        for job in self.context.daily.jobs.values():
            if job.running is not None and job.running.alive and order.concerns(STARTED, {"job": job.name}):
                applies = partial(_applies, job, order)
                for acting in self.context.armory.act(STARTED, applies, job=job.name, **event):
                    job.running.let_act(acting.effect)

    def disarmed(self, order: Armed[Any]) -> None:
        """A fault was taken out: what it froze goes on, and the disk that it made bad is repaired."""
        for job in self.context.daily.jobs.values():
            if order.point in (DISK, PLACE):
                kept_back = sum(attempt.repair_disk(order) for attempt in job.attempts)
                self.context.armory.ended.let_go(order, kept_back, job=job.name)
            if job.running is not None and order.point in (STARTED, PLACE) and order.order.where["job"] == job.name:
                job.running.thaw()


def _applies(job: DailyJob, fired: Armed[Any], order: Armed[RunningJob]) -> bool:
    return order is fired and job.use_up(order)
