"""What is wrong with a chain before go-live: what loads and runs, and still fails somebody at 02:00."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from harness.chain.layout_lint import layout_findings
from harness.chain.limit_lint import limit_findings
from harness.chain.loading import load_chain, places_of_keys
from harness.chain.model import Chain, Cron, FromPlace, Job
from harness.chain.outside_clock import is_excepted
from harness.chain.roster_lint import roster_findings
from harness.chain.rules import minutes_of
from harness.chain.script_lint import started_outside
from harness.chain.stated_work import work_findings
from harness.clock.library import unusable_because
from harness.clock.reach.reach import CannotStart, OtherRights, obstacle_in, reach_of
from harness.errors import LoadError
from harness.values.strict import Location

PYTHONS = ("python", "python3")
"""Every stack has one for its jobs."""

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True, order=True)
class Finding:
    """One finding: where, what, and what to do about it. An error would fail a night; a warning might; a note tells."""

    file: Path
    line: int
    severity: Severity
    text: str
    todo: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.severity}: {self.text}" + (f"; {self.todo}" if self.todo else "")


Said = Iterator[tuple[Location, Severity, str, str]]
Check = Callable[[Chain], Said]


def lint(path: Path | str) -> list[Finding]:
    """All findings of a chain file; one that does not load has its mistakes as errors."""
    try:
        chain = load_chain(path)
    except LoadError as error:
        found = [Finding(mistake.file, mistake.line, "error", mistake.text) for mistake in error.mistakes]
        return sorted([*found, *_missing_runbook(path)])
    return lint_chain(chain)


def _missing_runbook(path: Path | str) -> Iterator[Finding]:
    """What nothing that loading says names: a chain that does not load yet, such as a skeleton, may lack it too."""
    places = places_of_keys(path)
    if places and ("runbook",) not in places:
        file, line = places.get(("chain",), places[()])
        yield Finding(file, line, "error", _NO_RUNBOOK, _WRITE_ONE)


def lint_chain(chain: Chain) -> list[Finding]:
    """All findings of a loaded chain, in the order of its lines."""
    said = (one for check in CHECKS for one in check(chain))
    found = [Finding(*chain.place(*location), severity, text, todo) for location, severity, text, todo in said]
    return sorted([*found, *_started_by_scripts(chain)])


def _started_by_scripts(chain: Chain) -> Iterator[Finding]:
    for one in started_outside(chain):
        place = (one.file, one.line) if one.file else chain.place("jobs", one.job, "run")
        text = f"job '{one.job}' starts '{one.program}', which is out of the clock's reach: {one.obstacle.found}: "
        todo = one.obstacle.todo if isinstance(one.obstacle, OtherRights) else f"{one.obstacle.todo}; {_OR_EXCEPT_IT}"
        yield Finding(*place, "warning", text + one.obstacle.means, todo)


def program_findings(chain: Chain, *, path: str | None = None, in_images: bool = False) -> list[Finding]:
    """Only the programs that cannot be started: the part that a night cannot do without.

    ``path`` is the PATH that jobs get, when they run on this machine; a chain that sets its own goes before it. With
    ``in_images`` only what lies in the chain's folder can be judged: the rest is in the images.
    """
    said = [one for one in _programs(chain, in_images=in_images, path=path) if one[1] == "error"]
    if path is not None:
        said += _not_on_path(chain, path)
    return sorted(Finding(*chain.place(*location), severity, text, todo) for location, severity, text, todo in said)


_NO_RUNBOOK = "the chain has no runbook: whoever is paged at night is on their own"
_OR_EXCEPT_IT = "or, if it neither tells the time nor waits, write its name under outside_clock"
_WRITE_ONE = "write one and name it: 'runbook: runbook.md'"


def _runbook(chain: Chain) -> Said:
    if chain.runbook is None:
        yield ("chain",), "error", _NO_RUNBOOK, _WRITE_ONE
    elif not (chain.folder / chain.runbook).is_file():
        text = f"the runbook '{chain.runbook}' does not exist (looked for {chain.folder / chain.runbook})"
        yield ("runbook",), "error", text, "write it, or name the one that exists"
    elif not (chain.folder / chain.runbook).read_bytes().strip():
        yield ("runbook",), "error", f"the runbook '{chain.runbook}' is empty", "write what to do when a job fails"


def _not_on_path(chain: Chain, path: str) -> Said:
    for name, job in chain.jobs.items():
        own = (chain.environment | job.environment).get("PATH", path)
        program = job.run[0] if job.run else "/"
        if "/" in program or program in PYTHONS or not isinstance(own, str):
            continue
        folders = os.pathsep.join(str(chain.folder / folder) for folder in own.split(os.pathsep))
        found = shutil.which(program, path=folders)
        if found is None:
            text = f"the program '{program}' of job '{name}' is not on the PATH of jobs ({own})"
            yield ("jobs", name, "run"), "error", text, "install it there, or write its path"
        else:
            yield from _program_file(Path(found), program, ("jobs", name, "run"))
            yield from _out_of_reach(chain, job, Path(found), ("jobs", name, "run"), path=own)


def _programs(chain: Chain, *, in_images: bool | None = None, path: str | None = None) -> Said:
    for name, job in chain.jobs.items():
        location: Location = ("jobs", name, "run")
        # An image brings its own programs; what lies in the chain's folder goes with it wherever it runs.
        elsewhere = job.image is not None if in_images is None else in_images
        if not job.run:
            continue
        program = job.run[0]
        own = (chain.environment | job.environment).get("PATH", path)
        if "/" in program:
            if not (elsewhere and program.startswith("/")):
                yield from _program_file(chain.folder / program, program, location)
                yield from _out_of_reach(chain, job, chain.folder / program, location, path=own, elsewhere=elsewhere)
        elif not elsewhere and shutil.which(program) is None and program not in PYTHONS:
            text = f"the program '{program}' of job '{name}' is not on the PATH"
            yield location, "warning", text, "install it, or name its image: 'image: NAME'"
        yield from _script(chain, job, location)


def _program_file(path: Path, written: str, location: Location) -> Said:
    if not path.exists():
        yield location, "error", f"the program '{written}' does not exist (looked for {path})", "check its path"
    elif path.is_dir():
        yield location, "error", f"the program '{written}' is a folder", "name the program in it"
    elif not os.access(path, os.X_OK):
        yield location, "error", f"the program '{written}' is not executable", f"chmod +x {path}"


def _out_of_reach(
    chain: Chain, job: Job, program: Path, location: Location, *, path: object, elsewhere: bool = False
) -> Said:
    """A program that the clock cannot enter would lose time. Of one in an image, only the file itself is known."""
    if program.is_dir() or not os.access(program, os.X_OK):
        return
    if elsewhere or unusable_because() is not None:
        obstacle = obstacle_in(program)
    else:
        known = path if isinstance(path, str) else None
        obstacle = reach_of(str(program.absolute()), path=known, folder=chain.folder).obstacle
    if not isinstance(path, str) and isinstance(obstacle, CannotStart):
        return  # an interpreter that is not found here may be on the PATH that jobs get
    other_rights = isinstance(obstacle, OtherRights)
    excepted = is_excepted(job.run[0], chain.outside_clock, other_rights=other_rights)
    if obstacle is not None and (not excepted or isinstance(obstacle, CannotStart)):
        cannot = "cannot be started" if isinstance(obstacle, CannotStart) else "is out of the clock's reach"
        text = f"the program '{job.run[0]}' {cannot}: {obstacle.found}: {obstacle.means}"
        yield location, "error", text, obstacle.todo


def _script(chain: Chain, job: Job, location: Location) -> Said:
    for position, argument in enumerate(job.run[1:], 1):
        if argument.startswith("-"):
            # What follows an option may be its value; only a plain first argument is surely a script.
            return
        if argument.endswith((".py", ".sh", ".pl", ".rb", ".js", ".jar")):
            if not argument.startswith("/") and not (chain.folder / argument).is_file():
                text = f"'{argument}' does not exist (looked for {chain.folder / argument})"
                yield (*location, position), "error", text, "relative paths start in the chain's folder"
            return


def _times(chain: Chain) -> Said:
    deadline = minutes_of(chain.deadline) or 0.0
    for name, job in chain.jobs.items():
        start, latest = minutes_of(job.at), minutes_of(job.latest_start)
        if job.latest_start is not None and job.at is None and not job.after:
            continue
        if start is not None and latest is not None and latest <= start:
            text = f"job '{name}' starts at {job.at} and no later than {job.latest_start}: it would never run"
            yield ("jobs", name, "latest_start"), "error", text, "latest_start must be after at"
        for key, minutes in (("at", start), ("latest_start", latest)):
            if minutes is not None and minutes >= deadline:
                text = f"job '{name}' may start at {getattr(job, key)}, and the deadline is {chain.deadline}"
                yield ("jobs", name, key), "error", text, "a deadline must be after the last start"


def _arrivals(chain: Chain) -> Said:
    deadline = minutes_of(chain.deadline) or 0.0
    for name, file in chain.files.items():
        minutes = minutes_of(file.arrives)
        if minutes is not None and minutes >= deadline:
            text = f"the file '{name}' arrives at {file.arrives}, and the deadline is {chain.deadline}"
            yield ("files", name, "arrives"), "error", text, "a file that is needed must arrive before the deadline"


def _rules(chain: Chain) -> Said:
    for name, job in chain.jobs.items():
        handled = {rule.when for rule in job.rules}
        location: Location = ("jobs", name)
        if job.retry_on_failure is not None and "initialization_error" not in handled:
            text = f"job '{name}' is retried when it fails, but the scheduler never retries a launch failure"
            todo = "add a rule: {when: initialization_error, do: restart, after: 5m, times: 3}"
            yield (*location, "retry_on_failure"), "warning", text, todo
        if job.max_run_time is not None and "exceeded_max_run_time" not in handled:
            text = f"the max_run_time of job '{name}' only flags it: the job keeps running"
            todo = "add a rule: {when: exceeded_max_run_time, do: [kill, restart], times: 1}"
            yield (*location, "max_run_time"), "warning", text, todo
        if job.latest_start is not None and "missed_start" not in handled:
            text = f"when job '{name}' misses its latest_start it does not run, and nobody is told"
            yield (*location, "latest_start"), "warning", text, "add a rule: {when: missed_start, do: page}"
        told = any(rule.when == "failed" and "page" in rule.do for rule in job.rules)
        told |= any(map(_knows_the_desk, (chain.environment | job.environment).values()))
        if isinstance(chain.scheduler, Cron):
            yield from _mailed(chain, name)
        elif not told and not chain.switched_off:
            text = f"nobody is told when job '{name}' fails for good"
            yield location, "warning", text, "add a rule: {when: failed, do: page}"
        for position, rule in enumerate(job.rules):
            if rule.when == "exceeded_max_run_time" and job.max_run_time is None:
                text = f"job '{name}' has no max_run_time, so this rule never acts"
                yield (*location, "rules", position), "error", text, "set max_run_time, or drop the rule"
            if rule.when == "missed_start" and job.latest_start is None:
                text = f"job '{name}' has no latest_start, so this rule never acts"
                yield (*location, "rules", position), "error", text, "set latest_start, or drop the rule"


def _mailed(chain: Chain, job: str) -> Said:
    """Cron has no rules: who is to be paged must be paged by the job's own program, which then knows the desk."""
    environment = chain.environment | chain.jobs[job].environment
    if not any(map(_knows_the_desk, environment.values())):
        text = f"nobody is paged when job '{job}' fails: cron mails what it prints, and a mail wakes nobody"
        yield ("jobs", job), "warning", text, "let its program page, at an address that it has {from: desk.url}"


def _knows_the_desk(value: object) -> bool:
    """Whether it is an address at which a page can be sent, by whatever channel."""
    return isinstance(value, FromPlace) and value.place.startswith(("desk.", "smtp."))


def _vain_actions(chain: Chain) -> Said:
    """What the scheduler refuses to do, or could do for ever."""
    for name, job in chain.jobs.items():
        for position, rule in enumerate(job.rules):
            location: Location = ("jobs", name, "rules", position)
            if "kill" in rule.do and rule.when not in ("exceeded_max_run_time", "late_to_finish"):
                text = f"when job '{name}' is {_STATE[rule.when]} there is nothing to kill"
                yield location, "error", text, "drop 'kill'"
            if "mark_failed" in rule.do and rule.when not in _RUNNING:
                text = f"when job '{name}' is {_STATE[rule.when]} its end is known, and nobody has to mark it"
                yield location, "error", text, "drop 'mark_failed'"
            if "restart" not in rule.do:
                continue
            if rule.when == "still_attempting_start" and "mark_failed" not in rule.do:
                text = f"job '{name}' counts as running while it is Still Attempting Start, so it is not restarted"
                yield location, "error", text, "write do: [mark_failed, restart]"
            elif rule.when in ("late_to_finish", "finished_ok"):
                text = f"a rule does not restart a job that is {_STATE[rule.when]}"
                yield location, "error", text, "drop 'restart'"
            elif rule.when in ("missed_start", "late"):
                text = f"a job that is {_STATE[rule.when]} cannot be restarted, only started by hand"
                yield location, "error", text, "let the rule page somebody"
            elif rule.when == "exceeded_max_run_time" and "kill" not in rule.do:
                text = f"job '{name}' still runs when it exceeds its max_run_time, and a running job is not restarted"
                yield location, "error", text, "write do: [kill, restart]"
            elif rule.times is None:
                text = f"this rule restarts job '{name}' for ever"
                yield (
                    location,
                    "warning",
                    text,
                    "say how often, such as times: 3; a page for the same event waits for it",
                )


_STATE = {
    "initialization_error": "not started",
    "failed": "over",
    "missed_start": "past its latest start",
    "late": "late to start",
    "exceeded_max_run_time": "past its max run time",
    "late_to_finish": "late to finish",
    "still_attempting_start": "ordered to start",
    "finished_ok": "over",
}
_RUNNING = ("exceeded_max_run_time", "late_to_finish", "still_attempting_start")
"""What happens to a job of which an attempt is under way."""


def _pages(chain: Chain) -> Said:
    """An owner who is never paged learns of a bad night in the morning."""
    pages = any("page" in rule.do for job in chain.jobs.values() for rule in job.rules)
    environments = [chain.environment, *(job.environment for job in chain.jobs.values())]
    by_themselves = any(_knows_the_desk(value) for environment in environments for value in environment.values())
    if not pages and not by_themselves:
        severity: Severity = "warning" if chain.switched_off else "error"
        text = f"no rule of any job pages anybody: {chain.owner} can never be told of a failure"
        yield ("owner",), severity, text, "add rules to the jobs: {when: failed, do: page}"


def _defences(chain: Chain) -> Said:
    if chain.switched_off:
        return  # their rules are gone, so nothing can be said of them
    carried = {rule.defence for job in chain.jobs.values() for rule in job.rules}
    carried |= {job.retry_on_failure.defence for job in chain.jobs.values() if job.retry_on_failure}
    for name, defence in chain.defences.items():
        if defence.variable is None and name not in carried and not defence.detects:
            text = f"the defence '{name}' switches nothing: it has no variable, and no rule carries its name"
            todo = f"give it a variable, or a rule 'defence: {name}', or what it 'detects' if it is always on"
            yield ("defences", name), "error", text, todo


def _checked_folders(chain: Chain) -> Said:
    for name, folder in chain.folders.items():
        if folder.checked is None and any(held.file is not None for held in folder.holds):
            text = (
                f"the folder '{name}' holds an earlier day's file, and nothing says whether a refused one may be in it"
            )
            todo = "if a fallback is read from it, say 'checked: true'; where files land, 'checked: false'"
            yield ("folders", name), "warning", text, todo


def _controls(chain: Chain) -> Said:
    if chain.files and not any(defence.detects for defence in chain.defences.values()):
        text = "no defence says what it detects, so data that is right after a fault in a file counts as luck"
        todo = "say it where something is compared: defences: {checksum: {variable: CHECKSUM, detects: [checksum]}}"
        yield ("defences",), "warning", text, todo


CHECKS: tuple[Check, ...] = (
    _runbook,
    _programs,
    _times,
    work_findings,
    limit_findings,
    _arrivals,
    layout_findings,
    _rules,
    _vain_actions,
    _pages,
    roster_findings,
    _defences,
    _checked_folders,
    _controls,
)
