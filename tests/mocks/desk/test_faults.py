"""What goes wrong at the desk: it is down, slow, loses a page, shows it elsewhere, has it bounce, or takes it twice."""

from __future__ import annotations

import json
import smtplib
import sys
from typing import Any

import pytest
import requests

from harness.contract.addresses import DerivedAddresses
from tests.calibration import patience_s
from tests.mocks.conftest import BEGINS_NS, MINUTE_NS, NightOfMocks, Played
from tests.mocks.desk.test_mail import mail
from tests.mocks.desk.test_on_call import PAGE

EVENT = {"event_action": "trigger", "payload": {"summary": "x", "source": "y", "severity": "error"}}


@pytest.fixture
def played(night: NightOfMocks) -> Played:
    return night.start("desk")


def sent(played: Played, key: str, **more: str) -> int:
    return requests.post(
        played.url("/v2/enqueue"), json=EVENT | {"routing_key": key} | more, timeout=patience_s()
    ).status_code


def pages(night: NightOfMocks) -> list[str]:
    return [kind for kind, _, _ in night.events("page") if kind != "invoke"]


def mailed(played: Played) -> None:
    with smtplib.SMTP("127.0.0.1", played.endpoints["smtp"], timeout=patience_s()) as client:
        client.send_message(mail())


@pytest.fixture
def key(played: Played) -> str:
    return DerivedAddresses(()).of("pagerduty", "data-ops")


def test_a_desk_that_is_down_takes_nothing_by_any_channel(night: NightOfMocks, played: Played, key: str) -> None:
    played.arm("reach", {"down": True}, times=3)
    assert played.post("/pages", PAGE).status == 503
    assert sent(played, key) == 503
    with pytest.raises((smtplib.SMTPSenderRefused, smtplib.SMTPServerDisconnected)):
        mailed(played)
    assert [value["field"] for _, value, _ in night.events("page")] == ["desk"] * 3
    assert [value["channel"] for _, value, _ in night.events("page")] == ["pages", "pagerduty", "mail"]
    mailed(played)
    assert (sent(played, key), pages(night)[3:]) == (202, ["ok", "ok"])


def test_one_channel_may_be_down_alone(night: NightOfMocks, played: Played, key: str) -> None:
    played.arm("reach", {"down": True}, where={"channel": "pagerduty"})
    assert (sent(played, key), played.post("/pages", PAGE).status) == (503, 201)


SEND = """
import json, sys, urllib.request
request = urllib.request.Request(sys.argv[1], sys.argv[2].encode(), {"Content-Type": "application/json"})
try:
    print(urllib.request.urlopen(request, timeout=float(sys.argv[3])).status, flush=True)
except TimeoutError:
    print("gave up", flush=True)
"""
MAILED = """
import smtplib, sys
with smtplib.SMTP("127.0.0.1", int(sys.argv[1])) as client:
    client.sendmail("batch@example.org", ["data-ops@night.example"], "Subject: it failed\\n\\nx")
print("sent", flush=True)
"""


@pytest.mark.parametrize(("waits_s", "says", "kinds"), [(7200, "201", ["ok"]), (60, "gave up", ["fail"])])
def test_a_slow_desk_takes_a_page_late_from_whoever_waits(
    night: NightOfMocks, played: Played, waits_s: int, says: str, kinds: list[str]
) -> None:
    played.arm("reach", {"slow_ns": 60 * MINUTE_NS})
    client = night.job(sys.executable, "-c", SEND, played.url("/pages"), json.dumps(PAGE), str(waits_s))
    night.settle()
    assert client.communicate()[0].decode().strip() == says
    assert pages(night) == kinds
    (late,) = [event for event in night.history().of("page") if event.type != "invoke"]
    assert round((late.at - BEGINS_NS) / MINUTE_NS) == 60


def test_a_slow_mail_server_does_not_close_on_who_waits(night: NightOfMocks, played: Played) -> None:
    played.arm("reach", {"slow_ns": 60 * MINUTE_NS})
    client = night.job(sys.executable, "-c", MAILED, str(played.endpoints["smtp"]))
    night.settle()
    assert client.communicate()[0].decode().strip() == "sent"
    assert pages(night) == ["ok"]


@pytest.mark.parametrize("effect", ["lost", "wrong_channel", "bounced"])
def test_a_page_that_vanishes_is_accepted_and_nobody_is_told(
    night: NightOfMocks, played: Played, key: str, effect: str
) -> None:
    played.arm("deliver", {"vanish": effect}, times=3)
    assert played.post("/pages", PAGE).status == 201
    assert sent(played, key) == 202
    mailed(played)
    assert pages(night) == ["fail"] * 3
    whys = [str(why) for kind, _, why in night.events("page") if kind == "fail"]
    assert all(why.startswith("accepted, and nobody is told: ") for why in whys)
    assert played.get("/pages").json() == {"pages": []}
    assert (sent(played, key), pages(night)[3:]) == (202, ["ok"])


def test_a_page_that_is_taken_twice_is_one_with_a_key_and_two_without(
    night: NightOfMocks, played: Played, key: str
) -> None:
    played.arm("deliver", {"twice": True})
    sent(played, key, dedup_key="k")
    assert pages(night) == ["ok", "info"]
    sent(played, key)
    mailed(played)
    played.post("/pages", PAGE)
    assert pages(night)[2:] == ["ok"] * 6


def test_a_receipt_says_of_which_page_it_is(night: NightOfMocks, played: Played) -> None:
    played.arm("deliver", {"twice": True})
    played.post("/pages", PAGE)
    ((_, value, _),) = night.events("fault")
    where: dict[str, Any] = value["where"]
    assert where == {"channel": "pages", "owner": "data-ops"}
