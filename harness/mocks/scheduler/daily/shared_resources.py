"""What jobs share: machines with their slots, thresholds, resources; and who waits for which of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice

from harness.contract.schedule import ThresholdNeed
from harness.mocks.scheduler.daily.exit_codes import COMPARE
from harness.mocks.scheduler.daily.jobs import DailyJob

OPERATION = {"U": "Up", "D": "Down", "L": "Limited"}


@dataclass(slots=True)
class Machine:
    """A machine with an agent: whether it takes jobs, and how many at once. ``operation``: U(p), D(own), L(imited)."""

    name: str
    id: int
    maximum_jobs: int | None = None
    operation: str = "U"
    current_jobs: int = 0
    waiting: dict[DailyJob, None] = field(default_factory=dict)

    @property
    def why_not(self) -> str | None:
        """Why it takes no job now."""
        if self.operation != "U":
            return f"the machine {self.name} is {OPERATION[self.operation].lower()}"
        if self.maximum_jobs is not None and self.current_jobs >= self.maximum_jobs:
            return f"all {self.maximum_jobs} slots of the machine {self.name} are taken"
        return None

    def ready(self) -> list[DailyJob]:
        """Those of its waiting jobs that it can take now, in the order in which they came."""
        if self.operation != "U":
            return []
        room = None if self.maximum_jobs is None else max(0, self.maximum_jobs - self.current_jobs)
        return list(islice(self.waiting, room))


@dataclass(slots=True)
class Threshold:
    """A number that jobs compare and events set."""

    name: str
    id: int
    value: int
    description: str = ""
    waiting: dict[DailyJob, None] = field(default_factory=dict)


@dataclass(slots=True)
class Resource:
    """So many of something, of which each running job takes some."""

    name: str
    id: int
    value: int
    used: int = 0
    description: str = ""
    waiting: dict[DailyJob, None] = field(default_factory=dict)


class Shared:
    """All machines, thresholds and resources, by name."""

    def __init__(self, thresholds: Mapping[str, int], resources: Mapping[str, int]) -> None:
        self.machines: dict[str, Machine] = {}
        self.thresholds = {name: Threshold(name, n, value) for n, (name, value) in enumerate(thresholds.items(), 1)}
        self.resources = {name: Resource(name, n, value) for n, (name, value) in enumerate(resources.items(), 1)}
        self.waiting_for_expressions: dict[DailyJob, None] = {}
        self._taken: dict[DailyJob, dict[str, int]] = {}
        """The jobs that hold a slot, and how much of each resource they hold."""

    def add_machine(self, name: str, maximum_jobs: int | None) -> None:
        """A machine that jobs run on; the same again is no news."""
        if name not in self.machines:
            self.machines[name] = Machine(name, len(self.machines) + 1, maximum_jobs)

    def threshold_unmet(self, job: DailyJob) -> ThresholdNeed | None:
        """The first threshold that does not compare as the job needs it."""
        for need in job.master.thresholds:
            threshold = self.thresholds.get(need.threshold)
            if threshold is None or not COMPARE[need.operator](threshold.value, need.value):
                return need
        return None

    def resource_short(self, job: DailyJob) -> str | None:
        """The first resource of which not enough is free for the job."""
        for name, needed in job.master.resources.items():
            resource = self.resources.get(name)
            if resource is None or resource.value - resource.used < self._amount(resource, needed):
                return name
        return None

    def take(self, job: DailyJob) -> None:
        """The job starts: it takes a slot of its machine and its resources."""
        self.machines[job.master.agent].current_jobs += 1
        needs = job.master.resources.items()
        self._taken[job] = {name: self._amount(self.resources[name], needed) for name, needed in needs}
        for name, amount in self._taken[job].items():
            self.resources[name].used += amount

    def give_back(self, job: DailyJob) -> list[DailyJob]:
        """The job has ended, or could not be started: who may start now, each list's first.

        One that holds nothing gives nothing back.
        """
        taken = self._taken.pop(job, None)
        if taken is None:
            return []
        machine = self.machines[job.master.agent]
        machine.current_jobs -= 1
        freed = dict.fromkeys(machine.ready())
        for name, amount in taken.items():
            resource = self.resources[name]
            resource.used -= amount
            freed |= dict.fromkeys(islice(resource.waiting, max(0, resource.value - resource.used)))
        return list(freed)

    @staticmethod
    def _amount(resource: Resource, needed: int | None) -> int:
        """None is all of it."""
        return max(1, resource.value) if needed is None else needed
