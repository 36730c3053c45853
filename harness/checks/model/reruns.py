"""Which jobs ran again after they had done something, in one night: what each run had stored, and what it had sent."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from harness.checks.model.commits import is_commit
from harness.history import Event, History


@dataclass
class JobWork:
    """What the runs of a job have done, in their order; two that work at once are told as one."""

    rows: list[Counter[str]] = field(default_factory=list)
    """Of each run the rows that it stored, by consumer."""
    sent: list[int] = field(default_factory=list)
    """Of each run how many uploads it ended."""
    beside: int = 0
    """How many processes were started beside a run, unknown to the scheduler."""

    @property
    def runs(self) -> int:
        """How often it ran, at once or one after the other."""
        return len(self.rows) + self.beside

    @property
    def ran_again(self) -> bool:
        """Whether it ran once more after it had stored or sent anything, or twice at once and did."""
        earlier = slice(None) if self.beside else slice(-1)
        return any(map(bool, self.rows[earlier])) or any(self.sent[earlier])

    def stored(self, consumer: str) -> int:
        """How many rows it stored there, in all its runs."""
        return sum(rows[consumer] for rows in self.rows)

    def stored_again(self, consumer: str, wanted: int) -> bool:
        """Whether its runs have stored more there than is wanted, and none of them alone has."""
        most = 0 if self.beside else max(rows[consumer] for rows in self.rows)
        return self.stored(consumer) > wanted >= most


def reruns(history: History) -> dict[str, JobWork]:
    """The jobs that ran again after they had done something; while several are at work, each may have done it."""
    found: dict[str, JobWork] = {}
    at_work: dict[str, JobWork] = {}
    for event in history:
        if event.component == "scheduler":
            _follow(found, at_work, event)
        elif is_commit(event):
            for job in at_work.values():
                job.rows[-1] += Counter({event.component: event.value.get("stored", 0)})
        elif event.type == "ok" and event.action == "put":
            for job in at_work.values():
                job.sent[-1] += 1
    return {name: job for name, job in found.items() if job.runs > 1 and job.ran_again}


def _follow(found: dict[str, JobWork], at_work: dict[str, JobWork], event: Event) -> None:
    name = str(event.value.get("job"))
    if event.action == "launch" and event.type == "invoke":
        job = at_work[name] = found.setdefault(name, JobWork())
        job.rows.append(Counter())
        job.sent.append(0)
    elif event.action == "job" or (event.action == "launch" and event.type == "fail"):
        at_work.pop(name, None)
    elif event.action == "fault" and event.value["effect"].get("cause") == "duplicate":
        found.setdefault(str(event.value["where"].get("job")), JobWork()).beside += 1
