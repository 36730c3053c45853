"""The REST API, with a client that was written from the facts about the vendor's: names, cases, errors, actions."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import urllib3

from harness.clock.library import preload_environment
from tests.calibration import patience_s
from tests.mocks.scheduler.api.opcon_client import ApiError, OpConClient
from tests.mocks.scheduler.scheduler_stage import Stage, at

HERE = Path(__file__).parent
SCHEDULE = "20261123|1|1"


@pytest.fixture
def client(stage: Stage) -> OpConClient:
    return OpConClient(f"http://127.0.0.1:{stage.port('scheduler')}")


def ids(*names: str) -> list[str]:
    return [f"{SCHEDULE}|{name}" for name in names]


def test_a_client_reads_the_version_in_any_case_without_a_token(stage: Stage) -> None:
    for path in ("/api/version", "/API/Version", "/api/VERSION/"):
        answer = urllib3.request("GET", f"http://127.0.0.1:{stage.port('scheduler')}{path}")
        assert (answer.status, answer.json()) == (200, {"opConRestApiProductVersion": "22.0.0.0"})


def test_a_client_reads_the_nights_jobs(stage: Stage, client: OpConClient) -> None:
    stage.night(
        stage.job("retrieve", "exit 3", at_ns=at("02:00"), latest_start_ns=at("03:30")),
        stage.job("publish", "true", after=["retrieve"]),
    )
    client.log_in()
    answer = client.answer("GET", "/dailyJobs")
    retrieve, publish = answer.json()
    assert answer.headers["TotalResourceCount"] == "2"
    assert retrieve["id"] == "20261123|1|1|retrieve"
    assert retrieve["status"] == {
        "id": 910, "startStatus": 900, "description": "Failed", "category": "Failed", "changeReason": None,
    }  # fmt: skip
    assert retrieve["terminationDescription"] == "+003:0000"
    assert retrieve["computedStartTime"]["time"].startswith("2026-11-23T02:00:00.")
    assert retrieve["computedStartTime"]["latestStart"] == "2026-11-23T03:30:00.0000000+01:00"
    assert (publish["status"]["id"], publish["status"]["startStatus"]) == (0, 120)
    assert publish["dependencies"] == [
        {
            "isSatisfied": False, "id": 1, "type": {"id": 2, "name": "After", "condition": "FinishedOk", "offset": 0},
            "predecessor": {
                "schedule": {"id": SCHEDULE, "date": "2026-11-23", "name": "feed"},
                "id": f"{SCHEDULE}|retrieve", "name": "retrieve", "status": "Failed",
            },
        }
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("Name=publish", ["publish"]),
        ("jobname=PUBLISH", ["publish"]),
        ("name=*E", ["retrieve", "archive"]),
        ("CATEGORIES=failed", ["retrieve"]),
        ("status=Wait%20Job%20Dependency,Failed&limit=1&offset=1", ["publish"]),
        ("sortBy=name", ["archive", "publish", "retrieve"]),
        ("ids=20261123%7C1%7C1%7Carchive,nobody", ["archive"]),
        ("scheduleName=feed&dates=2026-11-23&jobType=unix&limit=2", ["retrieve", "publish"]),
        ("scheduleName=feed&dates=2026/11/23&name=archive", ["archive"]),
        ("limit=0", []),
        ("jobType=-1", ["archive"]),
        ("dates=2026-11-24", []),
    ],
)
def test_a_client_filters_jobs(stage: Stage, client: OpConClient, query: str, names: list[str]) -> None:
    stage.night(
        stage.job("retrieve", "exit 1", at_ns=at("02:00")),
        stage.job("publish", "true", after=["retrieve"]),
        stage.job("archive", run=[], at_ns=at("02:00")),
    )
    assert [job["name"] for job in client.ask("GET", f"/DAILYJOBS?{query}")] == names


def test_an_unknown_resource_and_another_method_are_arrays_of_errors(client: OpConClient) -> None:
    for method, path, status in (("GET", "/nothing", 404), ("DELETE", "/dailyjobs", 405), ("GET", "/dailyjobs/x", 404)):
        with pytest.raises(ApiError) as raised:
            client.ask(method, path)
        assert raised.value.status == status
        assert set(raised.value.errors[0]) == {"resource", "name", "code", "message"}


def test_a_token_expires_and_is_renewed_as_the_vendors_client_does_it(stage: Stage, client: OpConClient) -> None:
    stage.reset(stage.job("load", "true", at_ns=at("02:00")), stage.job("last", "true", at_ns=at("03:00")))
    token = client.log_in()
    assert token["user"] == {"loginName": "ocadm"}
    stage.run()
    answer = client.answer("GET", "/tokens")
    assert (answer.status, answer.reason) == (401, "Unauthorized")
    assert answer.json()[0]["message"] == "Invalid token specified"
    assert client.job(*ids("load"))["status"]["description"] == "Finished OK"
    assert client.logins == 2
    client.ask("DELETE", "/tokens")
    assert client.answer("GET", "/tokens").status == 401


def test_a_disabled_user_is_told_so_by_its_code(stage: Stage, client: OpConClient) -> None:
    stage.reset(stage.job("load", "true"), disabled_users=["ocadm"])
    with pytest.raises(ApiError) as raised:
        client.log_in()
    assert raised.value.errors[0]["code"] == 2003


def test_a_job_action_is_answered_with_what_came_of_it(stage: Stage, client: OpConClient) -> None:
    stage.reset(stage.job("load", "true", at_ns=at("02:00")), stage.job("other", "true", at_ns=at("02:00")))
    done = client.job_action("HOLD", *ids("load", "nobody"))
    held, unknown = done["jobs"]
    assert (held["result"], held["status"]["description"]) == ("success", "On Hold")
    assert (unknown["result"], unknown["status"]) == ("failed", None)
    assert (done["result"], done["message"]) == ("failed", f"daily job '{SCHEDULE}|nobody' not found")
    assert client.ask("GET", f"/jobActions/{done['id']}") == done
    refused = client.job_action("restart", *ids("load"))
    assert "allowed when it is Finished Ok" in refused["jobs"][0]["message"]


@pytest.mark.parametrize(
    ("actions", "final", "successor"),
    [
        (["cancel"], "Cancelled", "Wait Job Dependency"),
        (["skip"], "Skipped", "Finished OK"),
        (["markFinishedOk"], "Marked Finished OK", "Finished OK"),
        (["markFailed"], "Marked Failed", "Wait Job Dependency"),
        (["markFailed", "markUnderReview", "markFixed"], "Fixed", "Finished OK"),
        (["start"], "Finished OK", "Finished OK"),
        (["hold", "release"], "Finished OK", "Finished OK"),
        (["cancel", "restartOnHold", "release"], "Finished OK", "Finished OK"),
        (["cancel", "forceRestart"], "Finished OK", "Finished OK"),
    ],
)
def test_what_a_client_does_to_a_job_decides_what_its_successor_does(
    stage: Stage, client: OpConClient, actions: list[str], final: str, successor: str
) -> None:
    stage.reset(stage.job("first", "true", at_ns=at("02:00")), stage.job("second", "true", after=["first"]))
    stage.ask("scheduler", "/start")
    stage.controller.run(at("01:30"))
    for action in actions:
        done = client.job_action(action, *ids("first"))
        assert done["result"] == "success", done
    stage.finish()
    found = {name: client.job(*ids(name))["status"]["description"] for name in ("first", "second")}
    assert found == {"first": final, "second": successor}


def test_a_job_that_is_started_by_hand_ignores_its_time_and_its_dependencies(stage: Stage, client: OpConClient) -> None:
    stage.reset(
        stage.job("first", "sleep 3600", at_ns=at("02:00")),
        stage.job("second", "true", at_ns=at("05:00"), after=["first"]),
    )
    stage.ask("scheduler", "/start")
    stage.controller.run(at("01:30"))
    client.job_action("start", *ids("second"))
    told = stage.finish()
    assert told.started("second") == ["01:30"]


def test_a_running_job_is_killed_through_the_api(stage: Stage, client: OpConClient) -> None:
    stage.reset(stage.job("load", "sleep 36000", at_ns=at("02:00"), steps=["one", "two"]))
    stage.ask("scheduler", "/start")
    stage.controller.run(at("02:30"))
    assert client.job_action("kill", *ids("load"))["result"] == "success"
    assert client.job(*ids("load"))["status"]["description"] in ("Job Running; To be terminated", "Failed")
    stage.controller.run(at("02:31"), runaway_s=patience_s())
    job = client.job(*ids("load"))
    assert (job["status"]["description"], job["terminationDescription"]) == ("Failed", "-009:0000")
    assert job["steps"] == ["one", "two"]
    refused = client.job_action("restart", *ids("load"), step=3)
    assert refused["jobs"][0]["message"] == "load has no step 3: expected one from 1 to 2"
    again = client.job_action("restart", *ids("load"), step=2)
    assert again["result"] == "success", again
    stage.controller.run(at("02:40"), runaway_s=patience_s())
    restarted = client.job(*ids("load"))
    assert restarted["jobNumber"] != job["jobNumber"]
    assert set(client.output(restarted)) == {"load.2.out", "load.2.err"}


def test_a_duplicate_of_a_job_gets_an_id_of_its_own(stage: Stage, client: OpConClient) -> None:
    stage.reset(stage.job("load", "true", at_ns=at("02:00")))
    wanted = {"id": "load", "instanceProperties": [{"name": "Region", "value": "EU"}], "frequency": None}
    added = client.schedule_action("ADDJOBS", SCHEDULE, [wanted, {"id": "nobody"}])
    first, second = added["scheduleActionItems"][0]["jobs"]
    assert (first["id"], second["result"]) == (f"{SCHEDULE}|load_2", "failed")
    assert client.job(first["id"])["properties"] == [{"key": "Region", "value": "EU"}]


def test_an_asynchronous_action_is_submitted_first_and_done_when_asked_about(stage: Stage, client: OpConClient) -> None:
    stage.reset(stage.job("load", "true", at_ns=at("02:00")))
    body = {"action": "hold", "scheduleActionItems": [{"id": SCHEDULE}]}
    submitted = client.ask("POST", "/scheduleactions", body)
    assert submitted["result"] == "submitted"
    assert client.ask("GET", f"/scheduleActions/{submitted['id']}")["result"] == "success"
    [schedule] = client.ask("GET", "/dailyschedules")
    assert schedule["status"]["description"] == "On Hold"


def test_bulk_actions_are_for_the_states_that_are_asked_for(stage: Stage, client: OpConClient) -> None:
    stage.night(
        stage.job("bad", "exit 1", at_ns=at("02:00")),
        stage.job("good", "true", at_ns=at("02:00")),
        stage.job("behind", "true", after=["bad"]),
    )
    body = {"action": "cancelJobs", "states": ["Waiting"], "scheduleActionItems": [{"id": SCHEDULE}]}
    client.ask("POST", "/scheduleActions", body)
    counts = client.ask("GET", "/dailyjobs/count_by_status")
    assert {name: number for name, number in counts.items() if number} == {"cancelled": 1, "failed": 1, "finishedok": 1}
    assert client.ask("GET", "/dailyjobs/count_by_status?name=bad")["finishedok"] == 0
    assert client.ask("GET", "/dailyschedules/count_by_status") == {
        "waiting": 0, "held": 0, "running": 0, "finishedok": 1, "failed": 1,
    }  # fmt: skip


def test_a_bulk_action_is_for_the_jobs_that_it_names_if_it_names_any(stage: Stage, client: OpConClient) -> None:
    stage.reset(*(stage.job(name, "true", at_ns=at("02:00")) for name in ("first", "second", "third")))
    held = client.schedule_action("holdJobs", SCHEDULE, [{"id": "first"}])
    assert [job["id"] for job in held["scheduleActionItems"][0]["jobs"]] == ids("first")
    # The vendor's PowerShell module names a job without a name when it means all.
    released = client.schedule_action("cancelJobs", SCHEDULE, [{"id": None, "frequency": None}])
    assert released["scheduleActionItems"][0]["updated"] == 3


def test_a_schedule_action_is_carried_out_on_all_schedules_of_a_date(stage: Stage, client: OpConClient) -> None:
    stage.reset(stage.job("load", "true", at_ns=at("02:00")))
    body = {"action": "hold", "scheduleDates": ["2026-11-23"], "states": None, "jobs": None, "reason": "no disk"}
    given = client.ask("POST", "/scheduleActionsByDate", body)
    done = client.ask("GET", f"/scheduleActionsByDate/{given['id']}")
    assert (given["result"], done["result"], done["reason"]) == ("submitted", "success", "no disk")
    [schedule] = client.ask("GET", "/dailyschedules?dates=2026/11/23")
    assert schedule["status"]["description"] == "On Hold"


def test_the_output_of_a_job_is_listed_and_read_by_its_number(stage: Stage, client: OpConClient) -> None:
    stage.night(
        stage.job("other", "echo another", at_ns=at("02:00")),
        stage.job("load", "echo loaded; echo oops >&2", at_ns=at("02:00")),
    )
    assert client.output(client.job(*ids("load"))) == {"load.1.out": "loaded\n", "load.1.err": "oops\n"}
    item = {"id": 7, "jorsRequestParameters": None}
    given = client.ask("POST", "/jobInstanceActions", {"action": "list", "jobInstanceActionItems": [item]})
    done = client.ask("GET", f"/jobInstanceActions/{given['id']}")
    assert (done["result"], done["message"]) == ("failed", "job instance 7 not found")


def test_the_daily_is_read_as_a_graph_with_predecessors_that_are_not_built(stage: Stage, client: OpConClient) -> None:
    stage.reset(
        stage.job("load", "true", at_ns=at("02:00")),
        stage.job("publish", "true", after=["load", {"job": "load", "on": "failed", "days_before": 1}]),
    )
    edges = client.ask("GET", f"/dailygraphedges?jobIds={SCHEDULE}|publish")
    assert edges == client.ask("GET", f"/dailygraphedges/{SCHEDULE}|publish")
    told = [(edge["predecessorId"], edge["predecessorBuilt"], edge["type"]["condition"]) for edge in edges]
    assert told == [("20261123|1|1|load", True, "FinishedOk"), ("20261122|1|1|load", False, "Failed")]
    assert client.ask("GET", "/dailygraphedges?scheduleIds=other") == []


def test_machines_thresholds_and_properties_are_read_and_set(stage: Stage, client: OpConClient) -> None:
    stage.reset(
        stage.job("load", "true", at_ns=at("02:00"), thresholds=[{"threshold": "rows", "operator": "GT", "value": 1}]),
        thresholds={"rows": 0}, properties={"Region": "EU"}, resources={"link": 2},
    )  # fmt: skip
    [machine] = client.ask("GET", "/machines")
    assert machine["status"] == {"state": "U", "networkStatus": "U", "operationStatus": "U"}
    done = client.ask("POST", "/MachineActions", {"action": "DOWN", "machines": [{"id": machine["id"]}]})
    assert client.ask("GET", f"/machineactions/{done['id']}")["result"] == "success"
    counts = client.ask("GET", "/machines/count_by_status")
    assert counts == {"up": 0, "down": 1, "limited": 0, "error": 0, "waiting": 0}
    assert (
        client.ask("PUT", "/thresholds/rows", {"id": 1, "name": "rows", "value": 5, "description": None})["value"] == 5
    )
    assert client.ask("GET", "/resources?name=LINK")[0]["value"] == 2
    assert client.ask("GET", "/globalProperties?name=region")[0]["value"] == "EU"
    assert client.ask("PUT", "/globalProperties/Region", {"value": "FR"})["value"] == "FR"
    told = client.ask("POST", "/propertyExpression", {"expression": '[[Region]] = "FR"'})
    assert (told["status"], told["result"]) == ("Success", "True")
    events = {"loginName": "ocadm", "events": [{"id": 1, "eventString": "$MACHINE:UP,agent"}, {"eventString": "no"}]}
    results = client.ask("POST", "/opconEventsCollection", events)["events"]
    assert [one["result"] for one in results] == ["success", "failed"]


def test_what_a_body_lacks_or_has_wrong_is_said(client: OpConClient) -> None:
    for body, said in (
        ({"action": "dance", "jobs": [{"id": "x"}]}, "action must be one of"),
        ({"action": "hold"}, "must contain"),
        ({"action": "hold", "jobs": []}, "at least 1 items"),
        ([], "must be object"),
    ):
        with pytest.raises(ApiError) as raised:
            client.ask("POST", "/jobactions", body)
        assert raised.value.status == 400
        assert said in raised.value.errors[0]["message"]


def test_every_list_says_how_long_it_is(client: OpConClient) -> None:
    client.log_in()
    for path in ("/thresholds", "/globalproperties", "/calendars", "/roles", "/masterjobs/v2", "/dailygraphedges"):
        answer = client.answer("GET", path)
        assert answer.headers["TotalResourceCount"] == str(len(answer.json())), path


@pytest.mark.exhaustive
def test_a_client_in_the_nights_time_drives_a_whole_night(stage: Stage) -> None:
    stage.reset(
        stage.job("load", "exit 7", at_ns=at("02:00")),
        stage.job("publish", "sleep 600", after=["load"]),
        stage.job("rescue", "sleep 300", frequency={"on_request": True}),
    )
    stage.ask("scheduler", "/start")
    environment = stage.environment | preload_environment(stage.folder / "page", "client")
    environment |= {"PYTHONPATH": f"{HERE}:{HERE.parents[2]}"}
    command = [
        sys.executable,
        str(HERE / "api_night.py"),
        f"http://127.0.0.1:{stage.port('scheduler')}",
        "feed",
        "2026-11-23",
    ]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as driver:
        while driver.poll() is None:
            stop = stage.controller.run(at("12:00"), runaway_s=patience_s())
            assert stop.reason != "until", "the driver has not come to its end by noon"
            stage.page.stopped()
        assert driver.stdout is not None
        told = json.loads(driver.stdout.read())
    assert (told["held"], told["ended"], told["rescue"]) == ("On Hold", "+007:0000", "Finished OK")
    assert (told["load"], told["publish"]) == ("Fixed", "Finished OK")
    assert {name: number for name, number in told["counts"].items() if number} == {"finishedok": 2, "fixed": 1}
