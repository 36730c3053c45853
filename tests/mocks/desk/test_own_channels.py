"""A channel that a package adds: what comes by it is a page like any other; what cannot be read has failed."""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest
import requests
from jsonschema import Draft202012Validator

from harness.contract.events.schema import history_schema
from tests.calibration import patience_s
from tests.mocks.conftest import NightOfMocks
from tests.mocks.desk.conftest import Desk

TEXT = "Job: retrieve\nCause: the stage is empty"


@pytest.fixture
def ntfy(night: NightOfMocks) -> Desk:
    return Desk(night, program="tests.mocks.desk.with_ntfy")


def sent(desk: Desk, text: str | bytes = TEXT, topic: str = "data-ops", **headers: str) -> tuple[int, Any]:
    url = desk.played.url(f"/ntfy/{topic}")
    found = requests.post(url, data=text, headers=headers, timeout=patience_s())
    return found.status_code, found.json()


def test_its_message_is_a_page_with_job_and_cause(ntfy: Desk) -> None:
    assert sent(ntfy, **{"X-Title": "retrieve has failed"}) == (
        200,
        {"event": "message", "title": "retrieve has failed", "message": TEXT},
    )
    (page,) = ntfy.told()
    of = ("owner", "job", "cause", "channel", "to", "key")
    assert [page[name] for name in of] == ["data-ops", "retrieve", "the stage is empty", "ntfy", "data-ops", None]
    validator = Draft202012Validator(history_schema())
    events = [json.loads(event.to_json()) for event in ntfy.night.history()]
    assert [one.message for event in events for one in validator.iter_errors(event)] == []


@pytest.mark.parametrize(
    ("text", "topic", "status", "field"),
    [
        ("", "data-ops", 400, "body"),
        ("x" * 5_000, "data-ops", 413, "body"),
        (TEXT, "nobody", 404, "address"),
        (TEXT, "data-ops/more", 404, "address"),
    ],
)
def test_what_cannot_be_taken_is_told_in_its_words_and_recorded(
    ntfy: Desk, text: str, topic: str, status: int, field: str
) -> None:
    found, body = sent(ntfy, text, topic)
    assert (found, body["http"], body["code"]) == (status, status, status * 100 + 1)
    assert [name for name, _ in ntfy.lost()] == [field]
    assert not ntfy.told()


def test_a_body_that_is_broken_is_its_senders_mistake(ntfy: Desk) -> None:
    assert sent(ntfy, b"no gzip", **{"Content-Encoding": "gzip"})[0] == 400
    assert [name for name, _ in ntfy.lost()] == ["body"]
    assert not ntfy.night.events("bug")


def test_a_message_that_breaks_off_has_reached_nobody(ntfy: Desk) -> None:
    with socket.create_connection(("127.0.0.1", ntfy.played.endpoints["desk"]), timeout=patience_s()) as line:
        line.sendall(b"POST /ntfy/data-ops HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\nJob: ")
        ntfy.played.get("/pages")  # the desk has had the turn, and waits for the rest
    while not ntfy.lost():
        ntfy.played.get("/pages")
    assert [field for field, _ in ntfy.lost()] == ["connection"]
    assert not ntfy.told()
    assert not ntfy.night.events("bug")


def test_faults_of_the_desk_meet_it_by_its_name(ntfy: Desk) -> None:
    ntfy.played.arm("deliver", {"vanish": "lost"}, where={"channel": "ntfy"}, times=1)
    assert sent(ntfy)[0] == 200
    assert ntfy.lost() == [("delivery", "accepted, and nobody is told: the desk has lost it")]
    status, found = ntfy.played.call(
        "POST",
        "arm",
        {"id": "1", "fault": "t", "point": "reach", "where": {"channel": "ntfi"}, "effect": {"down": True}},
    )
    assert status == 400
    assert found["error"].startswith("channel: found 'ntfi', expected pages or mail or ")


def test_a_night_whose_jobs_know_a_channel_that_nothing_here_plays_does_not_begin(desk: Desk) -> None:
    status, found = desk.played.call("POST", "reset", desk.night.plan | {"takes": ["desk.url", "desk.ntfy_url"]})
    assert status == 500
    assert found["error"]["where"] == "the channel 'ntfy' of the desk"
    desk.played.done("POST", "reset", desk.night.plan | {"takes": ["desk.slack_url", "desk.user", "desk.authority"]})
