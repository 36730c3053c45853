"""What a watermark has passed is stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from harness.checks.model.check import Finding, check
from harness.checks.model.holdings import begin_event
from harness.checks.model.outcome import Outcome
from harness.checks.model.wanted import spared_rows
from harness.checks.model.watermarks import began, last_move, marks, stored_by
from harness.history import History

_WHOLE_NIGHT = 2**63


@check(
    "watermark_behind_commit",
    violated=Outcome.DAMAGED,
    applies=lambda night, _: bool(begin_event(night).value["watermarks"]),
)
def watermark_behind_commit(night: History, baseline: History) -> Finding:
    """A watermark never goes back, and when it makes its last move of the night, its consumers hold the night's rows.

    What stands behind a watermark is never read again. If it moves before the commit, a crash between the two loses
    rows for good, on whatever night that may be: so the order counts, in the baseline too, also when no row is lost.

    What only optional jobs bring that have failed (``optional_jobs``) is not owed to it either.

    Applies: to chains that declare ``watermarks``.
    Unknown: when the baseline moved no watermark, or one holds what cannot be read.
    Does not verify: moves before the last one of a night; a watermark that is kept in a database; that it is not
    behind what its file said before the night, unless the chain's folder begins with that file (``holds``).
    """
    declared = begin_event(night).value["watermarks"]
    for name, mark in declared.items():
        if not marks(baseline, mark):
            return Finding.unknown(f"in the baseline, the watermark {name} was not written")
        for history in (night, baseline):
            unread = [one.found for one in marks(history, mark) if one.value is None]
            if unread:
                return Finding.unknown(f"the watermark {name} holds {unread[0]!r}, which has no value{_of(mark)}")
    back = [told for name, mark in declared.items() for told in _back(night, name, mark)]
    passed = [told for name, mark in declared.items() for told in _passed(night, baseline, name, mark)]
    if back or passed:
        said = " and ".join(
            text for text, there in (("went back", back), ("passed what was not stored", passed)) if there
        )
        return Finding.violated(f"a watermark {said}: {[*passed, *back][0]}", back=back, passed=passed)
    return Finding.holds(f"what {', '.join(declared)} passed was stored")


def _of(mark: Mapping[str, Any]) -> str:
    return "" if mark["field"] is None else f" under {mark['field']!r}"


def _back(night: History, name: str, mark: Mapping[str, Any]) -> Iterator[str]:
    first = began(night, mark)
    for before, after in pairwise([*([first] if first else []), *marks(night, mark)]):
        if after.is_before(before):
            yield f"{name} from {before.value} to {after.value}"


def _passed(night: History, baseline: History, name: str, mark: Mapping[str, Any]) -> Iterator[str]:
    calm = last_move(marks(baseline, mark))
    for history, where in ((night, ""), (baseline, " in the baseline")):
        moved = last_move(marks(history, mark))
        if moved is None:
            continue
        for consumer in mark["consumers"]:
            # Who says as much as the baseline, or more (a time of the run), has passed all that the baseline stores.
            whole = history if calm is None or moved.is_before(calm) else baseline
            there, wanted = stored_by(history, consumer, moved.at), stored_by(whole, consumer, _WHOLE_NIGHT)
            if history is night and whole is baseline:
                wanted -= spared_rows(night, baseline).get(consumer, 0)
            if there < wanted:
                held = f"{consumer} had stored {there:,} of {wanted:,} rows"
                yield f"{name} said {moved.value}{where} when {held}"
