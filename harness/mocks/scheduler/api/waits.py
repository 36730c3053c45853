"""What a job waits for, as the vendor's clients know it: other jobs, thresholds, resources, an expression."""

from __future__ import annotations

from typing import Any

from harness.mocks.scheduler.api.shared import resource_view, threshold_view
from harness.mocks.scheduler.daily.jobs import DailyJob, Edge
from harness.mocks.scheduler.daily.shared_resources import Resource, Shared, Threshold

TYPES = {"requires": (1, "Requires"), "after": (2, "After"), "conflict": (3, "Conflict")}
"""The names are the vendor's; the numbers are public nowhere, and ours. What excludes is judged at the build."""

CONDITIONS = {"finished_ok": "FinishedOk", "failed": "Failed", "ignore_exit_code": "IgnoreExitCode"}

OPERATORS = {"EQ": "=", "NE": "!=", "GT": ">", "LT": "<", "GE": ">=", "LE": "<="}


def changing(shared: Shared, job: DailyJob) -> tuple[object, ...]:
    """All that is shown here of others than the job, and that becomes another without its doing."""
    master = job.master
    return (
        [(edge.met, edge.predecessor and (edge.predecessor.id, edge.predecessor.status)) for edge in job.edges],
        [_value(shared.thresholds.get(need.threshold)) for need in master.thresholds],
        [_value(shared.resources.get(name)) for name in master.resources],
    )


def _value(one: Threshold | Resource | None) -> tuple[int, ...] | None:
    if one is None:
        return None
    return (one.value, one.used) if isinstance(one, Resource) else (one.value,)


def dependencies(job: DailyJob) -> list[dict[str, Any]]:
    """What it waits for of other jobs, whether it is met, and how these stand."""
    return [
        {"isSatisfied": edge.met, "id": number, "type": dependency_type(edge), "predecessor": _predecessor(edge)}
        for number, edge in enumerate(job.edges, 1)
    ]


def dependency_type(edge: Edge) -> dict[str, Any]:
    """The kind of a dependency; only one that waits for an end has a condition."""
    dependency = edge.dependency
    number, name = TYPES[dependency.kind]
    condition = None if dependency.kind == "conflict" else CONDITIONS[dependency.on]
    return {"id": number, "name": name, "condition": condition, "offset": -dependency.days_before}


def _predecessor(edge: Edge) -> dict[str, Any]:
    other = edge.predecessor
    if other is None:
        schedule = {"id": None, "date": None, "name": edge.job.schedule.name}
        return {"schedule": schedule, "id": None, "name": edge.dependency.job, "status": None}
    schedule = {"id": other.schedule.id, "date": other.schedule.date, "name": other.schedule.name}
    return {"schedule": schedule, "id": other.id, "name": other.name, "status": other.status.text}


def graph_edge(edge: Edge) -> dict[str, Any]:
    """A dependency as an edge of the Daily's graph; a predecessor that is not built has the id that it would have."""
    schedule, other = edge.job.schedule, edge.predecessor
    unbuilt = f"{edge.date.replace('-', '')}|{schedule.master_id}|1|{edge.dependency.job}"
    return {
        "id": edge.job.id,
        "predecessorId": unbuilt if other is None else other.id,
        "predecessorBuilt": other is not None,
        "type": {**dependency_type(edge), "checkAllDays": False, "jobNameLike": None},
    }


def thresholds(shared: Shared, job: DailyJob) -> list[dict[str, Any]]:
    """How thresholds must compare for it."""
    return [
        {
            "id": number,
            "threshold": threshold_view(known) if (known := shared.thresholds.get(need.threshold)) else None,
            "value": need.value,
            "operator": OPERATORS[need.operator],
        }
        for number, need in enumerate(job.master.thresholds, 1)
    ]


def resources(shared: Shared, job: DailyJob) -> list[dict[str, Any]]:
    """What it takes of resources."""
    return [
        {
            "id": number,
            "resource": resource_view(known) if (known := shared.resources.get(name)) else None,
            "requires": amount,
            "requiresAll": amount is None,
        }
        for number, (name, amount) in enumerate(job.master.resources.items(), 1)
    ]


def expression(job: DailyJob) -> dict[str, Any]:
    """Its expression: the first is the job's, the second would be its frequency's."""
    own = job.master.expression
    return {"id": 1 if own else None, "expression1": own, "expression2": None}
