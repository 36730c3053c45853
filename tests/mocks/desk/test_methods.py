"""Every channel of HTTP, asked by a method that it does not take, and a path that nobody has: HTTP's own answers."""

from __future__ import annotations

import pytest
import requests

from harness.contract.endpoints import DESK
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
