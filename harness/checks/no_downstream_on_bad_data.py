"""No job builds on a file that did not arrive as it was published."""

from __future__ import annotations

from harness.checks.model.check import Finding, check
from harness.checks.model.holdings import begin_event, fallback_days, holdings
from harness.checks.model.lineage import Taken, bad_files, built_on, taken_over
from harness.checks.model.outcome import Outcome
from harness.checks.model.results import difference, is_result, kept, uploads
from harness.checks.model.row_counts import wrong_rows
from harness.history import History


def _taken_over(night: History, _: History) -> bool:
    return bool(bad_files(night)) and any(job["after"] for job in begin_event(night).value["jobs"].values())


@check("no_downstream_on_bad_data", violated=Outcome.DAMAGED, applies=_taken_over)
def no_downstream_on_bad_data(night: History, baseline: History) -> Finding:
    """What came of a file that arrived other than published stays with the job that took it, or does no harm.

    The way is told from file to job to rows: a job took the file, ended well and had not fetched it anew, a job that
    waits for it was launched and ended well, too, and rows are wrong at a consumer, or a file that the night leaves or
    sends is not the baseline's. A client that reads past an odd line end, and delivers every row as it should, has done
    no harm; where there is neither a consumer nor a file, nothing shows that.

    Applies: to nights in which a client was given a whole file with other content than was published, of chains in
    which a job depends on another.
    Unknown: never, because every file that is served is seen.
    Does not verify: which of several jobs at work took the file (each may have); files that a client takes in pieces; a
    job that refuses and ends well all the same.
    """
    built = built_on(night)
    came_of_it = _harm(night, baseline)
    if built and came_of_it:
        took = f"which {_by(built[0])} took other than it was published{taken_over(night).get(built[0].name, '')}"
        return Finding.violated(
            f"{built[0].job} built on {built[0].name}, {took}: {came_of_it}",
            ways=[_way(one) for one in built],
        )
    names = sorted({one.name for one in bad_files(night)})
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    said = "what was built on it did no harm" if built else "no job built on it"
    return Finding.holds(f"{names[0]}{more} arrived other than published, and {said}")


def _harm(night: History, baseline: History) -> str:
    """What is wrong at the end, or that nothing could show it; empty where all that there is is right."""
    consumers = holdings(night)
    wrong = wrong_rows(night, baseline, *consumers)
    changed = () if fallback_days(night) else difference(night, baseline).changed
    told = [str(wrong)] if wrong.by_kind else []
    made = [one.path for one in changed if one.path.rpartition("/")[2] not in taken_over(night)]
    if made:
        more = f" and {len(made) - 1} more" if len(made) > 1 else ""
        told.append(f"{made[0]}{more} with other content")
    elif changed and not told:
        told.append(f"{changed[0].path} is there as it came")
    if not told and not consumers and not any(map(is_result, [*kept(baseline), *uploads(baseline)])):
        return "no consumer shows what came of it"
    return ", ".join(told)


def _by(taken: Taken) -> str:
    return " or ".join(taken.takers)


def _way(taken: Taken) -> str:
    return f"{taken.name} → {_by(taken)} → {taken.job}"
