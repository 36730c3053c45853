"""A job's JSON is kept between two reads, and never older than anything that it shows of others."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from tests.calibration import patience_s
from tests.mocks.scheduler.api.opcon_client import OpConClient
from tests.mocks.scheduler.scheduler_stage import Stage, at

SCHEDULE = "20261123|1|1"
PARTS = ("status", "dependencies", "thresholdDependencies", "resourceDependencies", "properties")
"""What a job shows, and has as resources of their own, which are never kept."""


@pytest.fixture
def client(stage: Stage) -> OpConClient:
    return OpConClient(f"http://127.0.0.1:{stage.port('scheduler')}")


def shown(client: OpConClient, name: str) -> dict[str, Any]:
    """A job as it is read alone and in a list, held against its parts; reading it keeps it for the next time."""
    job = client.job(f"{SCHEDULE}|{name}")
    assert [job] == client.ask("GET", f"/dailyjobs?name={name}&dates=2026-11-23")
    for part in PARTS:
        assert job[part] == client.ask("GET", f"/dailyjobs/{quote(job['id'], safe='')}/{part}"), part
    return job


def predecessors(job: dict[str, Any]) -> list[tuple[bool, str | None]]:
    return [(one["isSatisfied"], one["predecessor"]["status"]) for one in job["dependencies"]]


def test_a_job_that_waits_shows_how_its_predecessors_stand_although_nothing_becomes_of_it(
    stage: Stage, client: OpConClient
) -> None:
    stage.reset(
        stage.job("load", "sleep 600", at_ns=at("02:00")),
        stage.job("stock", "sleep 3600", at_ns=at("02:00")),
        stage.job("publish", "true", after=["load", "stock"]),
    )
    stage.ask("scheduler", "/start")
    told, statuses = [], set()
    for until in ("01:30", "02:05", "02:30"):
        stage.controller.run(at(until), runaway_s=patience_s())
        job = shown(client, "publish")
        told.append(predecessors(job))
        statuses.add(job["status"]["description"])
    assert told == [
        [(False, "Wait Start Time"), (False, "Wait Start Time")],
        [(False, "Job Running"), (False, "Job Running")],
        [(True, "Finished OK"), (False, "Job Running")],
    ]
    assert statuses == {"Wait Job Dependency"}


def test_a_job_that_has_ended_shows_what_becomes_of_its_predecessor_after_that(
    stage: Stage, client: OpConClient
) -> None:
    stage.night(stage.job("load", "true", at_ns=at("02:00")), stage.job("publish", "true", after=["load"]))
    assert predecessors(shown(client, "publish")) == [(True, "Finished OK")]
    client.job_action("restartOnHold", f"{SCHEDULE}|load")
    assert predecessors(shown(client, "publish")) == [(False, "On Hold")]
    client.job_action("cancel", f"{SCHEDULE}|load")
    assert predecessors(shown(client, "publish")) == [(False, "Cancelled")]


def test_a_predecessor_that_is_built_later_is_shown_from_then_on(stage: Stage, client: OpConClient) -> None:
    stage.reset(
        stage.job("load", "true", at_ns=at("02:00")),
        stage.job("publish", "true", at_ns=at("03:00"), after=[{"job": "load", "days_before": 1}]),
    )
    [absent] = shown(client, "publish")["dependencies"]
    assert (absent["isSatisfied"], absent["predecessor"]["id"]) == (True, None)
    client.build("feed", "2026-11-22")
    [built] = shown(client, "publish")["dependencies"]
    assert (built["isSatisfied"], built["predecessor"]["id"]) == (False, "20261122|1|1|load")


def test_thresholds_and_resources_are_shown_as_they_are_now(stage: Stage, client: OpConClient) -> None:
    stage.reset(
        stage.job("first", "sleep 3600", at_ns=at("02:00"), resources={"link": 2}),
        stage.job(
            "second", "true", at_ns=at("02:10"), resources={"link": 1},
            thresholds=[{"threshold": "rows", "operator": "GE", "value": 5}],
        ),
        thresholds={"rows": 0}, resources={"link": 2},
    )  # fmt: skip
    stage.ask("scheduler", "/start")

    def told() -> tuple[int, int, list[str], str]:
        job = shown(client, "second")
        [threshold], [resource] = job["thresholdDependencies"], job["resourceDependencies"]
        used, status = resource["resource"]["used"], job["status"]["description"]
        return threshold["threshold"]["value"], used, job["detailMessages"], status

    assert told() == (0, 0, [], "Wait Start Time")
    stage.controller.run(at("02:15"), runaway_s=patience_s())
    waits = "Wait Threshold/Resource Dependency"
    assert told() == (0, 2, ["the threshold rows GE 5"], waits)
    client.ask("PUT", "/thresholds/rows", {"value": 3})
    assert told() == (3, 2, ["the threshold rows GE 5"], waits)
    client.ask("PUT", "/thresholds/rows", {"value": 5})
    assert told() == (5, 2, ["the resource link"], waits)


def test_a_property_that_a_client_sets_is_shown_at_once(stage: Stage, client: OpConClient) -> None:
    stage.reset(stage.job("load", "true", at_ns=at("02:00")))
    assert shown(client, "load")["properties"] == []
    path = f"/dailyjobs/{quote(f'{SCHEDULE}|load', safe='')}"
    client.ask("PUT", path, {"properties": [{"key": "Region", "value": "EU"}]})
    assert shown(client, "load")["properties"] == [{"key": "Region", "value": "EU"}]
