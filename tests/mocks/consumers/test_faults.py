"""Faults at a consumer over HTTP, as real clients meet them: what they hear, what is stored, and the receipt."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import requests
from jsonschema import Draft202012Validator

from harness.contract.events.schema import history_schema
from tests.calibration import patience_s
from tests.mocks.conftest import NightOfMocks, Played

ROWS = [{"sku": sku, "quantity": number} for number, sku in enumerate("abcd")]
BATCH = {"business_date": "2026-11-23", "rows": ROWS}
VALIDATOR = Draft202012Validator(history_schema())
KEY = {"Idempotency-Key": "k1"}
ALL = ["a", "b", "c", "d"]


@pytest.fixture
def consumers(night: NightOfMocks) -> Iterator[Played]:
    night.plan["consumers"] = {"planning": {"kind": "http", "key": ["sku"]}}
    yield night.start("consumers")
    night.plan["consumers"] = {}


def arm(consumers: Played, when: str, effect: dict[str, Any], **more: Any) -> None:
    consumers.arm("exchange", effect, where={"consumer": "planning", "operation": "store", "when": when}, **more)


def sent(consumers: Played) -> requests.Response:
    url = consumers.url("/planning/batches")
    return requests.post(url, json=BATCH, headers=KEY, timeout=patience_s())


def held(night: NightOfMocks, consumers: Played) -> list[str]:
    consumers.done("POST", "settle")
    wrong = [error.message for event in night.history() for error in VALIDATOR.iter_errors(json.loads(event.to_json()))]
    assert wrong == []
    return [key for key, _ in night.held("planning")]


def receipts(night: NightOfMocks) -> list[Any]:
    return [value["effect"] for _, value, _ in night.events("fault")]


def batches(night: NightOfMocks) -> list[str]:
    return [type_ for type_, _, _ in night.events("batch")]


@pytest.mark.parametrize(
    ("word", "status"),
    [("unavailable", 503), ("internal_error", 500), ("throttled", 429), ("read_only", 503), ("disk_full", 507)],
)
def test_a_refusal_is_an_answer_that_says_when_to_come_again(
    night: NightOfMocks, consumers: Played, word: str, status: int
) -> None:
    effect = {"refuse": word, "retry_after_s": 30}
    arm(consumers, "asked", effect, times=1)
    refused = sent(consumers)
    assert (refused.status_code, refused.headers["Retry-After"]) == (status, "30")
    assert sent(consumers).status_code == 201
    assert (receipts(night), batches(night)) == ([effect], ["fail", "invoke", "ok"])
    assert held(night, consumers) == ALL


@pytest.mark.parametrize("when", ["asked", "before_commit"])
@pytest.mark.parametrize("effect", [{"refuse": "unavailable"}, {"reset": True}, {"lose_answer": True}])
def test_what_fails_before_the_commit_is_not_there(
    night: NightOfMocks, consumers: Played, when: str, effect: dict[str, Any]
) -> None:
    arm(consumers, when, effect)
    if "refuse" in effect:
        assert sent(consumers).status_code == 503
    else:
        with pytest.raises(requests.ConnectionError):
            sent(consumers)
    assert receipts(night)[0] == effect
    assert held(night, consumers) == []


def test_what_fails_after_the_commit_is_there_and_its_key_is_known(night: NightOfMocks, consumers: Played) -> None:
    arm(consumers, "after_commit", {"refuse": "internal_error"}, times=1)
    assert sent(consumers).status_code == 500
    again = sent(consumers)
    assert (again.status_code, again.json()) == (200, {"stored": 0, "replayed": True})
    assert held(night, consumers) == ALL


def test_clients_tell_a_reset_from_an_answer_that_is_lost(night: NightOfMocks, consumers: Played) -> None:
    url = consumers.url("/planning/batches")
    arm(consumers, "after_commit", {"reset": True}, times=1)
    with pytest.raises(httpx.ReadError):
        httpx.post(url, json=BATCH, headers=KEY, timeout=patience_s())
    arm(consumers, "after_commit", {"lose_answer": True}, times=1)
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        httpx.post(url, json=BATCH, headers=KEY, timeout=patience_s())
    assert httpx.post(url, json=BATCH, headers=KEY, timeout=patience_s()).json()["replayed"]
    assert held(night, consumers) == ALL


def test_an_exchange_that_stands_still_is_dropped_when_its_order_is_taken_out(
    night: NightOfMocks, consumers: Played
) -> None:
    arm(consumers, "before_commit", {"stall_ns": None})
    found: list[Exception] = []

    def ask() -> None:
        try:
            sent(consumers)
        except requests.ConnectionError as error:
            found.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    while not receipts(night):
        pass
    assert asking.is_alive()
    consumers.done("DELETE", "arm/0")
    asking.join(patience_s())
    assert len(found) == 1
    assert [value["held"] for _, value, _ in night.events("freed") if "held" in value] == [1]
    assert held(night, consumers) == []


def test_a_slow_consumer_stores_what_its_sender_no_longer_waits_for(night: NightOfMocks, consumers: Played) -> None:
    arm(consumers, "before_commit", {"stall_ns": 60_000_000_000})
    client = (
        "import requests, sys\n"
        "try: requests.post(sys.argv[1], json={'business_date': '2026-11-23', 'rows': [{'sku': 'a'}]}, timeout=10)\n"
        "except requests.ReadTimeout: print('timeout', flush=True)"
    )
    job = night.job("python", "-c", client, consumers.url("/planning/batches"))
    night.settle()
    assert job.communicate()[0] == b"timeout\n"
    assert batches(night) == ["invoke", "ok"]
    assert held(night, consumers) == ["a"]


def test_a_half_that_is_stored_stays_when_the_whole_is_sent_again(night: NightOfMocks, consumers: Played) -> None:
    consumers.arm("store", {"store_half": {"part": 0.5}}, where={"consumer": "planning"}, times=1)
    assert sent(consumers).status_code == 500
    assert sent(consumers).status_code == 201
    assert batches(night) == ["invoke", "fail", "invoke", "ok"]
    assert held(night, consumers) == ["a", "b", *ALL]


def test_rows_that_are_swallowed_are_confirmed(night: NightOfMocks, consumers: Played) -> None:
    consumers.arm("store", {"swallow": {"part": 0.25}}, where={"consumer": "planning"}, times=1)
    assert sent(consumers).json() == {"stored": 4, "replayed": False}
    assert sent(consumers).json() == {"stored": 0, "replayed": True}
    assert held(night, consumers) == ["a", "b", "c"]


def test_what_is_accepted_twice_came_twice(night: NightOfMocks, consumers: Played) -> None:
    consumers.arm("store", {"accept_twice": True}, where={"consumer": "planning"})
    assert sent(consumers).status_code == 201
    assert receipts(night) == []
    assert sent(consumers).json() == {"stored": 4, "replayed": False}
    assert held(night, consumers) == ALL * 2
    assert receipts(night) == [{"accept_twice": True}]


def test_what_a_consumer_holds_can_be_refused_too(night: NightOfMocks, consumers: Played) -> None:
    where = {"operation": "read", "when": "asked"}
    consumers.arm("exchange", {"refuse": "unavailable"}, where=where, times=1)
    assert [consumers.get("/planning/plan").status for _ in range(2)] == [503, 200]


@pytest.mark.parametrize(
    ("where", "says"),
    [({"consumer": "planning"}, "found no 'when'"), ({"when": "askd"}, "unknown word 'askd'. Did you mean 'asked'?")],
)
def test_an_order_that_does_not_say_when_is_refused(consumers: Played, where: dict[str, str], says: str) -> None:
    order = {"id": "0", "fault": "tested", "point": "exchange", "where": where, "effect": {"reset": True}}
    status, found = consumers.call("POST", "arm", order)
    assert status == 400
    assert says in str(found)
