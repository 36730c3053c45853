"""Yesterday's report is not taken for tonight's."""

from __future__ import annotations

from harness.checks.model.check import Finding, check
from harness.checks.model.holdings import fallback_days
from harness.checks.model.outcome import Outcome
from harness.checks.model.results import is_result, kept, uploads
from harness.checks.model.stale import otherwise_made, stale_files
from harness.checks.model.wording import counted
from harness.history import History


def _makes_files(night: History, baseline: History) -> bool:
    return not fallback_days(night) and any(map(is_result, [*kept(baseline), *uploads(baseline)]))


@check("no_stale_file", violated=Outcome.DAMAGED, applies=_makes_files)
def no_stale_file(night: History, baseline: History) -> Finding:
    """No result that a job makes or sends tonight has the content of an earlier one, where the baseline makes another.

    Who reads it takes it for tonight's, whether rows came or not. An earlier one is a file of the same name but for its
    date, of more than one line, which is there in both nights as it was. What else is otherwise in a night that owes
    something is told, and no finding: a report about half the rows has other numbers, and is right.

    Applies: to chains whose baseline leaves or sends a file; not to nights with a declared fallback in use.
    Unknown: never, because all files are told when the night is over.
    Does not verify: what the source gives (``delivered_once``); a file that was not made anew, under a name without a
    date (``equals_baseline``, ``complete``); what an earlier night left and this one took away.
    """
    stale = stale_files(night, baseline)
    if stale:
        told = [f"{path} has the content of {earlier}" for path, earlier in stale.items()]
        more = f", and {len(told) - 1} more" if len(told) > 1 else ""
        return Finding.violated(f"an earlier night's file is there as tonight's: {told[0]}{more}", stale=told)
    other = otherwise_made(night, baseline)
    if other:
        more = f" and {len(other) - 1} more" if len(other) > 1 else ""
        what = counted(len(other), "file")
        return Finding.holds(f"no file is an earlier night's; {what} made with other content: {other[0]}{more}")
    return Finding.holds("no file is an earlier night's")
