"""Nights before, told at the end of a baseline: what a declared fallback must equal, and what stale rows would be."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable, Iterator

from harness.chain.model import Chain
from harness.checks.model.holdings import consumers
from harness.checks.model.row_counts import wrong_rows
from harness.contract.rows import RowsFile
from harness.faults import Fault
from harness.history import Event, History


def fallback_days(history: History) -> list[dt.date]:
    """The dates of the fallbacks that a night declares."""
    days = {event.value.get("fallback_of") for event in history.of("holds", type="info")}
    return [dt.date.fromisoformat(day) for day in sorted(day for day in days if day)]


def stale_days(
    chain: Chain, faults: Iterable[Fault], night: dt.date, history: History, baseline: History
) -> list[dt.date]:
    """The dates that wrong rows of a night may be of, the latest first; none where no row is wrong.

    The day before, those of which the chain's folders have files, and those that a fault goes back to.
    """
    wrong = wrong_rows(history, baseline, *consumers(history))
    if not (wrong.changed.total or wrong.invented.total):
        return []
    return [night - dt.timedelta(days=back) for back in sorted({1, *_goes_back(chain, faults)})]


def _goes_back(chain: Chain, faults: Iterable[Fault]) -> Iterator[int]:
    for folder in chain.folders.values():
        yield from (held.days_before or 1 for held in folder.holds if held.file is not None)
    for fault in faults:
        back = fault.parameters().get("days_before")
        if isinstance(back, int):
            yield back


def with_night(baseline: History, earlier: History, day: dt.date) -> History:
    """A baseline that also says what an earlier night held, and has its rows."""
    begins = baseline.held.size
    told = [_tagged(event, day, begins) for event in earlier.of("holds", type="info")]
    held = RowsFile(itertools.chain(baseline.held.chunks(), earlier.held.chunks()))
    return History([*baseline, *told], held)


def _tagged(event: Event, day: dt.date, begins: int) -> Event:
    value = {**event.value, "night": day.isoformat(), "start": begins + event.value["start"]}
    return Event(event.index, event.at, event.component, event.type, event.action, value, event.error)
