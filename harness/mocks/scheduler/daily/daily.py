"""The Daily: schedules built for a date, their jobs, and what has become of each so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from harness.contract.effects.scheduler import RunningJob
from harness.contract.schedule import MasterJob
from harness.mocks.core.armed import Armed
from harness.mocks.scheduler.daily.rules import RuleBook
from harness.mocks.scheduler.daily.status import FAILED, SCHEDULE_CATEGORY, Status

if TYPE_CHECKING:
    from harness.mocks.scheduler.daily.dependencies import Edge
    from harness.mocks.scheduler.running.attempt import Attempt
    from harness.mocks.scheduler.timing.agenda import Entry

KEPT = (
    "attempt", "retries", "runs", "not_before_ns", "last_cause", "last_exit", "started_ns", "ended_ns", "late",
    "forced", "overran", "killed_for", "restart_after_kill", "step", "change_reason", "detail", "pid",
    "properties", "pending",
)  # fmt: skip
"""What a job's record in the journal holds besides its status: all that cannot be worked out anew."""


class DailyJob:
    """The state of a job; ``rank`` is its place in the plan, which breaks ties."""

    def __init__(self, order: MasterJob, schedule: DailySchedule, rank: int, name: str | None = None) -> None:
        self.order = order
        self.schedule = schedule
        self.name = name or order.job
        self.id = f"{schedule.id}|{self.name}"
        self.rank = rank
        self.number = 0
        """Its place in the Daily."""
        self.rules = RuleBook(order.rules)
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
        """Somebody has started it by hand: it waits for its machine and for nothing else."""
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
        self.pending: list[list[Any]] = []
        """What its rules are still to do: the rule's place, what happened, why, and when."""
        # What is worked out anew when the scheduler starts again:
        self.starting = False
        self.running: Attempt | None = None
        self.attempts: list[Attempt] = []
        """Those of which a process may be left."""
        self.edges: list[Edge] = []
        self.successors: list[Edge] = []
        self.unmet = 0
        self.alarm: Entry | None = None
        self.lates: list[Entry] = []
        """When it will be late to start."""
        self.watches: list[Entry] = []
        """What is still to be noticed of its run."""
        self.follow_ups: list[Entry] = []
        """What its rules are still to do about its last end."""
        self.waits_in: dict[DailyJob, None] | None = None
        self.shown: tuple[tuple[object, ...], bytes] | None = None
        """Its JSON as clients last read it, behind all of what it was made of that can change."""
        self._used_up: dict[str, int] = {}

    @property
    def latest_start_ns(self) -> int | None:
        """The last moment at which it may start: its own, or that of its whole schedule."""
        own = self.order.latest_start_ns
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
        return {"id": self.id, "status": self.status.name, **kept, "acted": self.rules.acted}

    def take_up(self, kept: Mapping[str, Any]) -> None:
        """Be as the journal says."""
        for name in KEPT:
            setattr(self, name, kept[name])
        self.status = Status[kept["status"]]
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
        """Whether somebody has started it before its time."""
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


class Daily:
    """All schedules that are built, and their jobs by id and by name."""

    def __init__(self) -> None:
        self.schedules: dict[str, DailySchedule] = {}
        self.jobs: dict[str, DailyJob] = {}
        """By id, in the order in which they were built."""
        self.by_name: dict[str, dict[str, DailyJob]] = {}
        self._built = 0
        self.by_status: dict[Status, dict[DailyJob, None]] = {status: {} for status in Status}
        """The jobs that have each status: asked often, and never searched for."""

    def add_schedule(self, schedule: DailySchedule) -> None:
        """Take a schedule in."""
        self.schedules[schedule.id] = schedule

    def add(self, job: DailyJob) -> None:
        """Take a job in."""
        job.schedule.jobs[job.name] = job
        self.jobs[job.id] = job
        self.by_name.setdefault(job.name, {})[job.id] = job
        job.number = self._built = self._built + 1
        self.by_status[job.status][job] = None
        job.schedule.counts[job.status] += 1

    def remove(self, job: DailyJob) -> None:
        """Forget a job."""
        del job.schedule.jobs[job.name], self.jobs[job.id], self.by_name[job.name][job.id]
        del self.by_status[job.status][job]
        job.schedule.counts[job.status] -= 1

    def changed(self, job: DailyJob, status: Status) -> None:
        """Give a job another status."""
        del self.by_status[job.status][job]
        self.by_status[status][job] = None
        job.schedule.counts[job.status] -= 1
        job.schedule.counts[status] += 1
        job.status = status

    def named(self, name: str, *, date: str | None = None) -> Iterator[DailyJob]:
        """The jobs of that name, of one date or of all."""
        return (job for job in self.by_name.get(name, {}).values() if date in (None, job.schedule.date))

    def next_attempt(self, job: DailyJob) -> int:
        """The number of the job's next launch: jobs of one name have one count, because it names their output."""
        return 1 + max(one.attempt for one in self.named(job.name))

    def next_instance(self, date: str, master_id: int) -> int:
        """The number of a further schedule of that date."""
        taken = [one.instance for one in self.schedules.values() if (one.date, one.master_id) == (date, master_id)]
        return max(taken, default=0) + 1

    def free_name(self, schedule: DailySchedule, name: str) -> str:
        """The name of a further job of that master: OpCon gives duplicates a suffix."""
        number = 2
        while f"{name}_{number}" in schedule.jobs:
            number += 1
        return f"{name}_{number}" if name in schedule.jobs else name
