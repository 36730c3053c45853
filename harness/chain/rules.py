"""What must hold between the keys of a chain: names resolve, there is no cycle, times lie within the night."""

from __future__ import annotations

import datetime as dt
import difflib
import string
import zoneinfo
from collections.abc import Iterator, Mapping
from typing import Any

from harness.chain.channels import desk_place_names
from harness.chain.columns import column_mistakes
from harness.chain.consumers.rules import consumer_mistakes, consumer_places, place_of_a_consumer_mistake
from harness.chain.job_rules import declared_mistakes, depended_on, predecessors
from harness.chain.scheduler_rules import profile_of, scheduler_mistakes
from harness.contract.addresses import DESK_PLACES
from harness.contract.endpoints import NAMES as ENDPOINT_NAMES
from harness.contract.endpoints import PLACES as ENDPOINT_PLACES
from harness.contract.events import EVENTS
from harness.values.strict import Location, get, mapping, sequence, unknown
from harness.values.units import ClockTime

PLACES = (
    *ENDPOINT_PLACES,
    *DESK_PLACES,
    "scheduler.msgin",
    "desk.authority",
    "night.date",
    "night.timezone",
    "chain.owner",
    "job.name",
    "job.owner",
)
"""What an environment variable may be taken from, besides a consumer's (``<consumer>.url``) and ``folder.<folder>``."""


NEIGHBOURS = tuple(dict.fromkeys([*EVENTS, "folder", *ENDPOINT_NAMES]))
"""Names that are taken: a consumer of the same name could not be told from them, in the history or in a place."""

LONGEST_NAME = 200
"""Bytes: files are called so with an ending, and no name of a file has more than 255."""

_JOB_TIMES = ("at", "latest_start", "late_to_start", "late_to_finish")
_ARRIVAL_TIMES = ("until", "created_from", "created_until")


def chain_mistakes(data: Any) -> Iterator[tuple[Location, str]]:
    """All of them, with their places; wrong types are left to the model."""
    yield from _owners(data)
    yield from _timezone(data)
    yield from _names(data)
    yield from _control_files(data)
    yield from _predecessors(data)
    yield from scheduler_mistakes(data)
    yield from declared_mistakes(data)
    yield from _defences(data)
    yield from _environments(data)
    yield from _folders(data)
    yield from _watermarks(data)
    yield from _quarantine(data)
    yield from consumer_mistakes(data)
    yield from column_mistakes(data)
    yield from _times(data)


def name_mistake(pattern: Any) -> Any:
    """A file's name must change with the date, and be a name."""
    if not isinstance(pattern, str):
        return pattern
    example = 'such as "forecast_{date:%Y%m%d}.csv"'
    try:
        fields = [field for _, field, _, _ in string.Formatter().parse(pattern) if field is not None]
        one, other = (pattern.format(date=day) for day in (dt.date(2026, 11, 23), dt.date(2025, 10, 22)))
    except (ValueError, KeyError, IndexError, AttributeError) as error:
        raise ValueError(f"found '{pattern}', expected a name with {{date}} in it, {example}") from error
    if set(fields) != {"date"} or one == other:
        raise ValueError(f"found '{pattern}', expected {{date}} in it, {example}: each night's file has its own name")
    if "/" in one or one in (".", ".."):
        raise ValueError(f"found '{pattern}', expected a name without folders")
    return pattern


def flag_mistake(pattern: Any) -> Any:
    """A flag's name must tell which file it is for."""
    return beside_mistake(pattern, "{name}.done", "flag")


def beside_mistake(pattern: Any, example: str, what: str) -> Any:
    """The name of what comes beside a file must tell which file that is."""
    if not isinstance(pattern, str):
        return pattern
    expected = f'expected a name with {{name}} (the file\'s) or {{date}} in it, such as "{example}"'
    try:
        fields = {field for _, field, _, _ in string.Formatter().parse(pattern) if field is not None}
        one = pattern.format(name="forecast.csv", date=dt.date(2026, 11, 23))
        other = pattern.format(name="other.csv", date=dt.date(2025, 10, 22))
    except (ValueError, KeyError, IndexError, AttributeError) as error:
        raise ValueError(f"found '{pattern}', {expected}") from error
    if not fields <= {"name", "date"} or one == other:
        raise ValueError(f"found '{pattern}', {expected}: each file has its own {what}")
    if "/" in one or one in (".", "..", "forecast.csv"):
        raise ValueError(f"found '{pattern}', expected a name without folders that is not the file's own")
    return pattern


def _owners(data: Any) -> Iterator[tuple[Location, str]]:
    for name, job in mapping(data, "jobs").items():
        if not get(job, "owner") and not get(data, "owner"):
            yield ("jobs", name), f"job '{name}' has no owner: name one here or for the whole chain ('owner: TEAM')"


def _control_files(data: Any) -> Iterator[tuple[Location, str]]:
    for name, spec in mapping(data, "files").items():
        flag = get(spec, "flag")
        if flag is not None and get(get(spec, "control_file"), "name") == flag:
            place = ("files", name, "control_file", "name")
            yield place, f"found {flag!r}, which is the flag's name: expected another one"


def _timezone(data: Any) -> Iterator[tuple[Location, str]]:
    zone = get(data, "timezone")
    if isinstance(zone, str):
        try:
            zoneinfo.ZoneInfo(zone)
        except (KeyError, OSError, ValueError):
            near = difflib.get_close_matches(zone, sorted(zoneinfo.available_timezones()), n=1)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            yield ("timezone",), f"found '{zone}', expected a time zone's name, such as Europe/Paris.{hint}"


def _names(data: Any) -> Iterator[tuple[Location, str]]:
    """Jobs, folders and consumers give files and addresses their names."""
    for kind in ("jobs", "folders", "consumers"):
        for name in mapping(data, kind):
            if not isinstance(name, str):
                continue  # reported by the model
            if not name.strip() or "/" in name or "\0" in name or name in (".", ".."):
                yield (kind, name), f"found '{name}', expected a plain name, without '/' and not '..'"
            elif len(name.encode(errors="replace")) > LONGEST_NAME:
                yield (kind, name), f"found a name of {len(name):,} characters, expected {LONGEST_NAME} at most"
            elif kind == "consumers" and name in NEIGHBOURS:
                yield (kind, name), f"found a consumer '{name}', which is a part of the night: call it something else"


def _predecessors(data: Any) -> Iterator[tuple[Location, str]]:
    jobs = mapping(data, "jobs")
    after = {name: predecessors(job) for name, job in jobs.items()}
    for name, job in jobs.items():
        for kind, position, other in depended_on(job):
            if isinstance(other, str) and other not in jobs:
                yield ("jobs", name, kind, position), unknown("job", other, jobs)
        waits = after[name] or any(kind in ("after", "requires") for kind, _, _ in depended_on(job))
        asked_for = get(get(job, "frequency"), "on_request")
        by_itself = profile_of(data) != "opcon"  # when the night begins, or when its crontab says
        if not waits and not asked_for and not by_itself and isinstance(job, Mapping) and not get(job, "at"):
            yield ("jobs", name), f"job '{name}' would never start: expected 'at: \"HH:MM\"' or 'after: [JOB]'"
    cycle = find_cycle(after)
    if cycle:
        yield ("jobs", cycle[0], "after"), f"the jobs wait for each other in a cycle: {' -> '.join(cycle)}"


def find_cycle(after: Mapping[str, list[str]]) -> list[str]:
    """The first cycle as a path that begins and ends with the same job, or nothing."""
    done: set[str] = set()
    for start in after:
        path: list[str] = []
        pending = [(start, iter(after[start]))] if start not in done else []
        while pending:
            name, rest = pending[-1]
            if len(path) < len(pending):
                path.append(name)
            successor = next((one for one in rest if one in after and one not in done), None)
            if successor is None:
                done.add(path.pop())
                pending.pop()
            elif successor in path:
                # `after` points backwards; the path is told in the order in which the jobs would run.
                return [*path[path.index(successor) :], successor][::-1]
            else:
                pending.append((successor, iter(after[successor])))
    return []


def _defences(data: Any) -> Iterator[tuple[Location, str]]:
    defences = mapping(data, "defences")
    switched = {name for name, one in defences.items() if get(one, "variable") is not None or not get(one, "detects")}
    for name, job in mapping(data, "jobs").items():
        retry = get(get(job, "retry_on_failure"), "defence")
        if isinstance(retry, str) and retry not in defences:
            yield ("jobs", name, "retry_on_failure", "defence"), unknown("defence", retry, defences)
        if isinstance(retry, str):
            switched.add(retry)
        for position, rule in enumerate(sequence(job, "rules")):
            defence = get(rule, "defence")
            if isinstance(defence, str):
                switched.add(defence)
            if isinstance(defence, str) and defence not in defences:
                yield ("jobs", name, "rules", position, "defence"), unknown("defence", defence, defences)
    off = sequence(data, "without")
    for position, name in enumerate(off):
        if isinstance(name, str) and name not in defences and off != ["all"]:
            yield ("without", position), unknown("defence", name, [*defences, "all"])
        elif isinstance(name, str) and name in defences and name not in switched:
            yield ("without", position), not_switched(name)


def not_switched(defence: str) -> str:
    """What is wrong with switching off a control that is always on."""
    return f"the defence '{defence}' is always on: it has no variable, and no rule carries its name"


def _environments(data: Any) -> Iterator[tuple[Location, str]]:
    folders = [f"folder.{name}" for name in mapping(data, "folders")]
    known = [*dict.fromkeys([*PLACES, *desk_place_names()]), *consumer_places(data), *folders]
    holders: list[tuple[Location, Any]] = [((), data)]
    holders += [(("jobs", name), job) for name, job in mapping(data, "jobs").items()]
    for name, defence in mapping(data, "defences").items():
        variable = get(defence, "variable")
        if text := _no_variable(variable):
            yield ("defences", name, "variable"), text
    for location, holder in holders:
        for variable, value in mapping(holder, "environment").items():
            if text := _no_variable(variable):
                yield (*location, "environment", variable), text
            place = get(value, "from")
            if isinstance(place, str) and place not in known:
                text = place_of_a_consumer_mistake(place, data) or unknown("place", place, known)
                yield (*location, "environment", variable, "from"), text


def _no_variable(name: Any) -> str | None:
    """Why a job cannot get a variable of this name, or None when it can."""
    if not isinstance(name, str):
        return None  # reported by the model
    if not name.strip() or "=" in name or "\0" in name:
        return f"found '{name}', expected a variable's name, which is not empty and has no '='"
    if name == "LD_PRELOAD" or name.startswith("NIGHT_"):
        return f"found '{name}', which would take the job out of the night's time; leave it out, or rename it"
    return None


def _folders(data: Any) -> Iterator[tuple[Location, str]]:
    files = mapping(data, "files")
    for name, folder in mapping(data, "folders").items():
        for position, held in enumerate(sequence(folder, "holds")):
            file = get(held, "file")
            if isinstance(file, str) and file not in files:
                yield ("folders", name, "holds", position, "file"), unknown("file", file, files)


def _watermarks(data: Any) -> Iterator[tuple[Location, str]]:
    folders, consumers = mapping(data, "folders"), mapping(data, "consumers")
    for name, mark in mapping(data, "watermarks").items():
        folder, file = get(mark, "folder"), get(mark, "file")
        if isinstance(folder, str) and folder not in folders:
            yield ("watermarks", name, "folder"), unknown("folder", folder, folders)
        if isinstance(file, str) and (file.startswith("/") or ".." in file.split("/")):
            yield ("watermarks", name, "file"), f"found '{file}', expected a file's name, as seen from its folder"
        for position, consumer in enumerate(sequence(mark, "consumers")):
            if isinstance(consumer, str) and consumer not in consumers:
                yield ("watermarks", name, "consumers", position), unknown("consumer", consumer, consumers)
        if isinstance(mark, Mapping) and not consumers:
            yield ("watermarks", name), f"the watermark '{name}' has no consumer that could hold what it has passed"


def _quarantine(data: Any) -> Iterator[tuple[Location, str]]:
    folder, folders = get(data, "quarantine"), mapping(data, "folders")
    if isinstance(folder, str) and folder not in folders:
        yield ("quarantine",), unknown("folder", folder, folders)


def minutes_of(time: Any, days: int | None = None) -> float | None:
    """Minutes after the business date's midnight (before it: negative), or None for what is no time of day."""
    try:
        clock = ClockTime.parse(time)
    except (TypeError, ValueError):
        return None
    day = clock.days_after_business_date if days is None else days
    return day * 1440 + clock.time.hour * 60 + clock.time.minute + clock.time.second / 60


def outside_the_night(time: Any, evening: Any, closes: Any) -> str | None:
    """Why a time is not within the night, or None when it is (or is no time of day, which is reported elsewhere)."""
    minutes, begin, end = minutes_of(time), minutes_of(evening, -1), minutes_of(closes, 0)
    if minutes is None or begin is None or end is None or begin <= minutes <= end:
        return None
    return (
        f'found "{time}", expected a time within the night, from "{evening}" on the evening before to "{closes}" '
        "(the chain's 'evening' and 'closes' move these)"
    )


def _times(data: Any) -> Iterator[tuple[Location, str]]:
    evening, closes = get(data, "evening") or "22:00", get(data, "closes") or "12:00"
    begin, end = minutes_of(evening, 0), minutes_of(closes, 0)
    if begin is not None and end is not None and begin <= end:
        expected = "expected 'closes' earlier than 'evening': a night that lasts a day meets the next one"
        yield ("evening" if get(data, "evening") else "closes",), f'found "{evening}" to "{closes}", {expected}'
    times: dict[Location, Any] = {("deadline",): get(data, "deadline")}
    times |= {("files", name, "arrives"): get(file, "arrives") for name, file in mapping(data, "files").items()}
    times |= {("consumers", name, "at"): get(one, "at") for name, one in mapping(data, "consumers").items()}
    for name, job in mapping(data, "jobs").items():
        times |= {("jobs", name, key): get(job, key) for key in _JOB_TIMES}
        arrival = get(job, "file_arrival")
        times |= {("jobs", name, "file_arrival", key): get(arrival, key) for key in _ARRIVAL_TIMES}
    for location, time in times.items():
        text = outside_the_night(time, evening, closes)
        if text is not None:
            yield location, text
