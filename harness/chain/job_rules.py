"""What must hold between the keys of a job, and between its keys and what the chain declares for the scheduler."""

from __future__ import annotations

import datetime as dt
import string
from collections.abc import Iterator, Mapping
from typing import Any, get_args

from harness.contract.schedule import DependencyKind
from harness.values.strict import Location, get, mapping, sequence, unknown

KINDS: tuple[DependencyKind, ...] = get_args(DependencyKind)
"""The keys of a job that name other jobs."""

RUNS = ("run", "file_arrival", "null_job")


def job_mistakes(data: Any) -> Iterator[tuple[Location, str]]:
    """What is wrong within one job."""
    if not isinstance(data, Mapping):
        return
    given = [key for key in RUNS if get(data, key)]
    if not given and get(data, "run") is None:
        yield (), "missing key 'run' (or 'file_arrival', or 'null_job: true' for a job that runs nothing)"
    elif not given:
        yield ("run",), "found a list, expected at least one entry"
    if len(given) > 1:
        yield (given[1],), f"found '{given[1]}' beside '{given[0]}': a job does one of the two; drop the other"
    if given and given[0] != "run":
        for key in ("prerun", "steps", "exit_codes", "image", "works"):
            if get(data, key):
                yield (key,), f"found '{key}', which is for a job that runs a program, beside '{given[0]}'; drop it"
    for position, one in enumerate(sequence(get(data, "exit_codes"), "advanced")):
        to, code = get(one, "to"), get(one, "code")
        if (get(one, "is") == "RG") != (to is not None):
            yield ("exit_codes", "advanced", position), "expected 'to' with 'is: RG', a range, and with nothing else"
        elif isinstance(to, int) and isinstance(code, int) and to < code:
            yield ("exit_codes", "advanced", position, "to"), f"found {to}, expected a code not below {code}"
    for position, one in enumerate(sequence(get(data, "frequency"), "days")):
        if one == 0:
            text = "found 0, expected a day of the month: 1 to 31, or -1 for its last, -2 for the one before"
            yield ("frequency", "days", position), text


def depended_on(job: Any) -> Iterator[tuple[str, int, Any]]:
    """All jobs that a job names: under which key, at which position, and the job's name (or what stands there)."""
    for kind in KINDS:
        for position, one in enumerate(_listed(job, kind)):
            yield kind, position, one if isinstance(one, str) else get(one, "job")


def predecessors(job: Any) -> list[str]:
    """The jobs of the same night that a job waits for, whatever their end must be."""
    found = []
    for kind in ("after", "requires"):
        for one in _listed(job, kind):
            if isinstance(one, str):
                found.append(one)
            elif isinstance(get(one, "job"), str) and not get(one, "days_before"):
                found.append(get(one, "job"))
    return found


def declared_mistakes(data: Any) -> Iterator[tuple[Location, str]]:
    """What jobs name, and the chain does not declare: thresholds, resources, calendars, folders."""
    thresholds, resources = mapping(data, "thresholds"), mapping(data, "resources")
    calendars, folders = mapping(data, "calendars"), mapping(data, "folders")
    yield from _dates(calendars)
    for name, job in mapping(data, "jobs").items():
        location: Location = ("jobs", name)
        for position, need in enumerate(sequence(job, "thresholds")):
            if isinstance(threshold := get(need, "threshold"), str) and threshold not in thresholds:
                yield (*location, "thresholds", position, "threshold"), unknown("threshold", threshold, thresholds)
        for resource, amount in mapping(job, "resources").items():
            if resource not in resources:
                yield (*location, "resources", resource), unknown("resource", str(resource), resources)
            elif isinstance(amount, int) and isinstance(resources[resource], int) and amount > resources[resource]:
                there = f"expected at most the {resources[resource]} that there are: it would never start"
                yield (*location, "resources", resource), f"found {amount}, {there}"
        for key in ("calendar", "not_on"):
            if isinstance(calendar := get(get(job, "frequency"), key), str) and calendar not in calendars:
                yield (*location, "frequency", key), unknown("calendar", calendar, calendars)
        arrival = get(job, "file_arrival")
        if isinstance(folder := get(arrival, "folder"), str) and folder not in folders:
            yield (*location, "file_arrival", "folder"), unknown("folder", folder, folders)
        if isinstance(pattern := get(arrival, "file"), str) and (wrong := _no_pattern(pattern)):
            yield (*location, "file_arrival", "file"), wrong


def _listed(job: Any, kind: str) -> list[Any]:
    found = get(job, kind)
    return [found] if isinstance(found, str | Mapping) else sequence(job, kind)


def _dates(calendars: Mapping[str, Any]) -> Iterator[tuple[Location, str]]:
    for name, dates in calendars.items():
        for position, one in enumerate(dates if isinstance(dates, list | tuple) else ()):
            if isinstance(one, str):
                try:
                    dt.date.fromisoformat(one)
                except ValueError:
                    yield ("calendars", name, position), f"found '{one}', expected a date, such as 2026-11-23"


def _no_pattern(pattern: str) -> str | None:
    expected = 'expected a file name, such as "forecast_{date:%Y%m%d}.csv" or "forecast_*.csv"'
    try:
        fields = {field for _, field, _, _ in string.Formatter().parse(pattern) if field is not None}
        pattern.format(date=dt.date(2026, 11, 23))
    except (ValueError, KeyError, IndexError, AttributeError):
        return f"found '{pattern}', {expected}"
    if fields - {"date"} or "/" in pattern:
        return f"found '{pattern}', {expected}"
    return None
