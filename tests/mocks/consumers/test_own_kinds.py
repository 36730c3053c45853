"""A kind of consumers that a package adds: what it is sent is kept, judged and broken as that of our own is."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests
from jsonschema import Draft202012Validator

from harness.contract.events.schema import history_schema
from tests.calibration import patience_s
from tests.mocks.conftest import NightOfMocks, Played
from tests.mocks.consumers.test_bad_input import raw

LOAD = "0001|40\n0002|50\n0003|60"
DATE = "2026-11-23"
GATE = {"kind": "dock", "settings": {"gate": 3, "most_pallets": 4}, "key": ["pallet"]}


@pytest.fixture
def consumers(night: NightOfMocks) -> Played:
    night.plan["consumers"] = {"gate": GATE, "gate 3 ü": GATE, "planning": {"kind": "http"}}
    return night.start("consumers", program="tests.mocks.consumers.with_a_dock")


def sent(consumers: Played, load: str | bytes = LOAD, number: str = "7", **more: Any) -> tuple[int, str]:
    url = consumers.url(f"/gate/loads/{number}")
    found = requests.put(url, data=load, timeout=patience_s(), **more)
    return found.status_code, found.text


def held(night: NightOfMocks, consumers: Played) -> list[str]:
    consumers.done("POST", "settle")
    validator = Draft202012Validator(history_schema())
    assert [
        one.message for event in night.history() for one in validator.iter_errors(json.loads(event.to_json()))
    ] == []
    return [key for key, _ in night.held("gate")]


def test_it_is_stored_once_for_its_key_and_answered_in_its_own_words(night: NightOfMocks, consumers: Played) -> None:
    assert sent(consumers) == (200, "GATE 3 BOOKED 3\n")
    assert sent(consumers) == (200, "GATE 3 BOOKED BEFORE\n")
    assert consumers.get("/gate/loads").data == b"GATE 3 HAS 3\n"
    value = {"key": "7", "rows": 3, "business_date": DATE, "fallback_of": None}
    booked = [("ok", value | {"stored": stored, "replayed": not stored}, None) for stored in (3, 0)]
    assert [event for event in night.events("batch") if event[0] == "ok"] == booked
    assert held(night, consumers) == ["0001", "0002", "0003"]


@pytest.mark.parametrize(
    ("load", "status", "says"),
    [
        ("0001", 400, "REFUSED line 1: found 0001, expected number|weight"),
        ("\n".join(["1|1"] * 5), 422, "REFUSED load: found 5 pallets, expected at most 4"),
        (b"\xff|1", 200, "BOOKED 1"),
    ],
)
def test_its_own_code_says_what_it_takes(
    night: NightOfMocks, consumers: Played, load: str, status: int, says: str
) -> None:
    found, text = sent(consumers, load)
    assert (found, says in text) == (status, True), text
    assert [type_ for type_, _, _ in night.events("batch")] == (["invoke", "ok"] if status == 200 else ["fail"])


def test_its_name_need_not_be_one_of_addresses(consumers: Played) -> None:
    url = consumers.url("/gate%203%20%C3%BC/loads/7%208")
    assert requests.put(url, data=LOAD, timeout=patience_s()).text == "GATE 3 BOOKED 3\n"
    assert raw(consumers, "OPTIONS * HTTP/1.1\nHost: localhost\nConnection: close", ends=False).startswith(
        b"HTTP/1.1 404"
    )


def test_another_load_under_a_known_number_is_refused(night: NightOfMocks, consumers: Played) -> None:
    sent(consumers)
    status, text = sent(consumers, "0009|1")
    assert status == 422
    assert "found another payload than the first one's" in text
    assert held(night, consumers) == ["0001", "0002", "0003"]


def test_bodies_that_are_broken_are_its_senders_mistake(night: NightOfMocks, consumers: Played) -> None:
    assert sent(consumers, b"no gzip", headers={"Content-Encoding": "gzip"})[0] == 400
    assert sent(consumers, LOAD, headers={"Content-Encoding": "zstd"})[0] == 415
    assert consumers.post("/gate/batches", {"rows": []}).status == 404  # planning's words are none of its own
    assert consumers.http.request("HEAD", consumers.url("/gate")).status == 200
    assert not night.events("bug")
    assert consumers.post("/planning/batches", {"business_date": DATE, "rows": [{"a": 1}]}).status == 201


@pytest.mark.parametrize(
    ("point", "effect", "when", "status", "keys"),
    [
        ("exchange", {"refuse": "unavailable", "retry_after_s": 60}, "asked", 503, []),
        ("exchange", {"refuse": "disk_full"}, "before_commit", 507, []),
        ("exchange", {"refuse": "internal_error"}, "after_commit", 500, ["0001", "0002", "0003"]),
        ("store", {"store_half": {"part": 0.5}}, None, 500, ["0001"]),
        ("store", {"swallow": {"part": 0.3}}, None, 200, ["0001", "0002"]),
    ],
)
def test_faults_meet_it_as_they_meet_our_own(
    night: NightOfMocks, consumers: Played, point: str, effect: dict[str, Any], when: str | None, status: int, keys: Any
) -> None:
    where = {"consumer": "gate", "kind": "dock"} | ({} if when is None else {"when": when})
    consumers.arm(point, effect, where=where, times=1)
    found = requests.put(consumers.url("/gate/loads/7"), data=LOAD, timeout=patience_s())
    assert found.status_code == status
    assert found.text.startswith("GATE 3 ")
    assert found.headers.get("Retry-After") == ("60" if "retry_after_s" in effect else None)
    assert [value["effect"] for _, value, _ in night.events("fault")] == [effect]
    assert held(night, consumers) == keys


def test_an_answer_is_lost_and_a_connection_reset(night: NightOfMocks, consumers: Played) -> None:
    for effect in ({"lose_answer": True}, {"reset": True}):
        consumers.arm("exchange", effect, where={"consumer": "gate", "when": "after_commit"}, times=1)
        with pytest.raises(requests.ConnectionError):
            sent(consumers)
        consumers.done("DELETE", "arm/0")
    assert sent(consumers) == (200, "GATE 3 BOOKED BEFORE\n")
    assert held(night, consumers) == ["0001", "0002", "0003"]
    assert not night.events("bug")


def test_a_night_with_a_kind_that_nothing_here_plays_does_not_begin(night: NightOfMocks) -> None:
    played = night.start("consumers")
    status, found = played.call("POST", "reset", night.plan | {"consumers": {"gate": GATE}})
    assert status == 500
    assert found["error"]["where"] == "the kind of consumers 'dock'"
    assert found["error"]["expected"].startswith("one under @takes_rows('dock')")
    played.done("POST", "reset", night.plan)
