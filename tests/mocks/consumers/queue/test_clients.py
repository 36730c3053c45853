"""What clients push, as each of them does it, is held in its order, and nothing else is."""

from __future__ import annotations

import pytest
import redis
import valkey
from redis.backoff import NoBackoff
from redis.exceptions import NoPermissionError, ResponseError
from redis.retry import Retry

from harness.contract.endpoints import QUEUE
from tests.mocks.consumers.queue.conftest import Queues, row


@pytest.mark.parametrize("protocol", [2, 3])
def test_what_is_pushed_is_held_in_its_order(queues: Queues, protocol: int) -> None:
    client = queues.client(protocol=protocol)
    assert client.rpush("forecasts", row("a"), row("b")) == 2
    assert client.lpush("forecasts", f"[{row('c')}, {row('d')}]") == 3
    client.set("other", "1")
    assert client.rpush("elsewhere", row("x")) == 1
    client.xadd("log", {"sku": "e", "quantity": "1"})
    assert queues.pushes() == [("ok", "RPUSH", 2), ("ok", "LPUSH", 2), ("ok", "XADD", 1)]
    assert queues.held() == ["a", "b", "c", "d"]
    assert queues.held("audit") == ["e"]


def test_valkeys_own_client_pushes_as_well(queues: Queues) -> None:
    client = valkey.Valkey(port=queues.port, password=QUEUE["password"])
    client.rpush("forecasts", row("a"))
    assert client.lrange("forecasts", 0, -1) == [row("a").encode()]
    assert queues.held() == ["a"]


def test_a_pipeline_is_held_message_by_message(queues: Queues) -> None:
    with queues.client().pipeline(transaction=False) as pipeline:
        for number in range(3000):
            pipeline.rpush("forecasts", row(f"sku-{number:04}"))
        assert pipeline.execute() == list(range(1, 3001))
    assert queues.held() == [f"sku-{number:04}" for number in range(3000)]


def test_a_transaction_is_one_push_and_a_discarded_one_none(queues: Queues) -> None:
    with queues.client().pipeline() as pipeline:
        pipeline.rpush("forecasts", row("a"))
        pipeline.set("x", 1)
        pipeline.rpush("forecasts", row("b"))
        assert pipeline.execute() == [1, True, 2]
    client = queues.client(single_connection_client=True)
    client.execute_command("MULTI")
    client.execute_command("RPUSH", "forecasts", row("c"))
    client.execute_command("DISCARD")
    assert queues.pushes() == [("ok", "RPUSH", 2)]
    assert queues.held() == ["a", "b"]


def test_a_script_is_held_by_what_it_did(queues: Queues) -> None:
    push = "redis.call('rpush', KEYS[1], ARGV[{}])"
    script = f"{push.format(1)} redis.call('set', 'done', 1) return {push.format(2)}"
    assert queues.client().eval(script, 1, "forecasts", row("a"), row("b")) == 2
    assert queues.pushes() == [("ok", "RPUSH", 2)]
    assert queues.held() == ["a", "b"]


def test_what_is_moved_is_held_where_it_comes_to(queues: Queues) -> None:
    client = queues.client()
    client.rpush("work", row("a"), row("b"), row("c"), row("d"))
    client.lmove("work", "forecasts", "LEFT", "RIGHT")
    client.rpoplpush("work", "forecasts")
    client.blmove("work", "forecasts", 5, "LEFT", "LEFT")
    client.rename("work", "forecasts")
    assert [by for _, by, _ in queues.pushes()] == ["LMOVE", "RPOPLPUSH", "LMOVE", "RENAME"]
    assert queues.held() == ["a", "d", "b", "c"]


def test_who_takes_from_a_list_takes_nothing_back(queues: Queues) -> None:
    client = queues.client()
    client.rpush("forecasts", row("a"))
    assert client.lpop("forecasts") == row("a").encode()
    client.rpush("forecasts", row("b"))
    client.delete("forecasts")
    client.xadd("log", {"sku": "c"}, maxlen=1, approximate=False)
    client.xadd("log", {"sku": "d"}, maxlen=1, approximate=False)
    assert client.xlen("log") == 1
    assert queues.held() == ["a", "b"]
    assert queues.held("audit") == ["c", "d"]


def test_a_stream_takes_an_id_once(queues: Queues) -> None:
    client = queues.client()
    client.xadd("log", {"sku": "a"}, id="7-1")
    with pytest.raises(ResponseError, match="equal or smaller"):
        client.xadd("log", {"sku": "a"}, id="7-1")
    assert [type_ for type_, _, _ in queues.pushes()] == ["ok", "fail"]
    assert queues.held("audit") == ["a"]


def test_another_database_is_another_queue(queues: Queues) -> None:
    queues.client(db=3).rpush("forecasts", row("x"))
    queues.client().rpush("forecasts", row("a"))
    assert queues.held() == ["a"]


@pytest.mark.parametrize(
    ("message", "says"),
    [
        ("no json", "1 of 2 messages hold no row and are not kept; the first: found no JSON"),
        ("[1]", "found 1, expected an object of JSON or a list of objects"),
        ('{"quantity": 1}', "found nothing in sku, expected a value: it is part of the key"),
        (b"\xff\xfe\x00", "found no JSON"),
    ],
)
def test_what_is_no_row_is_told_and_not_kept(queues: Queues, message: str | bytes, says: str) -> None:
    queues.client().rpush("forecasts", message, row("a"))
    (ok, fail) = queues.pushes()
    assert ok == ("ok", "RPUSH", 1)
    assert (fail[0], says in fail[2]) == ("fail", True), fail
    assert queues.held() == ["a"]


def test_a_message_says_of_which_night_it_is(queues: Queues) -> None:
    dated = {"business_date": "for", "fallback_of": "from", "key": ["sku"]}
    queues.begin({"events": {"kind": "queue", "queue": "forecasts", "structure": "list"} | dated})
    queues.client().rpush(
        "forecasts",
        row("a", **{"for": "2026-11-23"}),
        row("b", **{"for": "2026-11-23", "from": "2026-11-22"}),
        row("c", **{"for": "tomorrow"}),
    )
    stored = [value for type_, value, _ in queues.night.events("push") if type_ == "ok"]
    assert [(one["business_date"], one["fallback_of"]) for one in stored] == [
        ("2026-11-23", None),
        ("2026-11-23", "2026-11-22"),
    ]
    assert 'found "tomorrow" in for, expected a date' in queues.pushes()[-1][2]
    assert queues.held() == ["a", "b"]


def test_a_wrong_password_and_what_a_provider_forbids_are_the_servers_own_errors(queues: Queues) -> None:
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=queues.port, password="wrong", retry=Retry(NoBackoff(), 0)).ping()
    for refused in ("BGREWRITEAOF", "CONFIG GET *", "SHUTDOWN NOSAVE", "MONITOR"):
        with pytest.raises(NoPermissionError):
            queues.client().execute_command(*refused.split())


def test_who_subscribes_hears_what_is_published(queues: Queues) -> None:
    client = queues.client()
    with client.pubsub() as subscribed:
        subscribed.subscribe("news")
        assert subscribed.get_message(timeout=5)["type"] == "subscribe"
        client.publish("news", "x")
        assert subscribed.get_message(timeout=5)["data"] == b"x"


def test_a_night_without_a_queue_says_so(queues: Queues) -> None:
    queues.begin({"planning": {"kind": "http"}})
    with pytest.raises(redis.RedisError, match="no consumer of this night is a queue"):
        queues.client().ping()


def test_the_next_night_begins_with_nothing(queues: Queues) -> None:
    client = queues.client()
    client.rpush("forecasts", row("a"))
    client.select(2)
    client.set("x", 1)
    queues.begin(queues.night.plan["consumers"])
    assert queues.client().keys() == []
    queues.client(db=2).rpush("forecasts", row("x"))
    queues.client().rpush("forecasts", row("b"))
    assert queues.held() == ["b"]
