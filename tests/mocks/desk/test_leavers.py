"""An owner who has left: each address was somebody's and is closed, which each vendor has an answer for."""

from __future__ import annotations

import smtplib

import pagerduty
import pytest
import requests
from slack_sdk.webhook import WebhookClient

from harness.contract.endpoints import DESK
from tests.calibration import patience_s
from tests.mocks.conftest import NightOfMocks
from tests.mocks.desk.conftest import Desk
from tests.mocks.desk.test_mail import mail
from tests.mocks.desk.test_teams import line, message

AUTH = (DESK["user"], DESK["password"])


@pytest.fixture
def desk(night: NightOfMocks) -> Desk:
    return Desk(night, "tests.mocks.desk.desk_of_leavers")


def test_a_mailbox_is_disabled(desk: Desk) -> None:
    refused = pytest.raises(smtplib.SMTPRecipientsRefused, match="Mailbox is disabled")
    with smtplib.SMTP("127.0.0.1", desk.played.endpoints["smtp"], timeout=patience_s()) as client, refused:
        client.send_message(mail())
    assert [field for field, _ in desk.lost()] == ["recipient"]


def test_a_channel_of_slack_is_archived(desk: Desk) -> None:
    answer = WebhookClient(desk.places["slack_url"]).send(text="retrieve failed")
    assert (answer.status_code, answer.body) == (410, "channel_is_archived")
    assert desk.lost() == [("address", "channel_is_archived")]


def test_a_flow_of_teams_is_off(desk: Desk) -> None:
    answer = requests.post(desk.places["teams_url"], json=message(line("x")), timeout=10)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "WorkflowTriggerIsNotEnabled")
    assert len(desk.lost()) == 1


def test_a_hook_is_closed(desk: Desk) -> None:
    assert requests.post(desk.places["webhook_url"], json={"text": "x"}, timeout=10).status_code == 410
    assert len(desk.lost()) == 1


def test_others_accept_it_and_wake_nobody(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(desk.night.dir / "desk-authority.pem"))
    url = f"https://127.0.0.1:{desk.played.endpoints['desk-tls']}"
    with pagerduty.EventsApiV2Client(desk.places["routing_key"], base_url=url) as client:
        assert client.trigger("retrieve failed", "batch01", dedup_key="k") == "k"
    incident = {"short_description": "retrieve failed", "assignment_group": desk.places["assignment_group"]}
    assert requests.post(desk.places["servicenow_url"], json=incident, auth=AUTH, timeout=10).status_code == 201
    alert = {"message": "retrieve failed", "responders": [{"id": desk.places["jira_team"], "type": "team"}]}
    assert requests.post(desk.places["jira_url"], json=alert, auth=AUTH, timeout=10).status_code == 202
    assert desk.told() == []
    assert [field for field, _ in desk.lost()] == ["routing_key", "assignment_group", "responders"]
    assert all("accepted, and nobody is told" in str(why) for _, why in desk.lost())
