"""Nights in which a job pages by a vendor's channel: the checks read such a page as they read any other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.night.result import Result
from harness.night.runner import NightRunner
from harness.scenario.loading import load_scenario
from tests.sample import sample

CHAIN = """
chain: feed
timezone: Europe/Paris
owner: data-ops
deadline: "06:00"
files:
  forecast: {{name: "forecast_{{date:%Y%m%d}}.csv", arrives: "01:30", content: {{factory: forecast, rows: 3}}}}
environment:
  SOURCE: {{from: source.url}}
  OUT: {{from: folder.out}}
{environment}
folders: {{out: {{}}}}
jobs:
  retrieve: {{run: [python, retrieve.py], at: "02:00"{retry}}}
"""

RETRIEVE = """
import os, sys, urllib.error, urllib.request
from pathlib import Path

{page}

try:
    body = urllib.request.urlopen(os.environ["SOURCE"] + "/files/forecast_20261123.csv", timeout=60).read()
except urllib.error.HTTPError as error:
    page(f"retrieve failed: the source answered HTTP {{error.code}}")
    sys.exit(3)
(Path(os.environ["OUT"]) / "forecast.csv").write_bytes(body)
{then}
"""

MAIL = """
import smtplib
from email.message import EmailMessage

def page(why):
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "batch@night.example", os.environ["TO"], why
    mail.set_content("It is over for tonight.")
    with smtplib.SMTP(os.environ["HOST"], int(os.environ["PORT"]), timeout=30) as client:
        client.starttls()
        client.login(os.environ["USER"], os.environ["PASSWORD"])
        client.send_message(mail)
"""

PAGERDUTY = """
import pagerduty

def page(why):
    with pagerduty.EventsApiV2Client(os.environ["KEY"], base_url=os.environ["URL"]) as client:
        client.trigger(why, "batch01", dedup_key="retrieve")
"""

SLACK = """
from slack_sdk.webhook import WebhookClient

def page(why):
    assert WebhookClient(os.environ["URL"]).send(text=why).body == "ok"
"""

BY_REQUESTS = """
import requests

def page(why):
    requests.post(os.environ["URL"], timeout=30, {how}).raise_for_status()
"""
CARD = """json={"type": "message", "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content":
    {"type": "AdaptiveCard", "version": "1.4", "body": [{"type": "TextBlock", "text": why}]}}]}"""
BASIC = 'auth=(os.environ["USER"], os.environ["PASSWORD"]), '
INCIDENT = BASIC + 'json={"short_description": why, "assignment_group": os.environ["GROUP"]}'
ALERT = BASIC + 'json={"message": why, "alias": "retrieve", "responders": [{"id": os.environ["TEAM"], "type": "team"}]}'

LOGIN = {"USER": "desk.user", "PASSWORD": "desk.password"}
CHANNELS: dict[str, tuple[str, dict[str, str]]] = {
    "mail": (MAIL, {"HOST": "smtp.host", "PORT": "smtp.port", "TO": "desk.mail"} | LOGIN),
    "pagerduty": (
        PAGERDUTY,
        {"URL": "desk-tls.url", "KEY": "desk.routing_key", "SSL_CERT_FILE": "desk.authority"},
    ),
    "servicenow": (
        BY_REQUESTS.format(how=INCIDENT),
        {"URL": "desk.servicenow_url", "GROUP": "desk.assignment_group"} | LOGIN,
    ),
    "slack": (SLACK, {"URL": "desk.slack_url"}),
    "teams": (BY_REQUESTS.format(how=CARD), {"URL": "desk.teams_url"}),
    "jira": (BY_REQUESTS.format(how=ALERT), {"URL": "desk.jira_url", "TEAM": "desk.jira_team"} | LOGIN),
    "webhook": (BY_REQUESTS.format(how='json={"error": why}'), {"URL": "desk.webhook_url"}),
}

Lived = Callable[..., Result]


@pytest.fixture
def lived(tmp_path: Path, night_runner: NightRunner) -> Lived:
    def live(page: str, places: dict[str, str], *, retry: str = "", then: str = "") -> Result:
        environment = "\n".join(f"  {name}: {{from: {place}}}" for name, place in places.items())
        (tmp_path / "chain.yaml").write_text(CHAIN.format(environment=environment, retry=retry))
        (tmp_path / "retrieve.py").write_text(RETRIEVE.format(page=page, then=then))
        said = "faults:\n  - server_error: {}\nexpect: {outcome: contained}\n"
        (tmp_path / "it.yaml").write_text(f"scenario: it\nchain: chain.yaml\nnight: 2026-11-23\n{said}")
        return night_runner.run(load_scenario(tmp_path / "it.yaml"))

    return live


@pytest.mark.parametrize("channel", sample(CHANNELS, {"mail", "pagerduty", "teams"}))
def test_a_page_tells_the_owner_and_names_the_cause(lived: Lived, channel: str) -> None:
    result = lived(*CHANNELS[channel])
    (page,) = result.pages
    assert (page.value["channel"], page.value["owner"], page.value["from"]) == (channel, "data-ops", "retrieve")
    assert page.value["job"] == "retrieve"
    found = {finding.check: finding.state for finding in result.judgement.findings}
    assert (found["owner_paged"], found["cause_named"]) == ("holds", "holds")
    assert result.outcome.value == "contained", result.judgement


@pytest.mark.parametrize("channel", sample(CHANNELS, {"mail"}))
def test_the_same_night_is_the_same_history(lived: Lived, channel: str) -> None:
    assert lived(*CHANNELS[channel]).digest == lived(*CHANNELS[channel]).digest


def test_good_news_in_every_night_are_no_page_and_make_no_baseline_invalid(lived: Lived) -> None:
    result = lived(*CHANNELS["slack"], then='page("[OK] the feed is loaded")')
    assert [page.value["cause"] for page in result.pages] == ["retrieve failed: the source answered HTTP 503"]
    assert len(result.baseline.of("note", component="desk")) == 1
    assert result.outcome.value == "contained", result.judgement


def test_a_page_that_wakes_nobody_tells_nobody(lived: Lived) -> None:
    page, places = CHANNELS["servicenow"]
    result = lived(page.replace('os.environ["GROUP"]', '"Planning (old)"'), places)
    assert not result.pages
    assert result.outcome.value == "damaged", result.judgement


@pytest.mark.parametrize(
    ("channel", "outcome"), [("pagerduty", "contained"), ("jira", "contained"), ("mail", "damaged")]
)
def test_three_attempts_of_one_key_are_one_page_and_three_mails_are_a_storm(
    lived: Lived, channel: str, outcome: str
) -> None:
    result = lived(*CHANNELS[channel], retry=", retry_on_failure: {attempts: 2, every: 10m}")
    repeated = result.history.of("page", type="info", component="desk")
    assert [event.value["repeats"] for event in repeated] == ([] if channel == "mail" else [1, 2])
    assert result.outcome.value == outcome, result.judgement
