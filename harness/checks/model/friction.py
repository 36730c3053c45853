"""What a night cost: pages, manual steps, attempts, delay, jobs, files, rows, beyond the same night without faults."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from harness.checks.model.attempts import LAUNCHES, REQUESTS, RULES, Kind, more_attempts
from harness.checks.model.commits import came_at, commits
from harness.checks.model.ends import runs, unfinished
from harness.checks.model.holdings import holdings
from harness.checks.model.makers import made_at
from harness.checks.model.pages import Paging, paging
from harness.checks.model.results import is_result, kept, missing_results, uploads
from harness.checks.model.row_counts import wrong_rows
from harness.checks.model.wanted import finished_at, spared_rows, wanted
from harness.checks.model.wording import counted, minutes
from harness.history import History

_NOTICEABLE_NS = 1_000_000_000
_LATER_NS = 60_000_000_000
"""A job that ends so much later than in the baseline has been held up; less is nobody's trouble."""
_NAMED = 3


@dataclass(frozen=True)
class Friction:
    """The cost of a night over its baseline; ``delay_s`` is None when the night was never delivered."""

    paging: Paging
    manual_steps: int
    attempts: Mapping[Kind, int] = field(default_factory=dict)
    """What was tried more often, at every neighbour."""
    later_s: Mapping[str, float] = field(default_factory=dict)
    """By how much each job ended later, of those that did by a minute or more: by the first good end that lasted."""
    came_later_s: Mapping[str, float] = field(default_factory=dict)
    """The same of what a night leaves: the last row of each consumer, by its name, and each file, by its path."""
    unfinished: tuple[str, ...] = ()
    """The jobs that ended well in the baseline, and not in the night."""
    files_missing: int = 0
    rows_lost: int = 0
    rows_wrong: int = 0
    delay_s: float | None = 0.0

    @property
    def reruns(self) -> int:
        """Launches of jobs beyond the baseline's."""
        return self.attempts.get(LAUNCHES, 0)

    @property
    def rules(self) -> int:
        """Rules of the scheduler that acted beyond the baseline's."""
        return self.attempts.get(RULES, 0)

    @property
    def requests(self) -> int:
        """Requests for files beyond the baseline's."""
        return self.attempts.get(REQUESTS, 0)

    @property
    def pages(self) -> int:
        """How often somebody was paged."""
        return len(self.paging.telling) + len(self.paging.noise)

    @property
    def reacted(self) -> bool:
        """Whether anything in the chain had to do something that it does not do in a calm night."""
        late = self.delay_s is None or self.delayed
        return bool(self.pages or self.manual_steps or self.attempts or self.later_s or self.came_later_s or late)

    @property
    def delayed(self) -> bool:
        """Whether the last row came noticeably later."""
        return self.delay_s is not None and self.delay_s * 1e9 > _NOTICEABLE_NS

    @property
    def sentence(self) -> str:
        """The cost in words."""
        return ", ".join(self._said()) or "no friction"

    def _said(self) -> Iterator[str]:
        if self.pages:
            yield self.paging.sentence
        if self.manual_steps:
            yield counted(self.manual_steps, "manual step")
        yield from (counted(count, kind.one, kind.many) for kind, count in self.attempts.items())
        if self.unfinished:
            yield f"{counted(len(self.unfinished), 'job')} not finished"
        if self.files_missing:
            yield counted(self.files_missing, "file missing", "files missing")
        if self.rows_lost:
            yield counted(self.rows_lost, "row lost", "rows lost")
        if self.rows_wrong:
            yield counted(self.rows_wrong, "wrong row")
        if self.delay_s is None:
            yield "never delivered"
        elif self.delayed:
            yield f"{minutes(self.delay_s)} of delay"
        # The delay of the delivery says it of the jobs that it goes through, and that of a job of what it makes.
        told_s = self.delay_s or 0.0
        for later_s, did, more in ((self.later_s, "ended", "jobs"), (self.came_later_s, "came", "files or consumers")):
            worse = {name: by for name, by in later_s.items() if not told_s or by > told_s + 60}
            for name, by in list(worse.items())[:_NAMED]:
                yield f"{name} {did} {minutes(by)} later"
            if len(worse) > _NAMED:
                yield f"{len(worse) - _NAMED} more {more} later"
            told_s = max(told_s, *worse.values(), 0.0)


@lru_cache(maxsize=2)
def friction(night: History, baseline: History) -> Friction:
    """Count what a night needed beyond its baseline, each job, file and consumer by itself.

    What one did more often is not made up for by what another did not do at all.
    """
    delivered, calm = finished_at(night, baseline), finished_at(baseline, baseline)
    lost, wrong = _rows(night, baseline)
    return Friction(
        paging=paging(night),
        manual_steps=len(night.of("operate", component="operator")),
        attempts=more_attempts(night, baseline),
        later_s=_later_s(_well_since(night), _well_since(baseline)),
        came_later_s=_later_s(_came_at(night), _came_at(baseline)),
        unfinished=unfinished(night, baseline),
        files_missing=len(missing_results(night, baseline)),
        rows_lost=lost,
        rows_wrong=wrong,
        delay_s=None if delivered is None or calm is None else max(0.0, (delivered - calm) / 1e9),
    )


def _later_s(night: Mapping[str, int], baseline: Mapping[str, int]) -> dict[str, float]:
    later = {name: at - baseline[name] for name, at in night.items() if name in baseline}
    return {name: by / 1e9 for name, by in later.items() if by >= _LATER_NS}


def _well_since(history: History) -> dict[str, int]:
    return {name: since for name, job in runs(history).items() if (since := job.well_since) is not None}


def _came_at(history: History) -> dict[str, int]:
    """When there was what is there at the end: the rows of each consumer, and each file that is a result."""
    stored = {event.component: came_at(history, event) for event in commits(history) if event.value.get("stored")}
    there = kept(history).keys() | uploads(history).keys()
    return stored | {path: at for path, at in made_at(history).items() if path in there and is_result(path)}


def _rows(night: History, baseline: History) -> tuple[int, int]:
    """How many rows are missing where nothing stands for them, and how many are there and should not be."""
    owed = wanted(night, baseline)
    lost, wrong = sum(spared_rows(night, baseline).values()), 0
    for consumer, held in holdings(night).items():
        kinds = wrong_rows(night, baseline, consumer).by_kind
        missing = kinds["lost"].total if "lost" in kinds else 0
        lost += missing if held.rows else owed[consumer].rows
        wrong += sum(rows.total for kind, rows in kinds.items() if kind != "lost")
    return lost, wrong
