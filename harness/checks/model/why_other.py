"""Why a file is not as the same night without faults leaves it, where the history tells that."""

from __future__ import annotations

from harness.checks.model.halves import halves
from harness.checks.model.lineage import taken_over
from harness.checks.model.makers import makers
from harness.checks.model.results import difference
from harness.history import History


def why_other(night: History, baseline: History) -> dict[str, str]:
    """In words, by path: half of it, not made tonight, or as it came from the source. No chain declares that of a file.

    Of the other files nothing is known but that they differ, as they may where they tell of the run.
    """
    half = {one.path: one.job for one in halves(night, baseline) if one.stays}
    bad = taken_over(night)
    reasons: dict[str, str] = {}
    for changed in difference(night, baseline).changed:
        path, name = changed.path, changed.path.rpartition("/")[2]
        if path in half:
            reasons[path] = f"is the first part of what it has to be, as {half[path]} left it when it failed"
        elif path in makers(baseline) and path not in makers(night):
            reasons[path] = "was not made tonight, and is what was there before"
        elif name in bad:
            reasons[path] = f"is there as it came, other than it was published{bad[name]}"
    return reasons
