"""A table that was whole is never again seen with less."""

from __future__ import annotations

from collections.abc import Iterator

from harness.checks.model.check import Finding, check
from harness.checks.model.commits import commits
from harness.checks.model.holdings import begin_event, holdings
from harness.checks.model.outcome import Outcome
from harness.checks.model.wording import clock, counted
from harness.history import Event, History


def _tells_what_is_there(history: History) -> bool:
    return any("before" in event.value for event in commits(history))


@check("stays_whole", violated=Outcome.DAMAGED, applies=lambda night, _: _tells_what_is_there(night))
def stays_whole(night: History, baseline: History) -> Finding:
    """What a table holds of the night is at no moment between two commits less than it was, and then all of it again.

    A load that deletes its rows in a transaction of its own, and puts them in again in another one, shows every reader
    in between an empty table or a half, however quickly it is done. In one transaction nobody sees that: all before it,
    or all after. What somebody else than the chain takes away is not the chain's doing, and neither is what a failover
    loses. All of the night is as many rows as the same night without faults leaves there; until so many are there, as
    many as the night began with, as a table without a ``business_date`` does that has yesterday's.

    Applies: to nights in which a consumer of kind ``postgres`` says what its table has from commit to commit.
    Unknown: when the baseline delivered nothing.
    Does not verify: that a reader came at that moment; which rows were there (``delivered_once``); a table that is
    filled by several commits for the first time in the night, or is left with less at its end (``all_or_nothing``).
    """
    wanted = {name: of.own.total() for name, of in holdings(baseline).items()}
    if not any(wanted.values()):
        return Finding.unknown("the baseline delivered nothing, so nothing was ever whole")
    zone = begin_event(night).value["timezone"]
    partial = [
        f"{name} had {least:,} of {counted(level, 'row')} from {clock(begins, zone)} to {clock(ends, zone)}"
        for name, rows in wanted.items()
        if rows
        for begins, ends, least, level in _gaps(commits(night, name), rows)
    ]
    if partial:
        more = f", and so {len(partial) - 1:,} times more" if len(partial) > 1 else ""
        return Finding.violated(f"a table was whole, and then was seen with less: {partial[0]}{more}", partial=partial)
    return Finding.holds("no table that was whole was seen with less")


def _gaps(found: Iterator[Event], whole: int) -> Iterator[tuple[int, int, int, int]]:
    """From when to when it was less than whole, between two moments at which it was; the least of it, and the whole."""
    level: int | None = None
    began: int | None = None
    least = whole
    for event in found:
        before, rows = event.value.get("before"), event.value.get("rows")
        if before is None or rows is None:
            continue
        if level is None:
            level = min(before, whole) or whole
        if before >= whole:
            level = whole
        if began is None and rows < level <= before and "by" not in event.value:
            began, least = event.at, rows
        elif began is not None and rows < level:
            least = min(least, rows)
        elif began is not None:
            yield began, event.at, least, level
            began = None
