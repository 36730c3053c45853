"""What a job of OpCon waits for and sets off: other jobs, thresholds, resources, an expression, events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.importing.skeleton import Draft, Skeleton, shown
from harness.values.strict import mapping, sequence

_KINDS = {"requires": "requires", "after": "after", "conflict": "conflict", "excludes": "exclude"}
_ENDS = {"finishedok": "finished_ok", "failed": "failed", "ignoreexitcode": "ignore_exit_code"}
"""Of a condition without its spaces: the wire has ``FinishedOk``, and people read *Finished OK*."""
_COMPARISONS = {">": "GT", "<": "LT", "=": "EQ", "!=": "NE", ">=": "GE", "<=": "LE"}
_WHEN = {
    "finished ok": "finished_ok",
    "failed": "failed",
    "initialization error": "initialization_error",
    "exceeded max run time": "exceeded_max_run_time",
    "still attempting start": "still_attempting_start",
    "late to finish": "late_to_finish",
    "late to start": "late",
    "missed start time": "missed_start",
    "skipped": "skipped",
    "cancelled": "cancelled",
    "under review": "under_review",
    "fixed": "fixed",
}


def add_needs(draft: Draft, job: Mapping[str, Any], line: int, skeleton: Skeleton, known: set[str]) -> None:
    """Add what it waits for and sets off; what names a job that is not among ``known`` is only remarked on."""
    schedule = mapping(job, "schedule").get("name")
    for one in _mappings(job, "dependencies"):
        _add_dependency(draft, one, line, schedule, known)
    for one in _mappings(job, "thresholdDependencies"):
        _add_threshold(draft, one, line, skeleton)
    for one in _mappings(job, "resourceDependencies"):
        _add_resource(draft, one, line, skeleton)
    given = mapping(job, "expressionDependencies")  # the first is the job's, the second its frequency's
    expressions = (given.get(key) for key in ("expression1", "expression2"))
    texts = [text for text in expressions if isinstance(text, str) and text.strip()]
    if texts:
        draft.keys["expression"] = " AND ".join(texts) if len(texts) == 1 else " AND ".join(f"({one})" for one in texts)
        draft.remark(line, "what its expression compares are properties: say their values in the chain's 'properties'")
    for one in _mappings(job, "events"):
        _add_event(draft, one, line)
    for key, what in (("thresholdUpdates", "threshold"), ("resourceUpdates", "resource")):
        if job.get(key):
            draft.remark(line, f"its {what} updates are not carried over: say them as 'events: ${what.upper()}:SET'")


def _add_dependency(draft: Draft, one: Mapping[str, Any], line: int, schedule: Any, known: set[str]) -> None:
    told, predecessor = mapping(one, "type"), mapping(one, "predecessor")
    name = predecessor.get("name")
    elsewhere = mapping(predecessor, "schedule").get("name")
    key = _KINDS.get(str(told.get("name") or "").strip().lower())
    condition = str(told.get("condition") or "FinishedOk").strip()
    end, offset = _ENDS.get(condition.replace(" ", "").lower()), told.get("offset") or 0
    said = f"its dependency {told.get('name')} {name}"
    if key is None or not isinstance(name, str):
        expected = ", ".join(kind.title() for kind in _KINDS)
        draft.remark(line, f"{said} is not carried over: expected one of {expected}, and the name of a job")
    elif elsewhere is not None and schedule is not None and elsewhere != schedule:
        draft.remark(line, f"{said} of the schedule {elsewhere} is not carried over: a chain is one schedule")
    elif name not in known:
        draft.remark(line, f"{said} is not carried over: that job is not in the file")
    elif end is None or not isinstance(offset, int) or offset > 0:
        draft.remark(line, f"{said} is not carried over: found {condition}, offset {offset}")
    elif end == "finished_ok" and not offset:
        draft.keys.setdefault(key, []).append(name)
    else:
        found = (
            {"job": name} | ({"on": end} if end != "finished_ok" else {}) | ({"days_before": -offset} if offset else {})
        )
        draft.keys.setdefault(key, []).append(found)


def _add_threshold(draft: Draft, one: Mapping[str, Any], line: int, skeleton: Skeleton) -> None:
    threshold = mapping(one, "threshold")
    name, operator, value = threshold.get("name"), one.get("operator"), one.get("value")
    compares = _COMPARISONS.get(str(operator))
    if not isinstance(name, str) or compares is None or not isinstance(value, int):
        draft.remark(
            line, f"its threshold {name} {operator} {value} is not carried over: expected a name, =, and a number"
        )
        return
    draft.keys.setdefault("thresholds", []).append({"threshold": name, "is": compares, "value": value})
    declared = skeleton.declared.setdefault("thresholds", {})
    _declare(declared, name, threshold.get("value"), 0, f"the threshold {name}", line, skeleton)


def _add_resource(draft: Draft, one: Mapping[str, Any], line: int, skeleton: Skeleton) -> None:
    resource, requires = mapping(one, "resource"), one.get("requires")
    name, amount = resource.get("name"), "all" if one.get("requiresAll") is True else requires
    if not isinstance(name, str) or not (amount == "all" or (isinstance(amount, int) and amount >= 0)):
        draft.remark(
            line, f"its resource {name}, of which it takes {amount}, is not carried over: expected a number or all"
        )
        return
    draft.keys.setdefault("resources", {})[name] = amount
    declared = skeleton.declared.setdefault("resources", {})
    least = amount if isinstance(amount, int) else 1
    _declare(declared, name, resource.get("value"), least, f"the resource {name}", line, skeleton)
    declared[name] = max(declared[name], least)


def _declare(
    declared: dict[str, int], name: str, value: Any, otherwise: int, what: str, line: int, skeleton: Skeleton
) -> None:
    if name in declared:
        return
    declared[name] = value if isinstance(value, int) else otherwise
    if not isinstance(value, int):
        skeleton.remark(line, f"{what} has no value in OpCon's JSON: it begins with {otherwise} here; say which")


def _add_event(draft: Draft, one: Mapping[str, Any], line: int) -> None:
    event, status = one.get("event"), one.get("status") or mapping(one, "trigger").get("name")
    if isinstance(event, Mapping):  # taken apart, as the vendor's OpenAPI file has it; its Java client reads a text
        parameters = mapping(event, "parameters").values()
        event = ",".join([str(event.get("type") or ""), *("" if value is None else str(value) for value in parameters)])
    when = _WHEN.get(str(status or "").replace("_", " ").lower())
    text = event if isinstance(event, str) else ""
    text = text if text.startswith("$") else f"${text}"
    if when is None or ":" not in text:
        draft.remark(line, f"its event {shown(text)} on {status or one.get('type')} is not carried over")
        return
    draft.keys.setdefault("events", []).append({"when": when, "event": text})


def _mappings(job: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    return [one for one in sequence(job, key) if isinstance(one, Mapping)]
