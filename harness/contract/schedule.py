"""The scheduler's part of a night's plan: master jobs, their times, dependencies, limits, rules, and the people.

Times are UTC nanoseconds on the plan's date, spans are nanoseconds. What each of them does is OpCon's, and stands with
its sources in harness/mocks/scheduler/README.md.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

When = Literal[
    "initialization_error",
    "failed",
    "exceeded_max_run_time",
    "missed_start",
    "late",
    "late_to_finish",
    "still_attempting_start",
    "finished_ok",
]
"""What may happen to a job, and a rule may answer."""

EventWhen = When | Literal["skipped", "cancelled", "under_review", "fixed"]
"""What may happen to a job, and OpCon's events and people may answer."""

Action = Literal["restart", "kill", "mark_failed", "page"]
"""What a rule does."""

JobAction = Literal[
    "hold",
    "release",
    "start",
    "cancel",
    "skip",
    "kill",
    "restart",
    "restartOnHold",
    "forceRestart",
    "markFinishedOk",
    "markFailed",
    "markUnderReview",
    "markFixed",
]
"""What the scheduler's API takes as a job action, spelled as there."""

Comparison = Literal["EQ", "NE", "GT", "LT", "GE", "LE"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

CountedFrom = Literal["start", "end"]
Range = Literal["RG"]
Meaning = Literal["Fail", "Finish OK"]
AndOr = Literal["AND", "OR"]

DependencyKind = Literal["after", "requires", "conflict", "exclude"]
DependencyOn = Literal["finished_ok", "failed", "ignore_exit_code"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When something happens to a job, do something, after a while, at most so many times."""

    when: When
    do: tuple[Action, ...]
    after_ns: int = 0
    times: int | None = None

    @property
    def restarts(self) -> bool:
        """Whether its restart can be granted: only a job that has ended, or is ended first, can be started again."""
        if "restart" not in self.do:
            return False
        before = self.do[: self.do.index("restart")]
        if self.when == "exceeded_max_run_time":
            return "kill" in before
        if self.when == "still_attempting_start":
            return "mark_failed" in before
        return self.when in ("initialization_error", "failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """Retry on Failure: so many further attempts, so far apart, for Failed and nothing else."""

    attempts: int
    every_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurrence:
    """So many runs of one job, so far apart, from start to start or from end to start."""

    runs: int
    every_ns: int
    counted_from: CountedFrom = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependency:
    """What a job depends on of another one: the kind, on which end, and of how many days before."""

    job: str
    kind: DependencyKind = "after"
    on: DependencyOn = "finished_ok"
    days_before: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ThresholdNeed:
    """A threshold that must compare so with a value before the job starts."""

    threshold: str
    operator: Comparison
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FiredEvent:
    """An OpCon event that is fired when something happens to the job."""

    when: EventWhen
    event: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileArrival:
    """The file that a file-arrival job waits for, in which window of creation times, and how long it must be still."""

    file: str
    created_from_ns: int | None = None
    created_until_ns: int | None = None
    until_ns: int | None
    stable_for_ns: int
    subfolders: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BasicCriterion:
    """The job failed when its exit code compares so."""

    operator: Comparison
    code: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AdvancedCriterion:
    """What an exit code means, or a range of them (RG, up to ``to``); tied to the one before it by AND or OR."""

    operator: Comparison | Range
    code: int
    to: int | None = None
    means: Meaning
    and_or: AndOr = "OR"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitCodes:
    """The criteria of one job; without any, every code but 0 is a failure."""

    failed_if: tuple[BasicCriterion, ...] = ()
    advanced: tuple[AdvancedCriterion, ...] = ()

    @property
    def basic(self) -> tuple[BasicCriterion, ...]:
        """The basic criteria that count: those that are given, or OpCon's own."""
        return self.failed_if or (BasicCriterion(operator="NE", code=0),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frequency:
    """On which dates a job is built: all that is given must agree.

    ``days`` of the month count from its end where they are negative. ``calendar``: only its dates. ``not_on``: none of
    that calendar's. ``on_request``: never by itself.
    """

    name: str = "Daily"
    weekdays: tuple[Weekday, ...] = ()
    days: tuple[int, ...] = ()
    calendar: str | None = None
    not_on: str | None = None
    on_request: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Cron:
    """The entry of a crontab: when it starts the job's command, in a shell, and who is mailed what that prints."""

    starts_ns: tuple[int, ...]
    mail_to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """Somebody on the night shift: what they notice, how long they take, and what they then do, at most so often."""

    name: str
    when: tuple[EventWhen, ...]
    jobs: tuple[str, ...]
    """Those they look after; none: all."""
    acknowledges_after_ns: int
    takes_ns: int
    do: tuple[JobAction, ...]
    times: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MasterJob:
    """One job as the scheduler defines it; a daily job is made of it for each date on which it is built.

    ``environment`` is all that its process is given, ``agent`` the name of the agent that starts it.
    """

    job: str
    run: tuple[str, ...] = ()
    cwd: str
    environment: Mapping[str, str]
    agent: str
    owner: str
    at_ns: int | None = None
    latest_start_ns: int | None = None
    late_to_start_ns: int | None = None
    late_to_finish_ns: int | None = None
    max_run_time_ns: int | None = None
    works_ns: int = 0
    """What its work is stated to take: its program begins so much later than it is launched."""
    dependencies: tuple[Dependency, ...] = ()
    thresholds: tuple[ThresholdNeed, ...] = ()
    resources: Mapping[str, int | None] = field(default_factory=dict)
    """How much of each it takes; null: all there is."""
    expression: str | None = None
    retry_on_failure: Retry | None = None
    recurrence: Recurrence | None = None
    exit_codes: ExitCodes = ExitCodes()
    frequency: Frequency = Frequency()
    hold: bool = False
    prerun: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    rules: tuple[Rule, ...] = ()
    events: tuple[FiredEvent, ...] = ()
    file_arrival: FileArrival | None = None
    cron: Cron | None = None

    @property
    def is_null(self) -> bool:
        """A Null Job runs nothing: it is there for its dependencies and events."""
        return not self.run and self.file_arrival is None

    @property
    def command(self) -> str:
        """What it runs, as a line for a shell."""
        return shlex.join(self.run)

    def of(self, kind: DependencyKind) -> list[Dependency]:
        """Its dependencies of one kind."""
        return [one for one in self.dependencies if one.kind == kind]
