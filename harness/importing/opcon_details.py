"""What a job of OpCon runs: a program of a UNIX or Windows agent, a file arrival, or nothing at all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from harness.importing.commands import windows_words_of, words_of
from harness.importing.skeleton import Draft, Skeleton, shown
from harness.values.strict import mapping, sequence

_NULL = -1
_TOKEN = re.compile(r"\[\[[^\]]+\]\]")


def add_details(draft: Draft, job: Mapping[str, Any], line: int, skeleton: Skeleton) -> None:
    """Add the keys that say what it runs; of what a chain file cannot say, a remark."""
    kind, details = mapping(job, "jobType"), mapping(job, "details")
    description = str(kind.get("description") or "")
    if kind.get("id") == _NULL or description.lower().startswith("null"):
        draft.keys["null_job"] = True
        return
    if arrival := mapping(details, "fileArrivalSettings"):
        _add_arrival(draft, arrival, line, skeleton)
        return
    if isinstance(details.get("startImage"), str) and details["startImage"]:
        _add_run(draft, "run", f"{details['startImage']} {details.get('parameters') or ''}", line)
        _add_run(draft, "prerun", details.get("prerun"), line)
    elif isinstance(details.get("commandLine"), str) and details["commandLine"]:
        draft.keys["run"] = windows_words_of(details["commandLine"])
        draft.remark(line, "its command is one of a Windows agent: the night runs jobs on Linux")
        if details.get("workingDirectory"):
            text = f"its working directory {details['workingDirectory']} is not carried over: jobs start in the chain's"
            draft.remark(line, f"{text} folder")
        if prerun := details.get("prerunCommandLine"):
            draft.keys["prerun"] = windows_words_of(prerun)
    elif details:
        draft.remark(line, f"what a job of the type {description or kind.get('id')} runs is not carried over: say run")
    else:
        text = "what it runs is missing: ask for includeDetails=true, or say run"
        draft.remark(line, text)
        return
    if found := _TOKEN.findall(" ".join([*draft.keys.get("run", ()), *draft.keys.get("prerun", ())])):
        text = f"the properties {', '.join(dict.fromkeys(found))} in its command are not carried over: a chain file has"
        draft.remark(line, f"{text} no templates; map a variable in its environment")
    _add_criteria(draft, details, line)
    _add_environment(draft, details, line)
    if user := mapping(details, "batchUser").get("loginName"):
        draft.remark(line, f"it runs as the batch user {user}; here jobs run as whoever starts the night")
    if details.get("jobOutputParsing"):
        draft.remark(line, "its output parsing is not carried over: let the job's exit code say it")
    names = [one for one in sequence(job, "steps") if isinstance(one, str) and one]
    if names and "run" in draft.keys:
        draft.keys["steps"] = names


def _add_run(draft: Draft, key: str, command: Any, line: int) -> None:
    if not isinstance(command, str) or not command.strip():
        return
    try:
        draft.keys[key] = words_of(command)
    except ValueError as error:
        draft.remark(line, f"its command {shown(command)} is not carried over: {str(error).lower()}; say {key}")


def _add_criteria(draft: Draft, details: Mapping[str, Any], line: int) -> None:
    found: dict[str, Any] = {}
    basic = [one for one in sequence(details, "basicFailureCriteria") if isinstance(one, Mapping)]
    basic = [{"is": one["operator"], "code": one.get("exitCode")} for one in basic if _whole(one, "exitCode")]
    if basic and basic != [{"is": "NE", "code": 0}]:
        found["failed_if"] = basic
    advanced: list[dict[str, Any]] = []
    for one in sequence(details, "advancedFailureCriteria"):
        if not isinstance(one, Mapping) or not _whole(one, "value"):
            continue
        criterion = {"is": one["operator"], "code": one.get("value")}
        if one["operator"] == "RG" and isinstance(one.get("endValue"), int):
            criterion["to"] = one.get("endValue")
        criterion["means"] = one["result"] if isinstance(one.get("result"), str) else "Fail"
        if advanced and isinstance(one.get("booleanOperator"), str):
            criterion["and_or"] = one["booleanOperator"]
        advanced.append(criterion)
    if advanced:
        found["advanced"] = advanced
    if found:
        draft.keys["exit_codes"] = found
    if details.get("signals"):
        draft.remark(line, "its signal criteria are not carried over: every signal is a failure")


def _whole(criterion: Mapping[str, Any], code: str) -> bool:
    """Whether it says something: clients send every field, those that they do not use as null."""
    return isinstance(criterion.get("operator"), str) and isinstance(criterion.get(code), int)


def _add_environment(draft: Draft, details: Mapping[str, Any], line: int) -> None:
    given = [one for one in sequence(details, "environmentVariables") if isinstance(one, Mapping)]
    found = {one["name"]: str(one.get("value") or "") for one in given if isinstance(one.get("name"), str)}
    for name in [name for name in found if name == "LD_PRELOAD" or name.startswith("NIGHT_")]:
        del found[name]
        draft.remark(line, f"{name} is not carried over: it belongs to the night's clock")
    if found:
        draft.keys["environment"] = found


def _add_arrival(draft: Draft, arrival: Mapping[str, Any], line: int, skeleton: Skeleton) -> None:
    folder, _, file = str(arrival.get("fileToWatch") or "").replace("\\", "/").rpartition("/")
    found: dict[str, Any] = {}
    if folder:
        found["folder"] = folder.rpartition("/")[2]
        skeleton.declared.setdefault("folders", {})[found["folder"]] = {}
        draft.remark(line, f"it watches {folder}, which is the folder '{found['folder']}' of the night here")
    if file:
        found["file"] = file
    duration = arrival.get("duration")
    if isinstance(duration, int) and duration > 0:
        found["stable_for"] = f"{duration}s"
    if arrival.get("subdirectorySearch"):
        found["subfolders"] = True
    draft.keys["file_arrival"] = found
    offsets = [f"{key} {arrival[key]}" for key in ("startOffset", "endOffset") if arrival.get(key)]
    if offsets:
        draft.remark(line, f"its window ({', '.join(offsets)}) is not carried over: say created_from and created_until")
    draft.remark(line, "OpCon's JSON does not say when it gives up: say until in its file_arrival")
