"""Faults at a consumer that is a queue, as real clients meet them: what they hear, what is held, and the receipt."""

from __future__ import annotations

from typing import Any

import pytest
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.retry import Retry

from tests.mocks.consumers.queue.conftest import Queues, row

ONCE = {"retry": Retry(NoBackoff(), 0)}
WORDS = {
    "unavailable": "is loading the dataset in memory",
    "read_only": "You can't write against a read only replica.",
    "disk_full": "MISCONF Valkey is configured to save RDB snapshots, but it's currently unable to persist to disk.",
    "out_of_memory": "command not allowed when used memory > 'maxmemory'.",
}


def arm(queues: Queues, when: str, effect: dict[str, Any], **more: Any) -> None:
    queues.played.arm("exchange", effect, where={"consumer": "events", "operation": "store", "when": when}, **more)


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("when", ["asked", "before_commit"])
def test_a_refusal_is_the_servers_own_words_and_stores_nothing(queues: Queues, word: str, when: str) -> None:
    arm(queues, when, {"refuse": word}, times=1)
    client = queues.client(**ONCE)
    with pytest.raises(RedisError, match=WORDS[word]):
        client.rpush("forecasts", row("a"))
    assert client.llen("forecasts") == 0
    client.rpush("forecasts", row("b"))
    assert [value["effect"] for _, value, _ in queues.night.events("fault")] == [{"refuse": word}]
    assert [type_ for type_, _, _ in queues.pushes()] == ["fail", "ok"]
    assert queues.held() == ["b"]


def test_a_refused_transaction_leaves_nothing_and_the_connection_goes_on(queues: Queues) -> None:
    arm(queues, "before_commit", {"refuse": "out_of_memory"}, times=1)
    client = queues.client(single_connection_client=True, **ONCE)
    with client.pipeline() as pipeline:
        pipeline.rpush("forecasts", row("a"))
        pipeline.set("x", 1)
        with pytest.raises(RedisError, match="Transaction discarded because of: OOM command not allowed"):
            pipeline.execute()
    assert client.exists("x", "forecasts") == 0
    with client.pipeline() as pipeline:
        pipeline.rpush("forecasts", row("b"))
        pipeline.execute()
    assert queues.held() == ["b"]


@pytest.mark.parametrize("effect", [{"reset": True}, {"lose_answer": True}])
@pytest.mark.parametrize(("when", "held"), [("before_commit", []), ("after_commit", ["a"])])
def test_a_connection_that_is_lost_before_or_after_the_commit(
    queues: Queues, effect: dict[str, Any], when: str, held: list[str]
) -> None:
    arm(queues, when, effect)
    with pytest.raises(RedisConnectionError):
        queues.client(**ONCE).rpush("forecasts", row("a"))
    assert queues.held() == held


def test_redis_py_sends_again_what_it_has_no_answer_to(queues: Queues) -> None:
    """So by its own defaults from 6 on: what was taken is taken twice."""
    arm(queues, "after_commit", {"lose_answer": True}, times=1)
    assert queues.client(retry=Retry(NoBackoff(), 3)).rpush("forecasts", row("a")) == 2
    assert queues.held() == ["a", "a"]


def test_redis_py_asks_again_while_a_server_is_loading(queues: Queues) -> None:
    arm(queues, "asked", {"refuse": "unavailable"}, times=1)
    assert queues.client(retry=Retry(NoBackoff(), 3)).rpush("forecasts", row("a")) == 1
    assert queues.held() == ["a"]


def test_rows_that_are_swallowed_are_answered_as_if_they_were_kept(queues: Queues) -> None:
    queues.played.arm("store", {"swallow": {"part": 0.5}}, where={"consumer": "events"})
    assert queues.client().rpush("forecasts", *map(row, "abcd")) == 4
    assert queues.held() == ["a", "b"]


def test_a_half_that_is_stored_is_answered_with_an_error(queues: Queues) -> None:
    queues.played.arm("store", {"store_half": {"part": 0.5}}, where={"consumer": "events"})
    with pytest.raises(RedisError, match="internal error"):
        queues.client(**ONCE).rpush("forecasts", *map(row, "abcd"))
    assert queues.held() == ["a", "b"]


def test_other_requests_of_a_pipeline_pass_a_refused_one(queues: Queues) -> None:
    arm(queues, "asked", {"refuse": "out_of_memory"}, times=1)
    with queues.client(**ONCE).pipeline(transaction=False) as pipeline:
        pipeline.set("x", 1)
        pipeline.rpush("forecasts", row("a"))
        pipeline.rpush("forecasts", row("b"))
        first, refused, last = pipeline.execute(raise_on_error=False)
    assert (first, isinstance(refused, RedisError), last) == (True, True, 1)
    assert queues.held() == ["b"]


def test_a_refusal_that_no_queue_has_words_for_is_no_order(queues: Queues) -> None:
    order = {"id": "1", "fault": "tested", "point": "exchange", "effect": {"refuse": "throttled"}, "trigger": {}}
    where = {"kind": "queue", "when": "asked"}
    status, found = queues.played.call("POST", "arm", order | {"where": where})
    assert status != 200
    assert "expected unavailable or read_only or disk_full or out_of_memory" in found["error"]
