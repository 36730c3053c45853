"""A chain skeleton from OpCon's own JSON: daily or master jobs as its REST API returns them.

The names on the wire are those of the vendor's Java client, smatechnologies/opcon-rest-api-client-java (``Dependency``,
``Frequency``, ``UNIXDetails``, ``WindowsDetails``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.errors import AuthorError, LoadError, Mistake
from harness.importing.opcon_details import add_details
from harness.importing.opcon_needs import add_needs
from harness.importing.opcon_timing import add_timing
from harness.importing.skeleton import Draft, Skeleton, distinct, shown
from harness.values.strict import get, mapping, show, unknown

_EXPECTED = "expected OpCon's jobs, a list as GET /api/dailyjobs or /api/masterjobs returns it"


def read_opcon(text: str, file: Path, only: str | None = None) -> Skeleton:
    """The jobs of one schedule; ``only`` names it when there are several."""
    jobs = [job for job in _jobs(text, file) if isinstance(job, Mapping)]
    schedules = list(dict.fromkeys(_schedule(job) for job in jobs))
    if only is not None and only not in schedules:
        raise AuthorError(f"--only: {unknown('schedule', only, schedules)}")
    if only is None and len(schedules) > 1:
        found = f"found jobs of {len(schedules)} schedules, expected one: choose with --only"
        raise LoadError([Mistake(file, 1, f"{found} {' or '.join(map(repr, schedules))}")])
    chosen = only if only is not None else schedules[0]
    jobs = [job for job in jobs if _schedule(job) == chosen]
    lines = _Lines(text)
    skeleton = Skeleton(chosen or file.stem, file.name, [])
    drafts: list[tuple[Draft, Mapping[str, Any], int]] = []
    for job in jobs:
        draft = Draft(distinct(job["name"], [one.name for one in skeleton.jobs]))
        skeleton.jobs.append(draft)
        drafts.append((draft, job, lines.of(job["name"])))
    known = {job["name"] for job in jobs}
    for draft, job, line in drafts:
        add_details(draft, job, line, skeleton)
        add_needs(draft, job, line, skeleton, known)
        add_timing(draft, job, line)
        _add_names(draft, job, line)
    _add_owner(skeleton)
    _remark_on_the_whole(skeleton, jobs)
    return skeleton


def _jobs(text: str, file: Path) -> list[Any]:
    if not text.strip():
        raise LoadError([Mistake(file, 1, f"the file is empty; {_EXPECTED}")])
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise LoadError([Mistake(file, error.lineno, f"not JSON: {error.msg}; {_EXPECTED}")]) from None
    jobs = [data] if isinstance(data, Mapping) and isinstance(data.get("name"), str) else data
    if not isinstance(jobs, list) or not jobs:
        raise LoadError([Mistake(file, 1, f"found {'no job' if jobs == [] else show(jobs)}, {_EXPECTED}")])
    wrong = [one for one in jobs if not isinstance(get(one, "name"), str) or not get(one, "name").strip()]
    if wrong:
        found = f"found {show(wrong[0])} without the name of a job in entry {jobs.index(wrong[0]) + 1}"
        raise LoadError([Mistake(file, 1, f"{found}, {_EXPECTED}")])
    if all("jobType" not in one and "schedule" not in one for one in jobs):
        found = "found entries that are no jobs: none has a 'jobType' or a 'schedule'"
        raise LoadError([Mistake(file, 1, f"{found}; {_EXPECTED}")])
    return jobs


def _schedule(job: Mapping[str, Any]) -> str:
    name = mapping(job, "schedule").get("name")
    return name if isinstance(name, str) else ""


class _Lines:
    """The line on which a job's name stands; JSON that is all on one line has only that."""

    def __init__(self, text: str) -> None:
        self._found: dict[str, int] = {}
        for number, line in enumerate(text.splitlines(), 1):
            for match in re.finditer(r'"name"\s*:\s*("(?:[^"\\]|\\.)*")', line):
                self._found.setdefault(json.loads(match.group(1)), number)

    def of(self, name: str) -> int:
        """The first line that has this name, which dependencies may repeat further down."""
        return self._found.get(name, 1)


def _add_names(draft: Draft, job: Mapping[str, Any], line: int) -> None:
    department = mapping(job, "department").get("name")
    if isinstance(department, str) and department.strip():
        draft.keys["owner"] = department.strip()
    documentation = mapping(job, "documentation")
    for level in ("job", "frequency"):
        if isinstance(text := documentation.get(level), str) and text.strip():
            draft.remark(line, f"its documentation belongs into the runbook: {shown(text)}")
    if job.get("tags"):
        draft.remark(line, f"its tags are not carried over: {', '.join(map(str, job['tags']))}")


def _add_owner(skeleton: Skeleton) -> None:
    owners = {draft.keys.get("owner") for draft in skeleton.jobs}
    if None in owners or len(owners) != 1:
        if owners != {None}:
            skeleton.remark(1, "owners are the departments of jobs in OpCon: are they who is paged?")
        return
    skeleton.declared["owner"] = owners.pop()
    skeleton.remark(1, "the owner is the department of all jobs in OpCon: is it who is paged?")
    for draft in skeleton.jobs:
        del draft.keys["owner"]


def _remark_on_the_whole(skeleton: Skeleton, jobs: list[Mapping[str, Any]]) -> None:
    skeleton.remark(1, "OpCon's JSON names no time zone, only offsets: say timezone")
    names: dict[str, list[str]] = {}
    for job in jobs:
        frequency = mapping(job, "frequency") or next(iter(job.get("frequencies") or ()), {})
        if isinstance(name := get(frequency, "name"), str) and name:
            names.setdefault(name, []).append(job["name"])
    for name, of in names.items():
        text = f"the frequency '{name}' of {shown(', '.join(of))} is only a name here: say on which days they are built"
        skeleton.remark(1, text)
    starts = [job.keys["at"] for job in skeleton.jobs if "at" in job.keys]
    if evening := [at for at in starts if at >= "12:00" and min(starts) < "12:00"]:
        text = f"jobs start at {min(starts)} and, on the same date, at {min(evening)}: in a night that is the evening"
        skeleton.remark(1, f"{text} before, so the order of the two is not that of the schedule")
    named = [mapping(job, key).get("name") for job in jobs for key in ("primaryMachine", "startMachine")]
    machines = sorted({name for name in named if isinstance(name, str) and name})
    if len(machines) > 1:
        skeleton.remark(1, f"jobs run on {', '.join(machines)}; a chain has one machine")
