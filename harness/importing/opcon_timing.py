"""When a job of OpCon starts, how late it may be, and how often it runs.

A frequency counts in minutes: Start Offset and Latest Start Offset from the schedule's start, Late to Start and Late to
Finish from the start of the job (opcon-docs, job-components/frequency). Zero disables all but the first.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from harness.importing.skeleton import Draft
from harness.values.strict import get, mapping, sequence

_MOST_RUNS = 999


def add_timing(draft: Draft, job: Mapping[str, Any], line: int) -> None:
    """Add its times of day as far as they are defined; an estimate is none."""
    several = [one for one in sequence(job, "frequencies") if isinstance(one, Mapping)]
    frequency = mapping(job, "frequency") or (several[0] if several else {})
    if len(several) > 1:
        names = ", ".join(str(one.get("name")) for one in several)
        draft.remark(line, f"it has several frequencies ({names}): the times here are those of the first")
    _add_start(draft, job, frequency, line)
    minutes = mapping(frequency, "jobExecution").get("maxRunTime")
    if isinstance(minutes, int) and minutes > 0:
        draft.keys["max_run_time"] = f"{minutes}m"
    _add_retry(draft, mapping(frequency, "retryBehavior"), line)
    _add_recurrence(draft, job, mapping(frequency, "finishOkBehavior"), line)
    if get(frequency, "onHold") is True:
        draft.keys["hold"] = True


def _add_start(draft: Draft, job: Mapping[str, Any], frequency: Mapping[str, Any], line: int) -> None:
    times, waits = mapping(frequency, "jobTimesEstimation"), "after" in draft.keys or "requires" in draft.keys
    begins = _moment(times.get("parentScheduleStartTime") or mapping(job, "schedule").get("definedStartTime"))
    offset = times.get("startOffset")
    if begins is not None and isinstance(offset, int):
        starts = begins + dt.timedelta(minutes=offset)
        if offset or not waits:
            draft.keys["at"] = f"{starts:%H:%M}"
        if times.get("startOffsetTimeFormat") == "Relative":
            draft.remark(line, "its start counts from the release of its schedule; here it is the planned one")
        for key, wire, since in (
            ("latest_start", "latestStartOffset", begins),
            ("late_to_start", "lateToStartOffset", starts),
            ("late_to_finish", "lateToFinishOffset", starts),
        ):
            minutes = times.get(wire)
            if isinstance(minutes, int) and minutes > 0:
                draft.keys[key] = f"{since + dt.timedelta(minutes=minutes):%H:%M}"
        return
    computed = mapping(job, "computedStartTime")
    moment, latest = _moment(computed.get("time")), _moment(computed.get("latestStart"))
    if moment is not None and not waits:
        draft.keys["at"] = f"{moment:%H:%M}"
        if computed.get("isEstimated") is False:
            draft.remark(line, f"its start {moment:%H:%M} is when it did start that day: say when it is to")
    elif not waits:
        draft.remark(line, "when it starts is not in OpCon's JSON: say at, or after which jobs")
    if latest is not None:
        draft.keys["latest_start"] = f"{latest:%H:%M}"


def _add_retry(draft: Draft, retry: Mapping[str, Any], line: int) -> None:
    attempts, minutes = retry.get("maximumAttempts"), retry.get("minutesBetweenAttempts")
    if retry.get("retryOnFail") is False or not isinstance(attempts, int) or attempts < 1:
        return
    draft.keys["retry_on_failure"] = {"attempts": attempts, "every": f"{minutes if isinstance(minutes, int) else 0}m"}
    if not isinstance(minutes, int):
        draft.remark(line, "the minutes between its attempts are missing: it is retried at once here")


def _add_recurrence(draft: Draft, job: Mapping[str, Any], behaviour: Mapping[str, Any], line: int) -> None:
    runs = behaviour.get("numberOfRuns")
    start, end = behaviour.get("minutesFromStartToStart"), behaviour.get("minutesFromEndToStart")
    minutes = start or end
    if behaviour.get("type") == "RestartOffset" and isinstance(minutes, int) and isinstance(runs, int) and runs > 1:
        since = {"from": "start"} if start else {"from": "end"}
        draft.keys["recurrence"] = {"runs": min(runs, _MOST_RUNS), "every": f"{minutes}m"} | since
        if behaviour.get("latestRunTimeOffset"):
            draft.remark(line, "its latest run time is not carried over: it runs as often as it says")
    elif behaviour.get("type") not in (None, "None"):
        draft.remark(line, f"its recurrence {behaviour['type']} is not carried over: say recurrence, or a job a time")
    elif job.get("isRecurrent") is True:
        draft.remark(line, "it runs again and again, and OpCon's JSON does not say how often: say recurrence")


def _moment(text: Any) -> dt.datetime | None:
    """A date-time of the wire, with seven digits of a second and an offset, as its local time."""
    if not isinstance(text, str):
        return None
    try:
        return dt.datetime.fromisoformat(text[:19])
    except ValueError:
        return None
