"""Slack's incoming webhooks, by the vendor's own client, and as public jobs post to them."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests
from slack_sdk.models.blocks import HeaderBlock, SectionBlock
from slack_sdk.webhook import WebhookClient

from tests.mocks.desk.conftest import OWNER, Desk


@pytest.fixture
def hook(desk: Desk) -> str:
    return desk.places["slack_url"]


def test_a_message_pages_the_owner_of_the_channel_each_time(desk: Desk, hook: str) -> None:
    answer = WebhookClient(hook).send(text="retrieve failed: HTTP 503")
    assert (answer.status_code, answer.body) == (200, "ok")
    WebhookClient(hook).send(text="retrieve failed: HTTP 503")
    pages = desk.told()
    assert [(page["owner"], page["job"], page["cause"]) for page in pages] == [
        (OWNER, "retrieve", "retrieve failed: HTTP 503")
    ] * 2, "Slack knows no duplicates"
    assert pages[0] | {"channel": "slack", "to": hook.partition("/services/")[2], "key": None} == pages[0]


def test_blocks_are_read(desk: Desk, hook: str) -> None:
    blocks = [
        HeaderBlock(text="Nightly feed failed"),
        SectionBlock(fields=["*Job:*\nretrieve", "*Cause:*\nexit 3: no answer"]),
        SectionBlock(text="See <https://wiki|the wiki>"),
    ]
    assert WebhookClient(hook).send(text="Nightly feed failed", blocks=blocks).body == "ok"
    (page,) = desk.told()
    assert (page["job"], page["cause"]) == ("retrieve", "exit 3: no answer")
    assert "the wiki" in page["text"]


def test_good_news_pages_nobody(desk: Desk, hook: str) -> None:
    news = {"title": "Status", "value": "succeeded", "short": True}
    assert WebhookClient(hook).send(text="nightly feed", attachments=[{"fields": [news]}]).body == "ok"
    assert desk.told() == []
    assert [value["text"] for _, value, _ in desk.night.events("note")] == ["nightly feed\n\nStatus: succeeded"]


@pytest.mark.parametrize(
    ("path", "body", "status", "word"),
    [
        ("{hook}", b"{", 400, "invalid_payload"),
        ("{hook}", b"[]", 400, "invalid_payload"),
        ("{hook}", b"{}", 400, "no_text"),
        (
            "{hook}",
            json.dumps({"text": "x", "attachments": [{"text": "y"}] * 101}).encode(),
            400,
            "too_many_attachments",
        ),
        ("T0/B0/none", b'{"text": "x"}', 404, "no_service"),
        ("T0", b'{"text": "x"}', 403, "invalid_token"),
    ],
)
def test_refusals_are_plain_words(desk: Desk, hook: str, path: str, body: bytes, status: int, word: str) -> None:
    url = hook if path == "{hook}" else desk.played.url(f"/services/{path}")
    answer = requests.post(url, data=body, headers={"Content-Type": "application/json"}, timeout=10)
    assert (answer.status_code, answer.text) == (status, word)
    assert desk.told() == []
    assert len(desk.lost()) == 1


@pytest.mark.parametrize(
    ("payload", "job", "cause"),
    [
        pytest.param({"text": ":red_circle: Task Failed.\n*Task*: retrieve\n*Dag*: feed\n*Error*: HTTP 503"},
                     "retrieve", "HTTP 503", id="an orchestrator's callback"),
        pytest.param({"text": "Message from Python! :spaghetti:"}, "", "Message from Python! :spaghetti:", id="a line"),
        pytest.param({"username": "cron", "icon_emoji": ":x:", "channel": "#ops", "text": "publish: disk full"},
                     "publish", "publish: disk full", id="with a name and an icon"),
        pytest.param({"attachments": [{"color": "danger", "title": "Job failed", "text": "it ended with 3",
                                       "fields": [{"title": "Job", "value": "retrieve", "short": True},
                                                  {"title": "Reason", "value": "exit 3", "short": True}]}]},
                     "retrieve", "exit 3", id="an attachment with fields"),
        pytest.param({"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "*retrieve* has failed"}},
                                 {"type": "context", "elements": [{"type": "mrkdwn", "text": "host: batch01"}]}]},
                     "retrieve", "retrieve has failed", id="blocks alone"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("form", [False, True], ids=["json", "form"])
def test_as_public_jobs_post_it(
    desk: Desk, hook: str, payload: dict[str, Any], job: str, cause: str, form: bool
) -> None:
    body: dict[str, Any] = {"data": {"payload": json.dumps(payload)}} if form else {"json": payload}
    answer = requests.post(hook, **body, timeout=10)
    assert (answer.status_code, answer.text) == (200, "ok")
    (page,) = desk.told()
    assert (page["job"], page["cause"]) == (job, cause)
