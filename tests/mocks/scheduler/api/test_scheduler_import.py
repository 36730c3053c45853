"""What the scheduler's own API returns of a night can be imported as a chain."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from harness.importing.opcon import read_opcon
from harness.importing.skeleton import Skeleton
from tests.mocks.scheduler.api.opcon_client import OpConClient
from tests.mocks.scheduler.scheduler_stage import Stage, at, minutes


def imported(stage: Stage) -> Skeleton:
    client = OpConClient(f"http://127.0.0.1:{stage.port('scheduler')}")
    client.log_in()
    text = client.answer("GET", "/dailyJobs?includeDetails=true&includeDependencies=true").data.decode()
    return read_opcon(text, Path("daily.json"))


def only(skeleton: Skeleton, *without: str) -> dict[str, Any]:
    [job] = skeleton.jobs
    return {key: value for key, value in job.keys.items() if key not in ("environment", *without)}


def test_the_daily_jobs_of_a_night_become_a_chain_again(stage: Stage) -> None:
    stage.night(
        stage.job("retrieve", "exit 3", at_ns=at("02:00"), latest_start_ns=at("03:30")),
        stage.job("publish", "true", after=["retrieve", {"job": "retrieve", "on": "failed", "days_before": 1}]),
    )
    retrieve, publish = imported(stage).jobs
    assert (retrieve.keys["at"], retrieve.keys["latest_start"]) == ("02:00", "03:30")
    assert retrieve.keys["run"] == ["/bin/sh", "-c", "exit 3"]
    assert publish.keys["after"] == ["retrieve", {"job": "retrieve", "on": "failed", "days_before": 1}]
    assert "at" not in publish.keys


def test_all_that_a_job_has_comes_back(stage: Stage) -> None:
    criteria = {
        "failed_if": [{"operator": "GT", "code": 4}],
        "advanced": [{"operator": "RG", "code": 1, "to": 3, "means": "Finish OK"}],
    }  # fmt: skip
    of_the_chain = {
        key: [{"is" if name == "operator" else name: value for name, value in one.items()} for one in listed]
        for key, listed in criteria.items()
    }
    stage.reset(
        stage.job(
            "load", "echo 'a  b'", at_ns=at("02:00"), late_to_start_ns=at("02:15"), late_to_finish_ns=at("04:00"),
            max_run_time_ns=minutes(45), retry_on_failure={"attempts": 2, "every_ns": minutes(10)},
            recurrence={"runs": 3, "every_ns": minutes(5), "counted_from": "start"}, exit_codes=criteria,
            prerun=["/bin/mkdir", "a dir"], steps=["fetch", "store"], expression='[[Region]] = "EU"',
            thresholds=[{"threshold": "rows", "operator": "GE", "value": 1}], resources={"link": 2, "tape": None},
            events=[{"when": "late", "event": "$NOTIFY:LOG,ops,late"}],
        ),
        thresholds={"rows": 4}, resources={"link": 3, "tape": 1}, properties={"Region": "EU"},
    )  # fmt: skip
    skeleton = imported(stage)
    assert only(skeleton) == {
        "run": ["/bin/sh", "-c", "echo 'a  b'"], "prerun": ["/bin/mkdir", "a dir"], "exit_codes": of_the_chain,
        "steps": ["fetch", "store"], "thresholds": [{"threshold": "rows", "is": "GE", "value": 1}],
        "resources": {"link": 2, "tape": "all"}, "expression": '[[Region]] = "EU"',
        "events": [{"when": "late", "event": "$NOTIFY:LOG,ops,late"}], "at": "02:00", "late_to_start": "02:15",
        "late_to_finish": "04:00", "max_run_time": "45m", "retry_on_failure": {"attempts": 2, "every": "10m"},
        "recurrence": {"runs": 3, "every": "5m", "from": "start"},
    }  # fmt: skip
    assert (skeleton.declared["thresholds"], skeleton.declared["resources"]) == ({"rows": 4}, {"link": 3, "tape": 1})
    assert "PATH" in skeleton.jobs[0].keys["environment"]


def test_a_file_arrival_comes_back_with_its_folder(stage: Stage) -> None:
    arrival = {"file": "/night/in/feed_*.csv", "created_from_ns": at("01:30"), "created_until_ns": None}
    arrival |= {"until_ns": at("03:00"), "stable_for_ns": minutes(1), "subfolders": True}
    stage.reset(stage.job("watch", run=[], file_arrival=arrival, at_ns=at("02:00")))
    skeleton = imported(stage)
    assert only(skeleton)["file_arrival"] == {
        "folder": "in", "file": "feed_*.csv", "stable_for": "60s", "subfolders": True,
    }  # fmt: skip
    assert any("startOffset 90" in remark for remark in skeleton.all_remarks())
