"""No job works before the jobs it depends on have finished well."""

from __future__ import annotations

from harness.checks.model.check import Finding, check
from harness.checks.model.holdings import begin_event
from harness.checks.model.outcome import Outcome
from harness.history import History


def _any_dependency(night: History, _: History) -> bool:
    return any(job["after"] for job in begin_event(night).value["jobs"].values())


@check("dependency_order", violated=Outcome.DAMAGED, applies=_any_dependency)
def dependency_order(night: History, baseline: History) -> Finding:
    """At each launch that does not end in a failure, every predecessor's latest run has finished OK.

    A job that was started early and refuses to work has done no harm.

    Applies: to chains in which a job depends on another.
    Unknown: when the baseline launched no job that depends on another.
    Does not verify: that a predecessor which finished OK did its work, that jobs without a declared dependency keep an
    order, or thresholds and resources.
    """
    jobs = begin_event(night).value["jobs"]
    if not any(jobs[event.value["job"]]["after"] for event in baseline.of("launch", type="ok")):
        return Finding.unknown("the baseline launched no job that depends on another")
    finished: dict[str, bool] = {}
    # Until a run has ended nobody knows whether it does harm: what it lacked when it was launched, by job and attempt.
    running: dict[tuple[str, int], list[str]] = {}
    early: list[str] = []
    for event in night.of(component="scheduler"):
        if event.action not in ("launch", "job"):
            continue
        job = str(event.value["job"])
        run = job, event.value.get("attempt", 0)
        if event.action == "launch" and event.type == "invoke":
            running[run] = [f"{job} before {other}" for other in jobs[job]["after"] if not finished.get(other)]
            finished[job] = False
        elif event.action == "job" or event.type == "fail":
            finished[job] = event.type == "ok"
            lacked = running.pop(run, [])
            early += lacked if finished[job] else []
    early += [told for lacked in running.values() for told in lacked]
    return Finding.violated("jobs ran too early", early=early) if early else Finding.holds("every job waited its turn")
