"""The desk with a roster: who is told, who acknowledges, and who is told when nobody does."""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from typing import Any

import pytest
import requests

from tests.calibration import patience_s
from tests.mocks.conftest import BEGINS_NS, MINUTE_NS, NightOfMocks, Played

PAGE = {"owner": "data-ops", "job": "retrieve", "cause": "exit 3: no answer", "text": "it failed", "runbook": None}
KEY = "5d2c1f0e9b8a47368291a0b1c2d3e4f5"
ADDRESSES = {"mail": "data-ops@example.org", "pagerduty": KEY}


def roster(order: tuple[str, ...] = ("ada", "bob", "eve"), people: Any = None, **owner: Any) -> dict[str, Any]:
    known: dict[str, Any] = {name: {} for name in ("ada", "bob", "eve")} | (people or {})
    said = {"on_call": order, "acknowledges_ns": 5 * MINUTE_NS, "escalate_after_ns": 15 * MINUTE_NS} | owner
    return {"people": known, "owners": {"data-ops": said}}


def desk(night: NightOfMocks, who: dict[str, Any], **plan: Any) -> Played:
    night.plan |= {"roster": who} | plan
    return night.start("desk")


def absent(night: NightOfMocks, played: Played, *people: str, why: str = "leave") -> None:
    for person in people:
        played.arm("tell", {"absent": why}, where={"person": person}, order_id=person)


def told(night: NightOfMocks) -> list[tuple[float, str, str | None, str | None]]:
    """Minute, action, who, and why they are not there, of all that came of pages."""
    shown = [*night.history().of("page", type="ok"), *night.history().of("escalate")]
    shown += night.history().of("acknowledge", type="ok")
    return [
        (
            round((event.at - BEGINS_NS) / MINUTE_NS, 2),
            event.action if event.type == "ok" else f"{event.action} {event.type}",
            event.value.get("told", event.value.get("by")),
            event.value.get("away"),
        )
        for event in sorted(shown, key=lambda event: event.at)
    ]


def test_the_first_of_the_order_is_told_and_acknowledges(night: NightOfMocks) -> None:
    played = desk(night, roster())
    assert played.post("/pages", PAGE).json() == {"id": 1}
    night.run(60)
    assert told(night) == [(0, "page", "ada", None), (5, "acknowledge", "ada", None)]
    (event,) = night.history().of("page", type="ok")
    assert (event.value["number"], event.value["escalate_after_s"]) == (1, 900)
    (shown,) = played.get("/pages").json()["pages"]
    assert (shown["told"], shown["owner"]) == ("ada", "data-ops")


def test_when_nobody_acknowledges_in_time_the_next_one_is_told(night: NightOfMocks) -> None:
    absent(night, played := desk(night, roster()), "ada")
    played.post("/pages", PAGE)
    night.run(60)
    assert told(night) == [
        (0, "page", "ada", "leave"),
        (15, "escalate", "bob", None),
        (20, "acknowledge", "bob", None),
    ]


def test_an_order_that_ends_is_said_to_end(night: NightOfMocks) -> None:
    absent(night, played := desk(night, roster()), "ada", "bob", "eve", why="left")
    played.post("/pages", PAGE)
    night.run(120)
    assert told(night) == [
        (0, "page", "ada", "left"),
        (15, "escalate", "bob", "left"),
        (30, "escalate", "eve", "left"),
        (45, "escalate fail", None, None),
    ]
    ((_, value, why),) = [one for one in night.events("escalate") if one[0] == "fail"]
    assert (value["after_s"], why) == (2700, "nobody else is on call")


def test_who_is_slow_may_still_acknowledge_after_the_next_one_is_told(night: NightOfMocks) -> None:
    slow = {"ada": {"acknowledges_ns": 20 * MINUTE_NS}, "bob": {"acknowledges_ns": 60 * MINUTE_NS}}
    desk(night, roster(people=slow)).post("/pages", PAGE)
    night.run(120)
    assert told(night) == [(0, "page", "ada", None), (15, "escalate", "bob", None), (20, "acknowledge", "ada", None)]


def test_a_scenario_says_how_long_its_operator_takes(night: NightOfMocks) -> None:
    operator = {"name": "ada", "when": ["failed"], "jobs": [], "takes_ns": 0, "do": ["restart"], "times": 1}
    played = desk(night, roster(), operators=[operator | {"acknowledges_after_ns": 9 * MINUTE_NS}])
    played.post("/pages", PAGE)
    night.run(60)
    assert told(night)[-1] == (9, "acknowledge", "ada", None)


def test_an_operator_may_acknowledge_at_once(night: NightOfMocks) -> None:
    operator = {"name": "ada", "when": ["failed"], "jobs": [], "takes_ns": 0, "do": ["restart"], "times": 1}
    desk(night, roster(), operators=[operator | {"acknowledges_after_ns": 0}]).post("/pages", PAGE)
    night.run(60)
    assert told(night)[-1] == (0, "acknowledge", "ada", None)


def test_who_is_not_there_is_passed_over_and_told_where_nobody_else_is(night: NightOfMocks) -> None:
    until = BEGINS_NS + 30 * MINUTE_NS
    people = {"ada": {"leave": [[BEGINS_NS, until]]}, "bob": {"hours": [[BEGINS_NS, until]]}, "eve": {"left_ns": 1}}
    played = desk(night, roster(people=people))
    played.post("/pages", PAGE)
    night.run(40)
    played.post("/pages", PAGE | {"job": "publish"})
    night.run(120)
    assert [one[2] for one in told(night) if one[1] == "page"] == ["bob", "ada"]
    played = desk(night, roster(("eve",), people, escalate_after_ns=None))
    played.post("/pages", PAGE)
    assert told(night)[-1][1:] == ("page", "eve", "left")


def test_an_owner_who_is_not_in_the_roster_has_nobody(night: NightOfMocks) -> None:
    desk(night, roster()).post("/pages", PAGE | {"owner": "other"})
    night.run(60)
    assert told(night) == [(0, "page", None, None)]


def test_a_client_that_acknowledges_ends_the_escalation(night: NightOfMocks) -> None:
    absent(night, played := desk(night, roster(addresses=ADDRESSES)), "ada")
    event = {"routing_key": KEY, "dedup_key": "k", "payload": {"summary": "x", "source": "y", "severity": "error"}}
    for action in "trigger", "trigger", "acknowledge":
        answer = played.post("/v2/enqueue", event | {"event_action": action})
        assert answer.status == 202
    night.run(60)
    assert told(night) == [(0, "page", "ada", "leave"), (0, "acknowledge", None, None)]
    (said,) = night.history().of("acknowledge", type="ok")
    assert said.value["number"] == 1


def test_another_night_begins_without_what_was_open(night: NightOfMocks) -> None:
    desk(night, roster()).post("/pages", PAGE)
    night.begin()
    night.start("desk")
    night.run(60)
    assert night.events("acknowledge") == []


def mailed(played: Played, to: str) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "batch@example.org", to, "retrieve failed"
    mail.set_content("It is over.")
    with smtplib.SMTP("127.0.0.1", played.endpoints["smtp"], timeout=patience_s()) as client:
        client.send_message(mail)


def test_addresses_are_those_of_the_roster_and_no_others(night: NightOfMocks) -> None:
    played = desk(night, roster(addresses=ADDRESSES))
    mailed(played, "Data-Ops+nightly@example.org")
    for address in "data-ops@night.example", "data-ops@example.net":
        with pytest.raises(smtplib.SMTPRecipientsRefused, match="User unknown"):
            mailed(played, address)
    assert requests.post(played.url("/hooks/data-ops"), json={"text": "x"}, timeout=patience_s()).status_code == 404
    assert [one[2] for one in told(night)] == ["ada"]


def test_a_mail_to_several_of_them_is_one_page_that_tells_each(night: NightOfMocks) -> None:
    people = {name: {"mail": f"{name}@example.org"} for name in ("ada", "bob", "eve")}
    absent(night, played := desk(night, roster(people=people, escalate_after_ns=None)), "ada")
    mailed(played, "ada@example.org, bob@example.org")
    night.run(60)
    assert told(night) == [(0, "page", "ada", "leave"), (0, "escalate", "bob", None), (5, "acknowledge", "bob", None)]
    (page,) = night.history().of("page", type="ok")
    assert page.value["to"] == "ada@example.org"


def test_a_mail_to_their_owner_and_to_somebody_tells_who_is_on_call_first(night: NightOfMocks) -> None:
    people = {"bob": {"mail": "bob@example.org"}}
    mailed(desk(night, roster(people=people, addresses=ADDRESSES)), "bob@example.org, data-ops@example.org")
    night.run(60)
    assert [one[1:3] for one in told(night)] == [("page", "ada"), ("escalate", "bob"), ("acknowledge", "ada")]


def test_a_mail_to_somebody_tells_them_and_one_who_has_left_has_no_mailbox(night: NightOfMocks) -> None:
    people = {"bob": {"mail": "bob@example.org"}, "eve": {"mail": "eve@example.org", "left_ns": 1}}
    played = desk(night, roster(people=people))
    mailed(played, "bob@example.org")
    with pytest.raises(smtplib.SMTPRecipientsRefused, match="Mailbox is disabled"):
        mailed(played, "eve@example.org")
    (page,) = night.history().of("page", type="ok")
    assert (page.value["owner"], page.value["told"]) == ("data-ops", "bob")
