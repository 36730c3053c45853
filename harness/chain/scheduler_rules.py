"""What each kind of scheduler lets a chain and its jobs say: OpCon's words mean nothing to a crontab."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from harness.chain.cron import parsed
from harness.values.strict import Location, get, mapping

_DEPENDENCIES = ("after", "requires", "conflict", "exclude", "thresholds", "resources", "expression")
_TIMES = ("at", "latest_start", "late_to_start", "late_to_finish", "recurrence", "frequency")
_REACTIONS = ("retry_on_failure", "hold", "prerun", "steps", "events")
_INSTEAD_OF_PROGRAMS = ("file_arrival", "null_job")
_OF_OPCON = (*_DEPENDENCIES, *_TIMES, *_REACTIONS, *_INSTEAD_OF_PROGRAMS)
_DECLARED_FOR_OPCON = ("thresholds", "resources", "properties", "calendars", "machine")


def profile_of(chain: Any) -> Any:
    """Which scheduler raw data of a chain asks for: opcon, external, cron."""
    scheduler = get(chain, "scheduler")
    return scheduler if isinstance(scheduler, str) else get(scheduler, "profile") or "opcon"


def scheduler_mistakes(data: Any) -> Iterator[tuple[Location, str]]:
    """What the chain's scheduler knows nothing of, and what it cannot do without."""
    profile = profile_of(data)
    if profile == "external":
        yield from _orchestrator_mistakes(data)
    elif profile == "cron":
        yield from _crontab_mistakes(data)
    else:
        for name, job in mapping(data, "jobs").items():
            if get(job, "cron"):
                text = "found 'cron' without 'scheduler: {profile: cron}': say 'at', and 'recurrence' for more runs"
                yield ("jobs", name, "cron"), text


def _orchestrator_mistakes(data: Any) -> Iterator[tuple[Location, str]]:
    """The one job is the user's orchestrator; when its jobs start is not said here."""
    jobs = mapping(data, "jobs")
    for name in list(jobs)[1:]:
        text = f"found a second job '{name}' under 'scheduler: external', expected one: the command of the orchestrator"
        yield ("jobs", name), f"{text}, which starts the others"
    for name, job in list(jobs.items())[:1]:
        for key in (*_OF_OPCON, "cron", "works"):
            if get(job, key):
                text = f"found '{key}' under 'scheduler: external', where the orchestrator decides; drop it"
                yield ("jobs", name, key), text


def _crontab_mistakes(data: Any) -> Iterator[tuple[Location, str]]:
    """A crontab knows times and commands; whatever else a job needs, the job must do."""
    for key in _DECLARED_FOR_OPCON:
        if get(data, key):
            yield (key,), f"found '{key}' under 'profile: cron', which has none; drop it"
    for name, job in mapping(data, "jobs").items():
        for key in (*_OF_OPCON, "max_run_time", "rules", "exit_codes"):
            if get(job, key):
                text = f"found '{key}' under 'profile: cron', which starts commands and does nothing else"
                yield ("jobs", name, key), f"{text}; drop it, or let the job's own program do it"
        expression = get(job, "cron")
        if expression is None:
            yield ("jobs", name), "missing key 'cron', such as cron: \"0 2 * * *\" (minute hour day month weekday)"
        elif isinstance(expression, str):
            try:
                parsed(expression)
            except ValueError as error:
                yield ("jobs", name, "cron"), str(error)
