"""Every channel of HTTP, asked as nobody should: HTTP's own answers, nothing lost, and the desk goes on."""

from __future__ import annotations

import json
import socket
from contextlib import suppress
from urllib.parse import urlsplit

import pytest
import requests

from harness.contract.endpoints import DESK
from tests.calibration import patience_s
from tests.mocks.desk.conftest import Desk

AUTH = (DESK["user"], DESK["password"])
TAKES = {
    "pagerduty_url": "POST",
    "slack_url": "POST",
    "teams_url": "POST",
    "webhook_url": "POST, PUT",
    "servicenow_url": "GET or HEAD or POST",
    "jira_url": "GET or HEAD or POST",
    "jira_integration_url": "GET or HEAD or POST",
}


@pytest.mark.parametrize("method", ["DELETE", "PATCH", "TRACE"])
@pytest.mark.parametrize("place", TAKES)
def test_another_method_is_refused_with_those_that_there_are(desk: Desk, place: str, method: str) -> None:
    answer = requests.request(method, desk.places[place], json={"text": "x"}, auth=AUTH, timeout=10)
    assert answer.status_code == 405
    assert TAKES[place] in answer.headers.get("Allow", answer.text)
    assert desk.told() == []
    assert [field for field, _ in desk.lost()] == ["method"]


def test_who_only_looks_has_lost_no_page(desk: Desk) -> None:
    for place in ("pagerduty_url", "slack_url", "teams_url", "webhook_url"):
        answer = requests.get(desk.places[place], timeout=10)
        assert (answer.status_code, "POST" in answer.headers["Allow"]) == (405, True)
    assert requests.get(desk.played.url("/v2/enqueues"), timeout=10).status_code == 404
    assert desk.lost() == []


def test_a_page_to_a_path_that_nobody_has_is_recorded(desk: Desk) -> None:
    assert requests.post(desk.played.url("/v2/enqueues"), json={}, timeout=10).status_code == 404
    assert desk.lost() == [("path", "no channel has this path")]


def sent(desk: Desk, place: str, body: bytes, **headers: str) -> requests.Response:
    return requests.post(desk.places[place], data=body, auth=AUTH, headers=headers, timeout=10)


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize("place", ["servicenow_url", "jira_url"])
def test_json_that_is_said_to_be_a_form_is_refused(desk: Desk, place: str) -> None:
    """As by ``curl -d`` without a header."""
    page = {"short_description": "failed", "assignment_group": "data-ops", "message": "failed"}
    answer = sent(desk, place, json.dumps(page).encode(), **FORM)
    assert answer.status_code == 415
    assert desk.told() == []
    assert [field for field, _ in desk.lost()] == ["Content-Type"]


def test_a_card_that_is_said_to_be_a_form_is_accepted_and_wakes_nobody(desk: Desk) -> None:
    content = {"type": "AdaptiveCard", "version": "1.4", "body": [{"type": "TextBlock", "text": "retrieve failed"}]}
    card = json.dumps({"type": "message", "attachments": [{"content": content}]}).encode()
    assert sent(desk, "teams_url", card, **FORM).status_code == 202
    assert desk.told() == []
    assert [field for field, _ in desk.lost()] == ["attachments"]
    assert sent(desk, "teams_url", card, **{"Content-Type": "application/json"}).status_code == 202
    assert len(desk.told()) == 1


BODIES = {
    "no JSON": b"{",
    "not UTF-8": b'{"text": "\xff\xfe"}',
    "no number": b'{"text": NaN}',
    "half a letter": b'{"text": "\\ud800"}',
    "too deep": b"[" * 100_000 + b"]" * 100_000,
    "nothing": b"",
    "a zero": b"\0",
}


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize(
    "place", ["pagerduty_url", "slack_url", "teams_url", "servicenow_url", "jira_url", "webhook_url"]
)
def test_what_is_no_document_is_refused_and_recorded(desk: Desk, place: str, body: str) -> None:
    answer = sent(desk, place, BODIES[body], **{"Content-Type": "application/json"})
    assert 400 <= answer.status_code < 500, answer.text
    assert desk.told() == []
    assert len(desk.lost()) == 1


@pytest.mark.parametrize("place", TAKES)
def test_what_is_too_large_is_refused_and_recorded(desk: Desk, place: str) -> None:
    body = json.dumps({"text": "x" * 40_000_000}).encode()
    shown = {"Authorization": f"GenieKey {desk.places['jira_key']}"} if place == "jira_integration_url" else {}
    answer = requests.post(desk.places[place], data=body, auth=None if shown else AUTH, headers=shown, timeout=30)
    assert answer.status_code in (413, 202), answer.text
    assert desk.told() == []
    assert len(desk.lost()) == 1


@pytest.mark.parametrize(
    "place", ["pagerduty_url", "slack_url", "teams_url", "servicenow_url", "jira_url", "webhook_url", "/pages"]
)
def test_a_body_that_breaks_off_tells_nobody_and_is_recorded(desk: Desk, place: str) -> None:
    at = urlsplit(desk.places.get(place) or desk.played.url(place))
    head = f"POST {at.path}?{at.query} HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n"
    head += f"Authorization: {requests.auth._basic_auth_str(*AUTH)}\r\nContent-Type: application/json\r\n\r\n"
    with socket.create_connection(("127.0.0.1", at.port or 0), timeout=patience_s()) as line:
        line.sendall(head.encode() + b'{"text": "retrieve fai')
        line.shutdown(socket.SHUT_WR)
        with suppress(ConnectionResetError):
            while line.recv(4096):
                pass
    assert requests.get(desk.played.url("/pages"), timeout=10).json() == {"pages": []}
    assert [field in ("body", "connection", "desk") for field, _ in desk.lost()] == [True]
