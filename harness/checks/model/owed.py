"""What a night has not delivered of all that the same night without faults did: rows, and the good ends of jobs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from harness.checks.model.commits import came_at, commits
from harness.checks.model.ends import finished, how_it_stands, runs, successors, unfinished
from harness.checks.model.freed import Freed, freed
from harness.checks.model.holdings import Holdings, begin_event, holdings
from harness.checks.model.makers import of_optional_jobs
from harness.checks.model.results import missing_results
from harness.checks.model.wanted import optional_jobs, spared_rows, wanted
from harness.checks.model.wording import counted
from harness.history import History

_NAMED = 3
"""So many jobs or consumers are named in a sentence; the evidence has more of them."""


@dataclass(frozen=True)
class Owed:
    """What is missing at the end of a night; false where nothing is."""

    rows: Mapping[str, int]
    """How many rows each consumer lacks, of those that lack any. A declared fallback stands for all of them."""
    partly: tuple[str, ...]
    """Those that hold a part of the night's rows, or did when a fault was taken out that kept the rest back."""
    jobs: Mapping[str, str]
    """What became of the jobs that did not end well, of those that must."""
    optional: Mapping[str, str]
    """The same of those that need not: nothing is owed for them."""
    freed: Freed = field(default_factory=Freed)
    """What came after all, but only because a fault was taken out at the deadline: the chain has not delivered it."""
    results: tuple[str, ...] = ()
    """The files that are missing: in the chain's folders, or at the source."""
    forgone: tuple[str, ...] = ()
    """Those of them that jobs make that need not end."""
    spared: Mapping[str, int] = field(default_factory=dict)
    """How many rows each consumer lacks that only such jobs bring."""

    def __bool__(self) -> bool:
        return bool(self.rows or self.jobs or self.freed or self.results)

    @property
    def sentence(self) -> str:
        """All of it in words, jobs first: what did not end is why something is missing."""
        told = [*grouped(self.jobs), *_lacking_words(self), *_freed_words(self.freed)]
        # Where a job has not ended, it goes without saying that its files are not there.
        return "; ".join(told or _results_words(self.results))


@lru_cache(maxsize=2)
def owed(night: History, baseline: History) -> Owed:
    """What the night owes when it is over."""
    expected, got = wanted(night, baseline), holdings(night)
    lacking = {consumer: _lacking(expected[consumer], held) for consumer, held in got.items()}
    rows = {consumer: count for consumer, count in lacking.items() if count}
    late = freed(night, baseline)
    partly = tuple(name for name in got if (name in rows and got[name].rows) or name in late.partly)
    must: dict[str, str] = {}
    may: dict[str, str] = {}
    replaced = _replaced(night)
    for job in unfinished(night, baseline):
        if job not in replaced:
            (may if job in optional_jobs(night) else must)[job] = how_it_stands(night, job)
    for job in late.jobs:
        if job in optional_jobs(night):
            may[job] = f"ended only because {', '.join(late.faults)} was ended at the deadline"
    late = replace(late, jobs=tuple(job for job in late.jobs if job not in may))
    missing = missing_results(night, baseline)
    forgone = of_optional_jobs(missing, may, baseline)
    results = tuple(path for path in missing if path not in forgone)
    return Owed(rows, partly, must, may, late, results, forgone, spared_rows(night, baseline))


def due_at(night: History, baseline: History) -> int:
    """When the first thing was due that the night owes: the deadline, or later where the baseline has it later."""
    begin, missing = begin_event(night).value, owed(night, baseline)
    calm = finished(baseline)
    if missing.rows or missing.freed or missing.results or not missing.jobs:
        return int(begin["deadline_ns"])
    if any(calm[job] <= begin["deadline_ns"] for job in missing.jobs):
        return int(begin["deadline_ns"])
    return int(night[-1].at)


def grouped(jobs: Mapping[str, str]) -> Iterator[str]:
    """Jobs by what became of them: "retrieve failed (exit code 3)", "validate, publish never started"."""
    for stands in dict.fromkeys(jobs.values()):
        names = [job for job, one in jobs.items() if one == stands]
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        yield f"{', '.join(names[:_NAMED])}{more} {stands}"


def _lacking_words(missing: Owed) -> Iterator[str]:
    for consumer, count in list(missing.rows.items())[:_NAMED]:
        part = consumer in missing.partly
        yield f"{consumer} lacks {counted(count, 'row')}" if part else f"{consumer} has none of {counted(count, 'row')}"
    if len(missing.rows) > _NAMED:
        yield f"{len(missing.rows) - _NAMED} more consumers lack rows"


def _results_words(missing: tuple[str, ...]) -> Iterator[str]:
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        yield f"{missing[0]}{more} {'are' if more else 'is'} not there"


def _freed_words(late: Freed) -> Iterator[str]:
    if not late:
        return
    jobs = [f"{', '.join(late.jobs[:_NAMED])} ended"] if late.jobs else []
    came = [f"{counted(count, 'row')} came to {consumer}" for consumer, count in late.rows.items()]
    limit = ""
    if late.held:
        limit = f": {', '.join(late.held[:_NAMED])} had no limit (a client timeout, a max run time before the deadline)"
    yield f"{' and '.join([*came, *jobs])} only because {', '.join(late.faults)} was ended at the deadline{limit}"


def _replaced(night: History) -> set[str]:
    """The jobs for which a declared fallback stands: they failed before it was delivered, or start only after one."""
    stood_in = [came_at(night, event) for event in commits(night) if event.value.get("fallback_of")]
    if not stood_in:
        return set()
    ends = {name: job.last for name, job in runs(night).items()}
    failed = {name for name, end in ends.items() if end is not None and end.type == "fail" and end.at <= max(stood_in)}
    return {job for job in successors(night, failed) if job in failed or job not in ends}


def _lacking(wanted: Holdings, held: Holdings) -> int:
    if not held.rows:
        return wanted.rows
    if held.fallback or held.own.total() >= wanted.own.total():
        return 0
    return wanted.own.total() - wanted.own.common(held.own)
