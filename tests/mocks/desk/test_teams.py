"""Teams' Workflows, as public jobs post Adaptive Cards to them; there is no client of the vendor's."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

import httpx
import pytest
import requests

from tests.mocks.desk.conftest import OWNER, Desk

CARD = "application/vnd.microsoft.card.adaptive"


def message(*body: dict[str, Any], **card: Any) -> dict[str, Any]:
    content = {"type": "AdaptiveCard", "version": "1.4", "body": list(body)} | card
    return {"type": "message", "attachments": [{"contentType": CARD, "contentUrl": None, "content": content}]}


def line(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "TextBlock", "text": text, "wrap": True} | more


def test_a_card_pages_the_owner_of_the_flow_each_time(desk: Desk) -> None:
    for _ in range(2):
        answer = requests.post(desk.places["teams_url"], json=message(line("retrieve failed: HTTP 503")), timeout=10)
        assert (answer.status_code, answer.content) == (202, b"")
    first, second = desk.told()
    assert (first["owner"], first["job"], first["cause"]) == (OWNER, "retrieve", "retrieve failed: HTTP 503")
    assert (first["channel"], first["key"]) == ("teams", None)
    assert first == second, "Teams knows no duplicates"


@pytest.mark.parametrize(
    ("sent", "failed"),
    [
        ({"text": "retrieve failed"}, "the 'foreach' over 'attachments' has a value of type 'Null'"),
        ({"@type": "MessageCard", "title": "t", "text": "retrieve failed"}, "type 'Null'"),
        ({"type": "message", "attachments": []}, "there is no attachment"),
        ({"type": "message", "attachments": [{"contentType": CARD, "content": {"type": "message"}}]}, "'AdaptiveCard'"),
        (message(line("x"), version=1.4), "Property 'version' must be a string"),
        (message(line("x" * 30_000)), "Request Entity too large"),
    ],
)
def test_what_the_flow_cannot_post_is_accepted_and_wakes_nobody(desk: Desk, sent: dict[str, Any], failed: str) -> None:
    assert requests.post(desk.places["teams_url"], json=sent, timeout=10).status_code == 202
    assert desk.told() == []
    ((field, why),) = desk.lost()
    assert field == "attachments"
    assert failed in str(why)


def test_the_trigger_refuses_what_it_cannot_take(desk: Desk) -> None:
    url = desk.places["teams_url"]
    flow = desk.addresses.of("teams", OWNER)
    bare = url.partition("&sig=")[0]
    refused = {
        (401, "DirectApiAuthorizationRequired"): requests.post(bare, json=message(line("x")), timeout=10),
        (401, "AuthorizationFailed"): requests.post(f"{bare}&sig=wrong", json=message(line("x")), timeout=10),
        (404, "WorkflowNotFound"): requests.post(url.replace(flow, "0" * 32), json=message(line("x")), timeout=10),
        (400, "InvalidRequestContent"): requests.post(url, data=b"{", timeout=10),
    }
    assert {(answer.status_code, answer.json()["error"]["code"]) for answer in refused.values()} == set(refused)
    assert len(desk.lost()) == 4


def _urllib(url: str, sent: dict[str, Any]) -> int:
    asked = urllib.request.Request(url, json.dumps(sent).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(asked, timeout=10) as answer:
        return int(answer.status)


FACTS = {"type": "FactSet", "facts": [{"title": "Job:", "value": "retrieve"}, {"title": "Reason", "value": "exit 3"}]}
COLUMN = {"type": "Column", "width": "stretch", "items": [line("Job: publish", weight="Bolder")]}


@pytest.mark.parametrize(
    ("sent", "job", "cause"),
    [
        pytest.param(message(line("retrieve failed", weight="bolder"), line("it ended with 3")),
                     "retrieve", "retrieve failed", id="a title and a body"),
        pytest.param(message(line("Nightly feed"), FACTS), "retrieve", "exit 3", id="a set of facts"),
        pytest.param(message({"type": "ColumnSet", "columns": [COLUMN]}, line("Error: disk full")),
                     "publish", "disk full", id="columns"),
        pytest.param(message({"type": "Container", "items": [line("**publish** is late")]}, msteams={"width": "Full"}),
                     "publish", "publish is late", id="a container"),
        pytest.param(message(line("retrieve: no file"), actions=[{"type": "Action.OpenUrl", "title": "Log",
                                                                  "url": "https://logs"}]),
                     "retrieve", "retrieve: no file", id="with a button"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("post", ["requests", "httpx", "urllib"])
def test_as_public_jobs_post_it(desk: Desk, sent: dict[str, Any], job: str, cause: str, post: str) -> None:
    url = desk.places["teams_url"]
    posted = {
        "requests": lambda: requests.post(url, json=sent, timeout=10).status_code,
        "httpx": lambda: httpx.post(url, json=sent).status_code,
        "urllib": lambda: _urllib(url, sent),
    }[post]
    assert posted() == 202
    (page,) = desk.told()
    assert (page["job"], page["cause"]) == (job, cause)


def test_the_address_that_logic_apps_gave_is_known_too(desk: Desk) -> None:
    url = desk.places["teams_url"].replace("/powerautomate/automations/direct", "")
    assert requests.post(url, json=message(line("retrieve failed")), timeout=10).status_code == 202
    assert len(desk.told()) == 1
