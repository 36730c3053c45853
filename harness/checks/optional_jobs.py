"""Jobs that the chain calls optional end as in the baseline."""

from __future__ import annotations

from harness.checks.model.check import Finding, check
from harness.checks.model.ends import finished
from harness.checks.model.outcome import Outcome
from harness.checks.model.owed import grouped, owed
from harness.checks.model.wanted import optional_jobs as called_optional
from harness.checks.model.wording import counted
from harness.history import History


def _any_optional(night: History, _: History) -> bool:
    return bool(called_optional(night))


@check("optional_jobs", violated=Outcome.DEGRADED, applies=_any_optional)
def optional_jobs(night: History, baseline: History) -> Finding:
    """Each job with ``optional: true`` that ended well in the baseline ends well in the night.

    Such a job is missed, with the files that it makes and the rows that it alone sends, and nothing is owed for it: the
    night is degraded and nobody has to be told. A part of its rows is owed, for who reads it takes it for the whole.

    Applies: to chains with a job that says optional.
    Unknown: when the baseline finished no such job.
    Does not verify: that jobs which depend on it can do without (they are owed, unless they are optional as well).
    """
    if not called_optional(night) & finished(baseline).keys():
        return Finding.unknown("the baseline finished no job that is optional")
    missing = owed(night, baseline)
    if missing.optional:
        told = [f"{job} {stands}" for job, stands in missing.optional.items()]
        said = f"{'; '.join(grouped(missing.optional))}, which the chain calls optional"
        rows = [f"{consumer} lacks {counted(count, 'row')}" for consumer, count in missing.spared.items()]
        return Finding.violated(said, unfinished=told, missing=[*missing.forgone, *rows])
    return Finding.holds("every optional job finished")
