"""What the API serves is what the vendor's Java client declares, field by field: its names, its types, its texts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from tests.mocks.scheduler.api.opcon_client import OpConClient
from tests.mocks.scheduler.api.vendor_models import MODELS, TEXTS
from tests.mocks.scheduler.scheduler_stage import Stage, at, minutes

SCHEDULE = "20261123|1|1"
DATE = r"\d{4}-\d{2}-\d{2}"
MOMENT = rf"{DATE}T\d{{2}}:\d{{2}}:\d{{2}}(\.\d{{1,7}})?(Z|[+-]\d{{2}}:\d{{2}})"
PLAIN = {
    "Integer": lambda value: type(value) is int and -(2**31) <= value < 2**31,
    "Long": lambda value: type(value) is int and -(2**63) <= value < 2**63,
    "Boolean": lambda value: type(value) is bool,
    "String": lambda value: type(value) is str,
    "Date": lambda value: type(value) is str and re.fullmatch(MOMENT, value),
    "LocalDate": lambda value: type(value) is str and re.fullmatch(DATE, value),
    "Null": lambda value: False,
}


def faults(value: Any, kind: str, where: str, seen: set[str]) -> Iterator[str]:
    """What the vendor's client could not read of a value that it takes for this kind; ``seen``: its classes."""
    if value is None:
        return
    if kind.startswith("["):
        if not isinstance(value, list):
            yield f"{where}: found {value!r}, expected a list"
            return
        for number, one in enumerate(value):
            yield from faults(one, kind[1:-1], f"{where}[{number}]", seen)
    elif kind in PLAIN:
        if not PLAIN[kind](value):
            yield f"{where}: found {value!r}, expected {kind}"
    elif kind in TEXTS:
        if value not in TEXTS[kind]:
            yield f"{where}: found {value!r}, expected one of {TEXTS[kind]}"
    else:
        yield from _faults_of_object(value, kind, where, seen)


def _faults_of_object(value: Any, kind: str, where: str, seen: set[str]) -> Iterator[str]:
    name, _, part = kind.rstrip(")").partition("(")
    if not isinstance(value, dict):
        yield f"{where}: found {value!r}, expected an object {name}"
        return
    seen.add(name)
    model = MODELS[name]
    expected = set(part.split()) or set(model.served)
    for field in value.keys() - expected:
        declared = field in model.served or field in model.left_out.split()
        yield f"{where}: found {field!r}, {'which is not served there' if declared else 'which nobody declares'}"
    for field in expected - value.keys():
        yield f"{where}: expected {field!r}, found nothing"
    for field in expected & value.keys():
        of = model.served[field]
        if of == "Details":  # of other types than its own, the client ignores them
            if value["jobType"]["description"] != "UNIX":
                continue
            of = "UNIXDetails"
        yield from faults(value[field], of, f"{where}.{field}", seen)


def job_path(name: str, part: str = "") -> str:
    return f"/dailyjobs/{quote(f'{SCHEDULE}|{name}', safe='')}{part}"


def many_kinds(stage: Stage) -> list[dict[str, Any]]:
    """Jobs that have between them all that a job can have."""
    criteria = {
        "failed_if": [{"operator": "GT", "code": 4}],
        "advanced": [
            {"operator": "RG", "code": 1, "to": 3, "means": "Finish OK"},
            {"operator": "EQ", "code": 9, "means": "Fail"},
        ],
    }  # fmt: skip
    arrival = {"file": f"{stage.folder}/work/in_*.csv", "created_from_ns": at("01:00"), "created_until_ns": None}
    arrival |= {"until_ns": at("02:30"), "stable_for_ns": minutes(0.5), "subfolders": False}
    return [
        stage.job(
            "load", "echo loaded; exit 9", at_ns=at("02:00"), latest_start_ns=at("03:30"),
            late_to_start_ns=at("02:15"), late_to_finish_ns=at("04:00"), max_run_time_ns=minutes(45),
            retry_on_failure={"attempts": 2, "every_ns": minutes(10)}, exit_codes=criteria, prerun=["/bin/true"],
            steps=["fetch", "store"], thresholds=[{"threshold": "rows", "operator": "GE", "value": 1}],
            resources={"link": 2, "tape": None}, expression='[[Region]] = "FR"',
            events=[{"when": "failed", "event": "$NOTIFY:LOG,ops,load failed"}],
        ),
        stage.job("again", "true", at_ns=at("02:00"), recurrence={"runs": 2, "every_ns": minutes(5)}),
        stage.job("check", "true", after=["again"], requires=[{"job": "again", "on": "ignore_exit_code"}]),
        stage.job("yesterday", "true", after=[{"job": "again", "days_before": 1}], conflict=["check"]),
        stage.job("watch", run=[], file_arrival=arrival, at_ns=at("02:00")),
        stage.job("mark", run=[], after=["load"]),
        stage.job("rescue", "true", frequency={"on_request": True}, requires=["load"]),
    ]  # fmt: skip


READ = {
    "/version": "Version",
    "/servicestatus": "ServiceStatus",
    "/tokens": "Token",
    "/users": "[User]",
    "/roles": "[Role]",
    "/batchusers": "[BatchUser]",
    "/serveroptions": "ServerOptions",
    "/dailyschedules": "[DailySchedule]",
    "/dailyschedules/dates": "[LocalDate]",
    "/dailyschedules/count_by_status": "ScheduleDailyStatusCount",
    f"/dailyschedules/{quote(SCHEDULE)}": "DailySchedule",
    f"/dailyschedules/{quote(SCHEDULE)}/properties": "[Property]",
    f"/dailyschedules/{quote(SCHEDULE)}/properties/Region": "Property",
    "/dailyjobs": "[DailyJob]",
    "/dailyjobs/count_by_status": "JobDailyStatusCount",
    job_path("load"): "DailyJob",
    job_path("load", "/status"): "JobStatus",
    job_path("load", "/properties"): "[Property]",
    job_path("check", "/dependencies"): "[Dependency]",
    job_path("load", "/thresholdDependencies"): "[ThresholdDependency]",
    job_path("load", "/resourceDependencies"): "[ResourceDependency]",
    job_path("load", "/expressionDependencies"): "ExpressionDependencies",
    job_path("load", "/documentation"): "Documentation",
    "/dailygraphedges": "[DailyGraphEdge]",
    f"/dailygraphedges/{quote(f'{SCHEDULE}|mark')}": "[DailyGraphEdge]",
    "/jobhistories": "[JobHistory]",
    "/masterschedules": "[MasterSchedule]",
    "/masterjobs": "[MasterJob]",
    "/MasterJobs/v2": "[MasterJob]",
    "/frequencies": "[Frequency(name)]",
    "/calendars": "[Calendar]",
    "/machines": "[Machine]",
    "/machines/count_by_status": "MachineStatusCount",
    "/thresholds": "[Threshold]",
    "/thresholds/rows": "Threshold",
    "/resources": "[Resource]",
    "/globalproperties": "[GlobalProperty]",
    "/globalproperties/Region": "GlobalProperty",
}
"""What is read, and the class that it is read as."""


def test_everything_is_served_as_the_vendors_client_declares_it(stage: Stage) -> None:
    client = OpConClient(f"http://127.0.0.1:{stage.port('scheduler')}")
    seen: set[str] = set()
    found: list[str] = []

    def hold(method: str, path: str, kind: str, body: Any = None) -> Any:
        answer = client.ask(method, path, body)
        assert answer != [], f"{path} has nothing that could be held against {kind}"
        found.extend(faults(answer, kind, f"{method} {path} ", seen))
        return answer

    stage.reset(
        *many_kinds(stage), thresholds={"rows": 1}, resources={"link": 3, "tape": 1}, properties={"Region": "EU"},
        calendars={"holidays": ["2026-12-25"]},
    )  # fmt: skip
    client.log_in()
    built = {"schedules": [{"name": "feed"}], "dates": ["2026-11-23"], "overwrite": True}
    built |= {"properties": [{"key": "Region", "value": "FR"}]}
    build = hold("POST", "/schedulebuilds", "ScheduleBuild", built)
    assert client.ask("GET", f"/schedulebuilds/{build['id']}")["message"] == "Completed"
    hold("PUT", job_path("load"), "DailyJob", {"properties": [{"key": "Rows", "value": "7"}]})
    for path, kind in READ.items():
        if path != "/jobhistories":
            hold("GET", path, kind)
    stage.run()
    for path, kind in READ.items():
        hold("GET", path, kind)
    number = client.job(f"{SCHEDULE}|load")["jobNumber"]
    for path, kind, body in (
        ("/jobactions", "JobAction", {"action": "markUnderReview", "jobs": [{"id": f"{SCHEDULE}|load"}, {"id": "no"}]}),
        ("/scheduleactions", "ScheduleAction", {
            "action": "addJobs", "states": None, "scheduleActionItems": [{"id": SCHEDULE, "jobs": [{"id": "rescue"}]}],
        }),
        ("/scheduleactions", "ScheduleAction", {
            "action": "holdJobs", "states": ["Waiting"], "scheduleActionItems": [{"id": SCHEDULE}, {"id": "no"}],
        }),
        ("/scheduleActionsByDate", "ScheduleActionsByDate", {
            "action": "cancelJobs", "states": ["Held"], "scheduleDates": ["2026-11-23"],
        }),
        ("/jobinstanceactions", "JobInstanceAction", {
            "action": "LIST", "jobInstanceActionItems": [{"id": number}, {"id": 7}],
        }),
        ("/jobinstanceactions", "JobInstanceAction", {
            "action": "FILE", "jobInstanceActionItems": [{"id": number, "jorsRequestParameters": "load.3.out"}],
        }),
        ("/machineactions", "MachineAction", {"action": "limited", "machines": [{"id": 1}, {"id": 99}]}),
    ):  # fmt: skip
        given = hold("POST", path, kind, body)
        hold("GET", f"{path}/{given['id']}", kind)
        hold("GET", path, f"[{kind}]")
    hold("PUT", "/thresholds/rows", "Threshold", {"value": 5})
    hold("POST", "/globalproperties", "GlobalProperty", {"name": "Mode", "value": "x"})
    hold("POST", "/propertyexpression", "PropertyExpression", {"expression": "1 +"})
    found.extend(faults(client.answer("GET", "/nothing").json(), "[ApiError]", "an error ", seen))
    assert not found, "\n".join(found)
    assert seen == set(MODELS), f"never served: {set(MODELS) - seen}"


@pytest.mark.parametrize(
    ("value", "kind", "said"),
    [
        ({"id": "1", "name": "a"}, "Named", "X.id: found '1', expected Integer"),
        ({"id": 2**31, "name": "a"}, "Named", "X.id: found 2147483648, expected Integer"),
        ({"id": True, "name": None}, "Named", "X.id: found True, expected Integer"),
        ({"id": 1}, "Named", "X: expected 'name', found nothing"),
        ({"id": 1, "name": "a", "path": "b"}, "Named", "X: found 'path', which nobody declares"),
        ({"id": 1, "name": "a", "users": []}, "Role", "X: found 'users', which is not served there"),
        ({"id": 1, "name": "a"}, "[Named]", "X: found {'id': 1, 'name': 'a'}, expected a list"),
        ([[]], "[Named]", "X[0]: found [], expected an object Named"),
        ("finished ok", "JobStatusDescription", "X: found 'finished ok', expected one of "),
        ("2026-11-23T02:00:00", "Date", "X: found '2026-11-23T02:00:00', expected Date"),
    ],
)
def test_what_the_vendors_client_cannot_read_is_found(value: Any, kind: str, said: str) -> None:
    [fault] = faults(value, kind, "X", set())
    assert fault.startswith(said)
