"""Jira Service Management's alerts by both doors, as public jobs ask them; there is no client of the vendor's."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
import requests

from harness.contract.endpoints import DESK
from tests.mocks.desk.conftest import OWNER, Desk

AUTH = (DESK["user"], DESK["password"])


class Door:
    """One of the two doors: its address, and how a client shows who it is."""

    def __init__(self, desk: Desk, name: str) -> None:
        self.integration = name == "integration"
        self.url = desk.places["jira_integration_url" if self.integration else "jira_url"]
        self.key = {"Authorization": f"GenieKey {desk.places['jira_key']}"}
        self.responders = [{"id": desk.places["jira_team"], "type": "team"}]

    def ask(self, method: str, path: str = "", **more: Any) -> requests.Response:
        shown: dict[str, Any] = {"headers": self.key} if self.integration else {"auth": AUTH}
        return requests.request(method, self.url + path, **shown, **more, timeout=10)

    def create(self, **alert: Any) -> str:
        answer = self.ask("POST", json={"message": "retrieve failed", "responders": self.responders} | alert)
        assert answer.status_code == 202
        assert answer.json()["result"] == "Request will be processed"
        return str(answer.json()["requestId"])

    def outcome(self, request: str) -> Any:
        found = self.ask("GET", f"/requests/{request}").json()
        return found["data"] if self.integration else found


@pytest.fixture(params=["api", "integration"])
def door(desk: Desk, request: pytest.FixtureRequest) -> Door:
    return Door(desk, request.param)


def test_an_alert_of_an_alias_is_told_once_until_it_is_closed(desk: Desk, door: Door) -> None:
    first = door.outcome(door.create(alias="night", description="Job: retrieve", details={"cause": "exit 3"}))
    assert (first["isSuccess"], first["action"], first["alias"]) == (True, "Create", "night")
    again = door.outcome(door.create(alias="night"))
    assert again["alertId"] == first["alertId"]
    (page,) = desk.told()
    assert (page["owner"], page["job"], page["cause"], page["key"]) == (OWNER, "retrieve", "exit 3", "night")
    assert page["to"] == desk.places["jira_team"]
    assert desk.repeats() == [1]
    assert door.ask("POST", f"/{first['alertId']}/acknowledge", json={"note": "on it"}).status_code == 202
    by_alias = "/night/close?identifierType=alias"
    assert door.ask("POST", by_alias, json={"note": "done"}).status_code == 202
    assert desk.said("acknowledge") == desk.said("resolve") == [("ok", "night")]
    assert [value["text"] for _, value, _ in desk.night.events("note")] == ["on it", "done"]
    door.create(alias="night")
    assert len(desk.told()) == 2


def test_an_alert_is_shown_listed_and_counted(door: Door) -> None:
    id_ = door.outcome(door.create(alias="night"))["alertId"]
    door.create(alias="night")
    door.create(alias="other")
    shown = door.ask("GET", f"/{id_}").json()
    shown = shown["data"] if door.integration else shown
    assert (shown["count"], shown["status"], shown["acknowledged"]) == (2, "open", False)
    listed = door.ask("GET", params={"query": 'status: open AND alias: "night"'}).json()["values"]
    assert [alert["id"] for alert in listed] == [id_]
    assert door.ask("GET", "/none").status_code == 404


def test_what_no_alert_has_is_accepted_and_nothing_comes_of_it(desk: Desk, door: Door) -> None:
    answer = door.ask("POST", "/none/acknowledge", json={})
    assert answer.status_code == 202
    outcome = door.outcome(answer.json()["requestId"])
    assert (outcome["isSuccess"], outcome["status"]) == (False, "Alert does not exist")
    assert desk.said("acknowledge") == [("fail", "none")]


def test_without_a_responder_an_integration_tells_its_team_and_a_user_nobody(desk: Desk, door: Door) -> None:
    door.create(responders=[])
    assert [page["owner"] for page in desk.told()] == [OWNER] * door.integration
    nobody = ("responders", "accepted, and nobody is told: the alert has no responder")
    assert desk.lost() == ([] if door.integration else [nobody])


def test_a_responder_that_is_nobody_is_accepted_and_not_told(desk: Desk, door: Door) -> None:
    door.create(responders=[{"id": "4513b7ea-3b91-438f-b7e4-e3e54af9147c", "type": "team"}, *door.responders])
    assert [page["owner"] for page in desk.told()] == [OWNER]
    assert desk.lost() == [("responders", "accepted, and nobody is told: there is no such responder")]


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"message": ""}, "message"),
        ({"description": "no message"}, "message"),
        ({"message": "m", "responders": "data-ops"}, "responders"),
        ({"message": "m", "responders": [{}] * 51}, "responders"),
        ({"message": "m" * 131}, "message"),
        ({"message": "m", "alias": "a" * 513}, "alias"),
        ({"message": "m", "priority": "high"}, "priority"),
        ([], "body"),
    ],
)
def test_what_cannot_be_processed_is_refused_field_by_field(desk: Desk, door: Door, sent: Any, field: str) -> None:
    answer = door.ask("POST", json=sent)
    assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])
    assert answer.json()["message"] == "Request body is not processable. Please check the errors."
    assert [name for name, _ in desk.lost()] == [field]


def test_a_message_that_just_fits_is_told(desk: Desk, door: Door) -> None:
    """130 characters: who puts an exception into it has the page refused, and nobody is woken."""
    door.create(message="m" * 130, alias="a" * 512, priority="P1", description="d" * 15_000)
    assert len(desk.told()) == 1


def test_what_is_no_json_is_a_bad_request(desk: Desk, door: Door) -> None:
    answer = door.ask("POST", data=b"{")
    assert (answer.status_code, list(answer.json())) == (400, ["message", "took", "requestId"])
    assert [name for name, _ in desk.lost()] == ["body"]


def test_who_shows_no_credentials_is_refused(desk: Desk, door: Door) -> None:
    for headers in ({}, {"Authorization": "GenieKey none"}, {"Authorization": "Basic bm9ib2R5Om5vbmU="}):
        answer = requests.post(door.url, json={"message": "m"}, headers=headers, timeout=10)
        assert (answer.status_code, answer.json()["message"]) == (401, "Could not authenticate")
    assert len(desk.lost()) == 3


@pytest.mark.parametrize(
    ("sent", "job", "cause"),
    [
        pytest.param({"message": "Airflow ran badly!"}, "", "Airflow ran badly!", id="a message alone"),
        pytest.param({"message": "retrieve failed", "alias": "uuid", "source": "ASC", "description": "Source: x",
                      "details": {"cluster": "a"}}, "retrieve", "retrieve failed", id="with an alias and details"),
        pytest.param({"message": "feed is late", "entity": "publish", "priority": "P1", "tags": ["nightly"]},
                     "publish", "feed is late", id="with an entity and a priority"),
        pytest.param({"message": "secrets expire", "extraProperties": {"job": "retrieve", "reason": "in 3 days"}},
                     "retrieve", "in 3 days", id="with extra properties"),
        pytest.param({"message": "node down", "actions": ["Restart"], "note": "n", "visibleTo": [],
                      "source": "retrieve"}, "retrieve", "node down", id="with actions"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("client", [requests, httpx], ids=["requests", "httpx"])
def test_as_public_jobs_post_it(
    desk: Desk, door: Door, sent: dict[str, Any], job: str, cause: str, client: Any
) -> None:
    shown: dict[str, Any] = {"headers": door.key} if door.integration else {"auth": AUTH}
    answer = client.post(door.url, json=sent | {"responders": door.responders}, **shown)
    assert answer.status_code == 202
    (page,) = desk.told()
    assert (page["job"], page["cause"]) == (job, cause)
