"""Every file that had to be made or sent is there."""

from __future__ import annotations

from harness.checks.model.check import Finding, check
from harness.checks.model.holdings import fallback_days
from harness.checks.model.outcome import Outcome
from harness.checks.model.owed import owed
from harness.checks.model.results import is_result, kept, uploads
from harness.checks.model.wording import counted
from harness.history import History


def _makes_files(night: History, baseline: History) -> bool:
    return not fallback_days(night) and any(map(is_result, [*kept(baseline), *uploads(baseline)]))


@check("results_complete", violated=Outcome.CONTAINED, applies=_makes_files)
def results_complete(night: History, baseline: History) -> Finding:
    """Every file is there that the same night without faults leaves in the working folders, or sends to the source.

    A report, an archive, an export and an upload are owed as rows are. An upload counts by what is there at the end.
    What an optional job makes that did not end is told with it (``optional_jobs``).

    Applies: to chains whose baseline leaves or sends a file; not to nights with a declared fallback in use.
    Unknown: never, because all files are told when the night is over.
    Does not verify: what is in them (``equals_baseline``), or when they came.
    """
    missing = owed(night, baseline).results
    if not missing:
        return Finding.holds("every file is there that the baseline leaves")
    there = len(missing) == 1
    return Finding.violated(
        f"{counted(len(missing), 'file')} of the night {'is' if there else 'are'} missing: {missing[0]}"
        + ("" if there else f" and {len(missing) - 1} more"),
        missing=missing,
    )
