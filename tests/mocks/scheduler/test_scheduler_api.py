"""The read-only API, with a real client."""

from __future__ import annotations

import urllib3
from scheduler_stage import Stage, at


def test_a_client_reads_the_version_in_any_case(stage: Stage) -> None:
    for path in ("/api/version", "/API/Version", "/api/VERSION/"):
        answer = urllib3.request("GET", f"http://127.0.0.1:{stage.port('scheduler')}{path}")
        assert (answer.status, answer.json()) == (200, {"opConRestApiProductVersion": "22.0.0.0"})


def test_a_client_reads_the_nights_jobs(stage: Stage) -> None:
    stage.night(
        stage.job("retrieve", "exit 3", at_ns=at("02:00"), latest_start_ns=at("03:30")),
        stage.job("publish", "true", after=["retrieve"]),
    )
    answer = urllib3.request("GET", f"http://127.0.0.1:{stage.port('scheduler')}/api/dailyJobs")
    retrieve, publish = answer.json()
    assert answer.headers["TotalResourceCount"] == "2"
    assert retrieve["id"] == "20261123|1|1|retrieve"
    assert retrieve["status"] == {"id": 910, "startStatus": 900, "description": "Failed", "category": "Failed"}
    assert retrieve["terminationDescription"] == "+003:0000"
    assert retrieve["computedStartTime"]["time"].startswith("2026-11-23T02:00:00.")
    assert retrieve["computedStartTime"]["latestStart"] == "2026-11-23T03:30:00.0000000+01:00"
    assert publish["status"] == {
        "id": 0, "startStatus": 120, "description": "Wait Job Dependency", "category": "Waiting",
    }  # fmt: skip


def test_a_client_asks_for_one_job_by_name(stage: Stage) -> None:
    stage.reset(stage.job("retrieve", "true"), stage.job("publish", "true"))
    answer = urllib3.request("GET", f"http://127.0.0.1:{stage.port('scheduler')}/api/dailyjobs?Name=publish")
    assert [job["name"] for job in answer.json()] == ["publish"]


def test_an_unknown_resource_is_an_array_of_errors(stage: Stage) -> None:
    answer = urllib3.request("GET", f"http://127.0.0.1:{stage.port('scheduler')}/api/nothing")
    assert answer.status == 404
    assert set(answer.json()[0]) == {"resource", "name", "code", "message"}
