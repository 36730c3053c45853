"""The jobs and schedules of the Daily, what has become of each so far, and the dependencies between the jobs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from harness.contract.effects.scheduler import RunningJob
from harness.contract.schedule import Dependency, MasterJob
from harness.mocks.core.order import Armed
from harness.mocks.scheduler.daily.rules import PendingRule, RuleBook
from harness.mocks.scheduler.daily.status import (
    FAILED,
    PREDECESSOR_FAILED,
    PREDECESSOR_OK,
    SCHEDULE_CATEGORY,
    Status,
)
from harness.mocks.scheduler.timing.agenda import Alarm
from harness.mocks.scheduler.timing.local_time import later

KEPT = (
    "attempt", "retries", "runs", "not_before_ns", "last_cause", "last_exit", "started_ns", "ended_ns", "late",
    "forced", "overran", "killed_for", "restart_after_kill", "step", "change_reason", "detail", "pid",
    "properties",
)  # fmt: skip
"""What a job's record in the journal holds besides its status and its rules: all that cannot be worked out anew."""


class JobAttempt(Protocol):
    """What the Daily knows of an attempt to run a job, whatever its processes are made of."""

    @property
    def alive(self) -> bool:
        """Whether the job's process has not ended yet."""

    def signal(self, number: int) -> None:
        """Send the job's processes a signal."""

    def close(self) -> None:
        """End the job's processes."""

    def last_line(self) -> str:
        """The last line that the job wrote to its error output."""

    def printed(self) -> tuple[int, str]:
        """How many bytes the job wrote, and the last line."""

    def last_lines(self) -> list[str]:
        """The last lines that it wrote."""

    def let_act(self, effect: RunningJob) -> None:
        """Let a fault act on the running job."""

    def thaw(self) -> None:
        """Let a frozen job go on."""

    def repair_disk(self, order: Armed[Any]) -> bool:
        """Take the bad disk of a fault away."""

    def handed_over(self) -> dict[str, Any] | None:
        """What the scheduler's next process needs to go on with it; None when no process is connected."""


class DailyJob:
    """The state of a job; ``rank`` is its place in the plan, which breaks ties."""

    def __init__(self, master: MasterJob, schedule: DailySchedule, rank: int, name: str | None = None) -> None:
        self.master = master
        self.schedule = schedule
        self.name = name or master.job
        self.id = f"{schedule.id}|{self.name}"
        self.rank = rank
        self.number = 0
        """Its place in the Daily."""
        self.rules = RuleBook(master.rules)
        self.status = Status.QUALIFYING
        self.attempt = 0
        """How often it was launched; also the number of its latest launch, which names its output."""
        self.retries = 0
        self.runs = 0
        """How many runs of a recurrence have finished."""
        self.not_before_ns = 0
        self.last_cause = ""
        self.last_exit: int | None = None
        self.started_ns: int | None = None
        self.ended_ns: int | None = None
        self.late = False
        self.forced = False
        """It was started by hand: it waits for its machine and for nothing else."""
        self.overran = False
        """Whether it has been flagged for its max run time."""
        self.killed_for = ""
        self.restart_after_kill = False
        self.step = 1
        self.change_reason: str | None = None
        self.detail = ""
        """Why it waits for its machine, in words."""
        self.pid = 0
        self.properties: dict[str, str] = {}
        self.pending: list[PendingRule] = []
        """What its rules are still to do."""
        # What is worked out anew when the scheduler starts again:
        self.starting = False
        self.running: JobAttempt | None = None
        self.attempts: list[JobAttempt] = []
        """Those of which a process may still be there."""
        self.edges: list[Edge] = []
        self.successors: list[Edge] = []
        self.unmet = 0
        self.alarm: Alarm | None = None
        self.late_alarms: list[Alarm] = []
        """When it will be late to start."""
        self.watches: list[Alarm] = []
        """What is still to be noticed of its run."""
        self.follow_ups: list[Alarm] = []
        """What its rules are still to do about its last end."""
        self.waits_in: dict[DailyJob, None] | None = None
        self.shown: tuple[tuple[object, ...], bytes] | None = None
        """Its JSON as clients last read it, behind all of what it was made of that can change."""
        self._used_up: dict[str, int] = {}

    @property
    def latest_start_ns(self) -> int | None:
        """The last moment at which it may start: its own, or that of its whole schedule."""
        own = self.master.latest_start_ns
        return self.schedule.latest_start_ns if own is None else own

    @property
    def busy(self) -> bool:
        """Whether an attempt is under way, or about to be."""
        return self.starting or self.status.running

    @property
    def over(self) -> bool:
        """Whether nothing more happens to it by itself."""
        return self.status.terminal and not self.follow_ups and not self.busy

    def may_act(self, order: Armed[RunningJob]) -> bool:
        """Whether a fault of the running job acts now: always, or once for each time that its event came.

        An event that froze a job in the middle of its work must not freeze the restarted job at its start as well.
        """
        return order.fired_ns is None or self._used_up.get(order.id) != order.fired_ns

    def use_up(self, order: Armed[RunningJob]) -> bool:
        """`may_act`, and it does: the event is used up."""
        fresh = self.may_act(order)
        if order.fired_ns is not None:
            self._used_up[order.id] = order.fired_ns
        return fresh

    def end_processes(self) -> None:
        """The night is over: nothing of the job may outlive it."""
        for attempt in self.attempts:
            attempt.close()
        self.attempts.clear()

    def kept(self) -> dict[str, Any]:
        """What the journal keeps of it."""
        kept = {name: getattr(self, name) for name in KEPT}
        pending = [(rule.number, rule.when, rule.cause, rule.at_ns) for rule in self.pending]
        return {"id": self.id, "status": self.status.name, **kept, "pending": pending, "acted": self.rules.acted}

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Take the state that the journal tells of."""
        for name in KEPT:
            setattr(self, name, kept[name])
        self.status = Status[kept["status"]]
        self.pending = [PendingRule(*rule) for rule in kept["pending"]]
        self.rules.acted[:] = kept["acted"]


class DailySchedule:
    """A schedule built for a date; ``instance`` tells several of one date apart."""

    def __init__(self, name: str, date: str, begins_ns: int, *, master_id: int = 1, instance: int = 1) -> None:
        self.name = name
        self.date = date
        self.begins_ns = begins_ns
        self.master_id = master_id
        self.instance = instance
        self.id = f"{date.replace('-', '')}|{master_id}|{instance}"
        self.jobs: dict[str, DailyJob] = {}
        self.latest_start_ns: int | None = None
        """When it is too late to start any of its jobs."""
        self.held = False
        self.by_hand = False
        """Whether it was started by hand before its time."""
        self.opened = False
        """Whether its jobs qualify by now."""
        self.properties: dict[str, str] = {}
        self.counts: Counter[Status] = Counter()
        """How many of its jobs have each status."""
        self.ended_ns: int | None = None
        """When the last of them ended so far."""

    @property
    def contains_failed_jobs(self) -> bool:
        """Whether any of its jobs has failed."""
        return any(self.counts[status] for status in FAILED)

    @property
    def status(self) -> str:
        """OpCon's text."""
        if self.held:
            return "On Hold"
        if not self.opened:
            return "Wait to Start"
        if not any(count for status, count in self.counts.items() if not status.terminal):
            return "Completed"
        return "Started by User" if self.by_hand else "In Process"

    @property
    def category(self) -> str:
        """The group that clients filter by."""
        return SCHEDULE_CATEGORY[self.status]


@dataclass(slots=True, eq=False)
class Edge:
    """One dependency of one job, with the job of the Daily that it is on, if there is one."""

    job: DailyJob
    dependency: Dependency
    predecessor: DailyJob | None = None
    met: bool = True

    @property
    def date(self) -> str:
        """The date of the schedule in which its predecessor is looked for."""
        return later(self.job.schedule.date, -self.dependency.days_before)

    def holds(self) -> bool:
        """Whether it is met now. Absent predecessors: After is met at once, Requires never."""
        other, dependency = self.predecessor, self.dependency
        if other is None:
            return dependency.kind != "requires"
        if dependency.kind == "conflict":
            return not other.busy
        if dependency.on == "finished_ok":
            return other.status in PREDECESSOR_OK
        if dependency.on == "failed":
            return other.status in PREDECESSOR_FAILED
        # Ignore Exit Code: it has run to its end, whatever came of it. A job that never started has no exit code.
        return other.status in PREDECESSOR_OK or (other.status in PREDECESSOR_FAILED and other.last_exit is not None)

    def __str__(self) -> str:
        """What a job that waits for this waits for."""
        if self.predecessor is None:
            return f"{self.dependency.job}, which is not in the Daily"
        ended = f", which ended with {self.predecessor.status.text}" if self.predecessor.over else ""
        return f"{self.predecessor.name}{ended}"
