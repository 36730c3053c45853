"""The plain webhook: whatever JSON or text is posted to an owner's hook."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.mocks.desk.conftest import OWNER, Desk


def test_what_has_a_key_is_told_once_until_it_is_over(desk: Desk) -> None:
    url, event = desk.places["webhook_url"], {"alias": "night", "summary": "retrieve failed"}
    for status in ("firing", "firing", "acknowledged", "resolved", "firing"):
        answer = requests.post(url, json=event | {"status": status}, timeout=10)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert len(desk.told()) == 2
    assert desk.repeats() == [1]
    assert desk.said("acknowledge") == desk.said("resolve") == [("ok", "night")]


def test_without_a_key_each_is_a_page(desk: Desk) -> None:
    for _ in range(2):
        requests.put(desk.places["webhook_url"], json={"summary": "retrieve failed"}, timeout=10)
    assert [(page["owner"], page["key"]) for page in desk.told()] == [(OWNER, None)] * 2


@pytest.mark.parametrize(
    ("path", "body", "status", "field"),
    [
        ("/hooks/nobody", b'{"text": "x"}', 404, "address"),
        ("/hooks/data-ops", b"", 400, "body"),
        ("/hooks/data-ops", b"{}", 400, "body"),
        ("/nowhere", b'{"text": "x"}', 404, "path"),
    ],
)
def test_what_cannot_be_taken_is_refused_and_recorded(
    desk: Desk, path: str, body: bytes, status: int, field: str
) -> None:
    assert requests.post(desk.played.url(path), data=body, timeout=10).status_code == status
    assert desk.told() == []
    assert [name for name, _ in desk.lost()] == [field]


ALERT = {"labels": {"alertname": "FeedLate", "job": "retrieve"}, "annotations": {"summary": "the feed is late"}}


@pytest.mark.parametrize(
    ("sent", "job", "cause"),
    [
        pytest.param({"version": "4", "status": "firing", "groupKey": "{}:{}", "alerts": [ALERT]},
                     "retrieve", "the feed is late", id="Alertmanager's"),
        pytest.param({"title": "[Alerting] retrieve", "state": "alerting", "message": "no data", "ruleId": 1},
                     "retrieve", "[Alerting] retrieve", id="Grafana's"),
        pytest.param({"job": "retrieve", "error": "exit 3", "runbook": "r.md"},
                     "retrieve", "exit 3", id="its own names"),
        pytest.param({"msg": "retrieve failed", "context": {"task": "publish", "reason": "no rows"}},
                     "publish", "no rows", id="nested"),
        pytest.param("publish failed\nError: disk full", "publish", "disk full", id="a text"),
    ],
)  # fmt: skip
def test_as_public_jobs_post_it(desk: Desk, sent: Any, job: str, cause: str) -> None:
    body: dict[str, Any] = {"json": sent} if isinstance(sent, dict) else {"data": sent}
    assert requests.post(desk.places["webhook_url"], **body, timeout=10).status_code == 200
    (page,) = desk.told()
    assert (page["job"], page["cause"]) == (job, cause)
