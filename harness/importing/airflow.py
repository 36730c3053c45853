"""A chain skeleton from the file of an Airflow DAG, whose syntax is read and which is never executed."""

from __future__ import annotations

import ast
import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from harness.errors import AuthorError, LoadError, Mistake
from harness.importing.commands import argv
from harness.importing.cron_times import nightly
from harness.importing.dag_tasks import Dag, Reader, Task
from harness.importing.dag_values import Moment, Unreadable
from harness.importing.skeleton import Draft, Skeleton, shown
from harness.values.strict import unknown
from harness.values.units import Duration

_EMPTY = ("EmptyOperator", "DummyOperator")
_RETRY_DELAY = dt.timedelta(minutes=5)
"""Airflow's own default (core.default_task_retry_delay)."""
_TRIGGER_RULES = {"all_success": "finished_ok", "all_done": "ignore_exit_code", "all_failed": "failed"}
_CARRIED = {
    "task_id",
    "dag",
    "bash_command",
    "env",
    "owner",
    "retries",
    "retry_delay",
    "execution_timeout",
    "trigger_rule",
}
_TOLD = {"doc", "doc_md", "start_date"}
"""Arguments of tasks that change nothing in a night."""
_DAG_CARRIED = {"dag_id", "schedule", "schedule_interval", "start_date", "default_args"}
_DAG_TOLD = {"catchup", "description", "doc_md", "tags", "max_active_runs", "dag_display_name", "owner_links"}


def read_airflow(text: str, file: Path, only: str | None = None) -> Skeleton:
    """The tasks of one DAG; ``only`` names it when there are several."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        found = getattr(error, "msg", None) or str(error)
        raise LoadError([Mistake(file, line, f"not Python: {found}; expected the file of a DAG")]) from None
    reader = Reader()
    reader.module(tree)
    names = [dag.name for dag in reader.dags]
    if not names:
        expected = "expected one: with DAG(...), dag = DAG(...), or a function under @dag"
        raise LoadError([Mistake(file, 1, f"found no DAG, {expected}")])
    if only is not None and only not in names:
        raise AuthorError(f"--only: {unknown('DAG', only, names)}")
    if only is None and len(names) > 1:
        found = f"found {len(names)} DAGs, expected one: choose with --only {' or '.join(names)}"
        raise LoadError([Mistake(file, reader.dags[1].line, found)])
    dag = next(one for one in reader.dags if only in (None, one.name))
    if not dag.tasks and not dag.unread:
        raise LoadError([Mistake(file, dag.line, f"the DAG '{dag.name}' has no tasks, expected at least one")])
    return _skeleton(dag, file)


def _skeleton(dag: Dag, file: Path) -> Skeleton:
    skeleton = Skeleton(dag.name or file.stem, file.name, [])
    for line, text in dag.unread:
        skeleton.remark(line, text)
    given = dag.arguments.get("default_args")
    defaults = given if isinstance(given, Mapping) else {}
    if isinstance(given, Unreadable):
        skeleton.remark(given.line, f"default_args {shown(given.text)} are not read")
    _not_carried(skeleton, dag.line, "the DAG's arguments", set(dag.arguments) - _DAG_CARRIED - _DAG_TOLD)
    _not_carried(skeleton, dag.line, "of default_args,", set(defaults) - _CARRIED - _TOLD)
    timing = _timing(dag, defaults, skeleton)
    for task in dag.tasks.values():
        skeleton.jobs.append(_job(task, dict(defaults) | task.arguments, timing))
    _add_owner(skeleton)
    return skeleton


def _not_carried(to: Skeleton | Draft, line: int, whose: str, names: set[str]) -> None:
    if names:
        to.remark(line, f"{whose} {', '.join(sorted(names))} are not carried over")


def _timing(dag: Dag, defaults: Mapping[str, Any], skeleton: Skeleton) -> dict[str, Any]:
    """The keys ``at`` and ``frequency`` of the DAG's first tasks, and its time zone."""
    start = dag.arguments.get("start_date", defaults.get("start_date"))
    _add_timezone(start, dag, skeleton)
    key = "schedule" if "schedule" in dag.arguments else "schedule_interval"
    schedule = dag.arguments.get(key)
    if isinstance(schedule, dt.timedelta) and schedule == dt.timedelta(days=1) and isinstance(start, Moment):
        return {"at": f"{start.time:%H:%M}"}
    if isinstance(schedule, str) and schedule not in ("@once", "@continuous"):
        try:
            times = nightly(schedule)
        except ValueError as error:
            skeleton.remark(dag.line, f"its {key} is not carried over: {error}")
            return {}
        for text in times.remarks:
            skeleton.remark(dag.line, text)
        keys = dict(times.slots[0].keys)
        if len(times.slots) > 1 or "recurrence" in keys:
            keys.pop("recurrence", None)
            skeleton.remark(
                dag.line, f"the schedule {schedule} is several runs a night: the chain is the first of them"
            )
        return keys
    found = shown(schedule.text) if isinstance(schedule, Unreadable) else str(schedule)
    skeleton.remark(dag.line, f"the schedule {found} is no time of day: say at for the first jobs")
    return {}


def _add_timezone(start: Any, dag: Dag, skeleton: Skeleton) -> None:
    if isinstance(start, Moment) and start.zone is not None:
        skeleton.declared["timezone"] = start.zone
        return
    text = "its start_date has no time zone, so it is Airflow's default_timezone: UTC, unless that is configured"
    if isinstance(start, Unreadable):
        text = f"its start_date {shown(start.text)} is not read: say timezone"
    skeleton.remark(dag.line, text)


def _job(task: Task, arguments: Mapping[str, Any], timing: Mapping[str, Any]) -> Draft:
    draft = Draft(task.name)
    for name in sorted(_CARRIED & set(arguments)):
        if isinstance(value := arguments[name], Unreadable) and name != "dag":
            draft.remark(value.line, f"its {name} {shown(value.text)} is not read")
    readable = {name: value for name, value in arguments.items() if not isinstance(value, Unreadable)}
    _add_run(draft, task, readable)
    _add_order(draft, task, readable, timing)
    if "null_job" not in draft.keys:
        _add_limits(draft, readable)
    owner = readable.get("owner")
    if isinstance(owner, str) and owner.strip() and owner != "airflow":
        draft.keys["owner"] = owner
    _not_carried(draft, task.line, "its arguments", set(task.arguments) - _CARRIED - _TOLD)
    return draft


def _add_run(draft: Draft, task: Task, arguments: Mapping[str, Any]) -> None:
    command = arguments.get("bash_command")
    if task.operator in _EMPTY:
        draft.keys["null_job"] = True
    elif task.operator != "BashOperator":
        draft.remark(task.line, f"what a {task.operator} does is not carried over: write a program for it, and say run")
    elif isinstance(command, str) and command.strip():
        draft.keys["run"] = argv(command.strip(), "bash")
        if "{{" in command or "{%" in command:
            text = "the templates in its command are not carried over: a chain file has none; map a variable, such as"
            draft.remark(task.line, f"{text} BUSINESS_DATE: {{from: night.date}}")
        if isinstance(environment := arguments.get("env"), Mapping):
            named = {str(name): value for name, value in environment.items() if isinstance(value, str)}
            draft.keys["environment"] = named
            if lost := [str(name) for name in environment if name not in named]:
                draft.remark(task.line, f"the variables {', '.join(lost)} are not read: say their values")
    elif "bash_command" not in task.arguments:
        draft.remark(task.line, "it has no bash_command: say run")


def _add_order(draft: Draft, task: Task, arguments: Mapping[str, Any], timing: Mapping[str, Any]) -> None:
    if task.upstream:
        rule = str(arguments.get("trigger_rule") or "all_success")
        end = _TRIGGER_RULES.get(rule, "finished_ok")
        if rule not in _TRIGGER_RULES:
            draft.remark(task.line, f"its trigger_rule {rule} is not carried over: it waits for all to finish OK here")
        plain = end == "finished_ok"
        draft.keys["after"] = task.upstream if plain else [{"job": name, "on": end} for name in task.upstream]
    elif "at" in timing:
        draft.keys["at"] = timing["at"]
    if "frequency" in timing:
        draft.keys["frequency"] = timing["frequency"]


def _add_limits(draft: Draft, arguments: Mapping[str, Any]) -> None:
    retries, delay = arguments.get("retries"), arguments.get("retry_delay", _RETRY_DELAY)
    retried = isinstance(retries, int) and retries > 0
    if retried:
        every = _duration(delay if isinstance(delay, dt.timedelta) else dt.timedelta(seconds=float(delay)))
        draft.keys["retry_on_failure"] = {"attempts": retries, "every": every}
    limit = arguments.get("execution_timeout")
    if isinstance(limit, dt.timedelta) and limit > dt.timedelta():
        draft.keys["max_run_time"] = _duration(limit)
        then = {"do": ["kill", "restart"], "times": retries} if retried else {"do": "kill"}
        draft.keys["rules"] = [{"when": "exceeded_max_run_time"} | then]


def _duration(span: dt.timedelta) -> str:
    return str(Duration(days=span.days, seconds=span.seconds, microseconds=span.microseconds))


def _add_owner(skeleton: Skeleton) -> None:
    owners = {draft.keys.get("owner") for draft in skeleton.jobs}
    if len(owners) == 1 and None not in owners:
        skeleton.declared["owner"] = owners.pop()
        for draft in skeleton.jobs:
            del draft.keys["owner"]
