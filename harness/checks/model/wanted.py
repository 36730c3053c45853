"""What the consumers are to hold when the night is over: as in the baseline, but for what optional jobs alone bring."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache

from harness.checks.model.commits import came_at, commits
from harness.checks.model.ends import unfinished
from harness.checks.model.holdings import Holdings, begin_event, holdings, holdings_without
from harness.history import Event, History


@lru_cache(maxsize=2)
def wanted(night: History, baseline: History) -> Mapping[str, Holdings]:
    """What each consumer is to hold.

    Rows that an optional job sends in the baseline, and no other, are not owed where that job did not end well, unless
    a part of them has come: who reads a part takes it for the whole.
    """
    optional = optional_jobs(night)
    missed = {job for job in unfinished(night, baseline) if job in optional} if optional else set()
    if not missed:
        return holdings(baseline)
    sent = _sent_by(baseline, missed)
    without = holdings_without(baseline, sent)
    return {consumer: _unless_begun(consumer, without, night, baseline) for consumer in holdings(baseline)}


def spared_rows(night: History, baseline: History) -> dict[str, int]:
    """How many rows each consumer lacks that are not owed."""
    owed = wanted(night, baseline)
    less = {name: of.own.total() - owed[name].own.total() for name, of in holdings(baseline).items()}
    return {name: rows for name, rows in less.items() if rows}


def due_consumers(baseline: History) -> tuple[str, ...]:
    """The consumers that other jobs than optional ones deliver to."""
    needed = holdings_without(baseline, _sent_by(baseline, optional_jobs(baseline)))
    return tuple(name for name, of in holdings(baseline).items() if needed[name].rows or not of.rows)


def finished_at(night: History, baseline: History) -> int | None:
    """UTC nanoseconds when the last row came that the night needed; None while a consumer lacks all of them.

    Of a chain that delivers to nobody, or by optional jobs alone, when the last job had ended.
    """
    due = due_consumers(baseline)
    if not due:
        last = night.of("job", type="ok").last()
        return last.at if last else None
    if any(not holdings(night)[name].rows for name in due):
        return None
    besides = sent_besides(baseline)
    needed = (event for event in _stored(night) if event.component in due)
    needed = (event for event in needed if (event.component, event.value.get("from")) not in besides)
    return max((came_at(night, event) for event in needed), default=None)


@lru_cache(maxsize=2)
def sent_besides(baseline: History) -> frozenset[tuple[str, str]]:
    """Consumers and the optional jobs that bring them something of their own in the baseline.

    What an optional job sends that sends nothing there stands in for another one: that is the delivery itself.
    """
    optional = optional_jobs(baseline)
    sent = ((event.component, event.value.get("from")) for event in _stored(baseline) if event.value.get("stored"))
    return frozenset((consumer, job) for consumer, job in sent if job in optional)


def optional_jobs(history: History) -> frozenset[str]:
    """The jobs that the chain calls optional."""
    jobs = begin_event(history).value["jobs"]
    return frozenset(name for name, job in jobs.items() if job.get("optional"))


def _unless_begun(consumer: str, without: Mapping[str, Holdings], night: History, baseline: History) -> Holdings:
    whole, less = holdings(baseline)[consumer], without[consumer]
    got = holdings(night).get(consumer, Holdings()).own
    return less if less.own.common(got) == whole.own.common(got) else whole


def _sent_by(history: History, jobs: set[str] | frozenset[str]) -> dict[str, frozenset[int]]:
    """The batches of each consumer that these jobs have sent, by their numbers."""
    if not jobs:
        return {}
    numbers: dict[str, int] = defaultdict(int)
    sent: dict[str, set[int]] = defaultdict(set)
    for event in _stored(history):
        numbers[event.component] += 1  # as the consumer itself numbers what it stores
        if event.value.get("from") in jobs:
            sent[event.component].add(numbers[event.component])
    return {consumer: frozenset(of) for consumer, of in sent.items()}


def _stored(history: History) -> Iterator[Event]:
    return (event for event in commits(history) if not event.value.get("replayed"))
