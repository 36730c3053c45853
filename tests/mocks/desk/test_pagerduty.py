"""PagerDuty's Events API v2, by the vendor's own client, and as public jobs post to it."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from typing import Any

import httpx
import pagerduty
import pytest
import requests

from tests.mocks.desk.conftest import OWNER, Desk


@pytest.fixture
def client(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[pagerduty.EventsApiV2Client]:
    """It takes no address but one of HTTPS."""
    monkeypatch.setenv("SSL_CERT_FILE", str(desk.night.dir / "desk-authority.pem"))
    url = f"https://127.0.0.1:{desk.played.endpoints['desk-tls']}"
    with pagerduty.EventsApiV2Client(desk.places["routing_key"], base_url=url) as client:
        yield client


def test_an_alert_is_triggered_once_then_repeats_until_it_is_resolved(
    desk: Desk, client: pagerduty.EventsApiV2Client
) -> None:
    details = {"job": "retrieve", "cause": "exit 3: no answer", "attempts": 3}
    assert client.trigger("retrieve failed", "batch01", dedup_key="night", custom_details=details) == "night"
    assert client.trigger("retrieve failed", "batch01", dedup_key="night", custom_details=details) == "night"
    (page,) = desk.told()
    assert page == {
        "owner": OWNER,
        "job": "retrieve",
        "cause": "exit 3: no answer",
        "text": "retrieve failed\n\njob: retrieve\ncause: exit 3: no answer\nattempts: 3",
        "runbook": None,
        "channel": "pagerduty",
        "to": desk.places["routing_key"],
        "key": "night",
    }
    assert desk.repeats() == [1]
    client.acknowledge("night")
    client.trigger("retrieve failed", "batch01", dedup_key="night")
    assert desk.repeats() == [1, 2], "an acknowledged alert is open"
    client.resolve("night")
    assert desk.said("acknowledge") == desk.said("resolve") == [("ok", "night")]
    client.trigger("retrieve failed", "batch01", dedup_key="night")
    assert len(desk.told()) == 2


def test_without_a_key_each_trigger_is_an_alert_with_a_key_of_its_own(
    desk: Desk, client: pagerduty.EventsApiV2Client
) -> None:
    keys = [client.trigger("retrieve failed", "batch01") for _ in range(2)]
    assert len(set(keys)) == 2
    assert [page["key"] for page in desk.told()] == keys
    client.resolve(keys[0])
    assert desk.said("resolve") == [("ok", keys[0])]


def test_what_is_not_open_cannot_be_taken_and_the_client_is_not_told(
    desk: Desk, client: pagerduty.EventsApiV2Client
) -> None:
    assert client.acknowledge("never") == "never"
    assert client.resolve("never") == "never"
    assert desk.said("acknowledge") == desk.said("resolve") == [("fail", "never")]


def test_a_routing_key_that_is_nobodys_is_accepted_and_wakes_nobody(
    desk: Desk, client: pagerduty.EventsApiV2Client
) -> None:
    with pagerduty.EventsApiV2Client("f" * 32, base_url=client.url) as other:
        assert other.trigger("retrieve failed", "batch01", dedup_key="k") == "k"
    assert desk.told() == []
    assert desk.lost() == [("routing_key", "accepted, and nobody is told: no integration has this routing key")]


def test_a_change_event_pages_nobody(desk: Desk, client: pagerduty.EventsApiV2Client) -> None:
    client.send_change_event(payload={"summary": "new forecast model"})
    assert desk.told() == []
    assert [value["text"] for _, value, _ in desk.night.events("note")] == ["new forecast model"]


EVENT: dict[str, Any] = {
    "routing_key": "0" * 32,
    "event_action": "trigger",
    "payload": {"summary": "s", "source": "h", "severity": "critical"},
}


@pytest.mark.parametrize(
    ("changed", "mistake"),
    [
        ({"routing_key": "short"}, "Length of 'routing_key' is incorrect (should be 32 characters)"),
        (
            {"routing_key": "e+23rschqsESqk9Q6_-g" + "0" * 12},
            "'routing_key' cannot contain non-alphanumeric characters.",
        ),
        ({"routing_key": None}, "'routing_key' is missing or blank"),
        ({"event_action": "open"}, "'event_action' is missing or invalid"),
        ({"event_action": "resolve"}, "'dedup_key' is missing or blank"),
        ({"dedup_key": "k" * 256}, "'dedup_key' is too long"),
        ({"payload": None}, "'payload' is missing or blank"),
        ({"payload": {"source": "h", "severity": "critical"}}, "'payload.summary' is missing or blank"),
        ({"payload": {"summary": "s", "source": "h", "severity": "P1"}}, "'payload.severity' is invalid"),
        ({"payload": {"summary": "s" * 1025, "source": "h", "severity": "info"}}, "'payload.summary' is too long"),
    ],
)
def test_an_invalid_event_is_refused_with_each_mistake(desk: Desk, changed: dict[str, Any], mistake: str) -> None:
    answer = requests.post(desk.places["pagerduty_url"], json=EVENT | changed, timeout=10)
    assert answer.status_code == 400
    assert answer.json()["status"] == "invalid event"
    assert answer.json()["message"] == "Event object is invalid"
    assert any(error.startswith(mistake) for error in answer.json()["errors"]), answer.json()
    assert len(desk.lost()) == 1
    assert desk.told() == []


def test_no_json_and_too_much_of_it_are_refused(desk: Desk) -> None:
    answer = requests.post(desk.places["pagerduty_url"], data=b"{", timeout=10)
    assert (answer.status_code, answer.json()["errors"]) == (400, ["JSON parse error"])
    answer = requests.post(desk.places["pagerduty_url"], data=b" " * (513 << 10), timeout=10)
    assert answer.status_code == 413
    assert [field for field, _ in desk.lost()] == ["body", "body"]


def _urllib(url: str, event: dict[str, Any]) -> int:
    asked = urllib.request.Request(url, json.dumps(event).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(asked, timeout=10) as answer:
        return int(answer.status)


@pytest.mark.parametrize(
    ("event", "job", "cause"),
    [
        pytest.param(
            {
                "dedup_key": "health-disk",
                "payload": {
                    "summary": "nightly disk: 97 % used",
                    "severity": "critical",
                    "source": "health-monitor",
                    "custom_details": {"value": 97, "threshold": 90},
                },
            },
            "health-monitor",
            "nightly disk: 97 % used",
            id="a health check",
        ),
        pytest.param(
            {
                "client": "Airflow",
                "payload": {
                    "summary": "DAG feed failed",
                    "severity": "error",
                    "source": "airflow",
                    "component": "feed",
                    "custom_details": {"dag_id": "feed", "task_id": "retrieve", "exception": "HTTP 503"},
                },
            },
            "retrieve",
            "HTTP 503",
            id="an orchestrator's callback",
        ),
        pytest.param(
            {"payload": {"summary": "critical error", "source": "deploy", "severity": "critical",
                         "custom_details": {"message": "disk full"}}},
            "deploy",
            "critical error",
            id="a shell script's curl",
        ),
        pytest.param(
            {
                "payload": {
                    "summary": "forecast is late",
                    "source": "batch01",
                    "severity": "warning",
                    "component": "publish",
                    "group": "planning",
                    "class": "late file",
                    "timestamp": "2026-11-23T02:00:00Z",
                },
                "links": [{"href": "https://wiki/runbooks/late", "text": "Runbook"}],
            },
            "publish",
            "forecast is late",
            id="with component, class and links",
        ),
        pytest.param(
            {"payload": {"summary": "retrieve died", "source": "x", "severity": "info", "custom_details": "text"}},
            "retrieve",
            "retrieve died",
            id="details that are a text",
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("post", ["requests", "httpx", "urllib"])
def test_as_public_jobs_post_it(desk: Desk, event: dict[str, Any], job: str, cause: str, post: str) -> None:
    url, event = (
        desk.places["pagerduty_url"],
        {"routing_key": desk.places["routing_key"], "event_action": "trigger"} | event,
    )
    status = {
        "requests": lambda: requests.post(url, json=event, timeout=10).status_code,
        "httpx": lambda: httpx.post(url, json=event).status_code,
        "urllib": lambda: _urllib(url, event),
    }[post]()
    assert status == 202
    (page,) = desk.told()
    assert (page["owner"], page["job"], page["cause"]) == (OWNER, job, cause)
    assert page["runbook"] == ("https://wiki/runbooks/late" if "links" in event else None)
