"""When a cron expression runs within one night, in the words of a chain file that OpCon's schedule is."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import Any

from cronsim import CronSim

from harness.chain import cron
from harness.importing.skeleton import night_order

_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEK = _DAYS[1:]
_MOST_JOBS = 24
_MOST_RUNS = 999


@dataclass(frozen=True)
class Slot:
    """One job's worth of starts: the keys ``at``, ``recurrence`` and ``frequency`` of a chain file's job."""

    keys: dict[str, Any]


@dataclass
class Nightly:
    """The starts of one expression in a night, and what of them a chain file cannot say."""

    slots: list[Slot] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


def nightly(expression: str) -> Nightly:
    """Read five fields or a nickname of `harness.chain.cron`; raises ValueError for what is no cron expression."""
    parsed = cron.parsed(expression)
    found = Nightly()
    times = [f"{hour:02d}:{minute:02d}" for hour in sorted(parsed.hours) for minute in sorted(parsed.minutes)]
    times = _of_the_night(times, found)
    restricted = _frequency(parsed, found)
    if restricted is None:
        _add(found, times, {})
        return found
    evening = [time for time in times if time >= "12:00"]
    morning = [time for time in times if time < "12:00"]
    if morning:
        _add(found, morning, restricted)
    if evening:
        _add(found, evening, _a_day_later(restricted, evening[0], found))
    return found


def _of_the_night(times: list[str], found: Nightly) -> list[str]:
    """The times in a night's order; of one that runs all day, those that are not of the night are left out."""
    day = [time for time in times if "12:00" <= time < "22:00"]
    night = [time for time in times if time not in day]
    if day and night:
        found.remarks.append(f"its runs from {day[0]} to {day[-1]} are not of this night, and left out")
    return sorted(night or day, key=night_order)


def _frequency(parsed: CronSim, found: Nightly) -> dict[str, Any] | None:
    """The days that it runs on by cron's own date, or None for every day."""
    written_days, written_months, written_weekdays = parsed.parts[3:6]
    frequency: dict[str, Any] = {}
    if len(parsed.months) < 12:
        found.remarks.append(f"it runs only in some months ({written_months}), which needs a calendar: see 'calendars'")
    days = sorted(day for day in parsed.days if day > 0)
    weekdays = sorted({int(day) % 7 for day in parsed.weekdays if not isinstance(day, tuple)})
    if any(isinstance(day, tuple) for day in parsed.weekdays) or parsed.LAST_WEEKDAY in parsed.days:
        found.remarks.append(f"its days ({written_days} {written_weekdays}) need a calendar: see 'calendars'")
        return None
    if parsed.LAST in parsed.days:
        days = [*days, -1]
    every_day, every_weekday = len(days) >= 31, len(weekdays) == 7
    if not parsed.day_and and not every_day and not every_weekday:
        text = f"cron runs it on days {written_days} or weekdays {written_weekdays}, whichever comes: a frequency"
        found.remarks.append(f"{text} needs both, so it has none here and runs every day")
        return None
    if not every_weekday:
        frequency["weekdays"] = sorted((_DAYS[day] for day in weekdays), key=_WEEK.index)
    if not every_day:
        frequency["days"] = days
    return frequency or None


def _a_day_later(restricted: dict[str, Any], time: str, found: Nightly) -> dict[str, Any]:
    """A start in the evening is of the next day's night, so cron's days are those before the business date."""
    moved = dict(restricted)
    if "weekdays" in moved:
        later = [_WEEK[(_WEEK.index(day) + 1) % 7] for day in moved["weekdays"]]
        moved["weekdays"] = sorted(later, key=_WEEK.index)
        found.remarks.append(f"at {time} the night of the next business date has begun: its weekdays are those here")
    if "days" in moved:
        days = moved.pop("days")
        text = f"at {time} the night of the next business date has begun: days {', '.join(map(str, days))} of the month"
        found.remarks.append(f"{text} are those before it, which a frequency cannot say; it runs every day here")
    return moved


def _add(found: Nightly, times: list[str], frequency: dict[str, Any]) -> None:
    """One slot for evenly spaced times, otherwise one for each."""
    more = {"frequency": frequency} if frequency else {}
    minutes = [night_order(time) for time in times]
    steps = {later - earlier for earlier, later in itertools.pairwise(minutes)}
    if len(steps) == 1 and len(times) <= _MOST_RUNS:
        recurrence = {"runs": len(times), "every": f"{int(steps.pop())}m", "from": "start"}
        found.slots.append(Slot({"at": times[0], "recurrence": recurrence} | more))
    elif len(times) <= _MOST_JOBS:
        found.slots += [Slot({"at": time} | more) for time in times]
    else:
        text = f"its {len(times)} runs of a night are not evenly spaced: only the first, at {times[0]}, is carried over"
        found.remarks.append(text)
        found.slots.append(Slot({"at": times[0]} | more))
