"""What a job takes from a queue while a fault acts there: the server's own answers, and nothing else comes of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from redis.exceptions import ResponseError

from tests.calibration import patience_s
from tests.mocks.consumers.queue.conftest import CONSUMERS, Queues, row


def arm(queues: Queues, consumer: str, effect: dict[str, Any], **more: Any) -> None:
    queues.played.arm("take", effect, where={"consumer": consumer}, **more)


def filled(queues: Queues, entries: str = "abcd", **more: Any) -> Any:
    """A client of a stream that has these entries, and a group."""
    client = queues.client(decode_responses=True, **more)
    client.xgroup_create("log", "g", id="0", mkstream=True)
    for sku in entries:
        client.xadd("log", {"sku": sku})
    return client


def taken(client: Any, count: int = 1, acknowledged: bool = True) -> str:
    """The entries that the group is handed now."""
    found = client.xreadgroup("g", "worker", {"log": ">"}, count=count)
    entries = (next(iter(found.values()))[0] if isinstance(found, dict) else found[0][1]) if found else []
    if acknowledged and entries:
        client.xack("log", "g", *(number for number, _ in entries))
    return "".join(fields["sku"] for _, fields in entries)


def receipts(queues: Queues) -> list[dict[str, Any]]:
    return [value for _, value, _ in queues.night.events("fault")]


@pytest.mark.parametrize("protocol", [2, 3])
@pytest.mark.parametrize("acknowledged", [True, False])
def test_entries_that_were_taken_are_handed_out_again(queues: Queues, protocol: int, acknowledged: bool) -> None:
    client = filled(queues, protocol=protocol)
    arm(queues, "audit", {"redeliver": {"messages": 2}}, times=1, call=1)
    first = taken(client, 3, acknowledged)
    assert [first, taken(client, 2), taken(client, 2), taken(client)] == ["abc", "bc", "d", ""]
    assert len(receipts(queues)) == 1
    assert queues.held("audit") == ["a", "b", "c", "d"]


def test_nothing_is_handed_out_again_before_something_was_taken(queues: Queues) -> None:
    client = filled(queues)
    arm(queues, "audit", {"redeliver": {"messages": 1}})
    assert taken(client) == "a"
    assert receipts(queues) == []
    assert [taken(client), taken(client)] == ["a", "a"]


def test_entries_that_are_deleted_when_they_are_done_cannot_come_again(queues: Queues) -> None:
    client = filled(queues)
    arm(queues, "audit", {"redeliver": {"messages": 1}})
    (((_, entries),),) = [client.xreadgroup("g", "worker", {"log": ">"}, count=2)]
    client.xdel("log", *(number for number, _ in entries))
    assert taken(client, 2) == "cd"
    assert receipts(queues) == []


@pytest.mark.parametrize(
    ("take", "expected"),
    [
        (lambda client: client.lpop("forecasts"), "aabc"),
        (lambda client: client.rpop("forecasts"), "ddcb"),
        (lambda client: client.blpop("forecasts", 1)[1], "aabc"),
        (lambda client: client.lmpop(1, "forecasts", direction="LEFT")[1][0], "aabc"),
        (lambda client: client.lmove("forecasts", "mine", "RIGHT", "LEFT"), "ddcb"),
        (lambda client: client.brpoplpush("forecasts", "mine", 1), "ddcb"),
    ],
)
def test_what_was_popped_is_there_again(queues: Queues, take: Any, expected: str) -> None:
    client = queues.client(decode_responses=True)
    client.rpush("forecasts", *map(row, "abcd"))
    arm(queues, "events", {"redeliver": {"messages": 1}}, times=1)
    assert [take(client) for _ in expected] == [row(sku) for sku in expected]
    assert queues.held() == ["a", "b", "c", "d"]


def test_values_that_were_popped_together_are_there_again_in_their_order(queues: Queues) -> None:
    client = queues.client(decode_responses=True)
    client.rpush("forecasts", *map(row, "abcd"))
    arm(queues, "events", {"redeliver": {"messages": 2}}, times=1)
    assert client.lpop("forecasts", 3) == [*map(row, "abc")]
    assert client.lpop("forecasts", 9) == [*map(row, "bcd")]


def test_entries_are_put_behind_all_others(queues: Queues) -> None:
    client = filled(queues)
    arm(queues, "audit", {"put_behind": {"messages": 2}}, times=1, call=2)
    assert [taken(client) for _ in range(5)] == ["a", "d", "b", "c", ""]
    assert queues.held("audit") == ["a", "b", "c", "d"]


def test_who_reads_a_stream_without_a_group_meets_another_order_too(queues: Queues) -> None:
    client = filled(queues, "abc")
    arm(queues, "audit", {"put_behind": {"messages": 1}}, times=1)
    (((_, entries),),) = [client.xread({"log": "0"})]
    assert [fields["sku"] for _, fields in entries] == ["b", "c", "a"]


@pytest.mark.parametrize(("pop", "expected"), [("lpop", "bca"), ("rpop", "bac")])
def test_a_value_is_put_at_the_other_end_of_a_list(queues: Queues, pop: str, expected: str) -> None:
    client = queues.client(decode_responses=True)
    client.rpush("forecasts", *map(row, "abc"))
    arm(queues, "events", {"put_behind": {"messages": 1}}, times=1)
    assert [getattr(client, pop)("forecasts") for _ in "abc"] == [row(sku) for sku in expected]
    assert queues.held() == ["a", "b", "c"]


def test_the_last_one_cannot_be_put_behind_others(queues: Queues) -> None:
    client = filled(queues, "a")
    arm(queues, "audit", {"put_behind": {"messages": 1}})
    assert taken(client) == "a"
    assert receipts(queues) == []


@pytest.mark.parametrize(("lost", "left"), [("group", 2), ("stream", 0)])
def test_a_group_that_is_lost_is_told_in_the_servers_own_words(queues: Queues, lost: str, left: int) -> None:
    client = filled(queues, "ab")
    arm(queues, "audit", {"lose": lost}, times=1)
    with pytest.raises(ResponseError, match="NOGROUP No such key 'log' or consumer group 'g'"):
        taken(client)
    assert client.xlen("log") == left
    assert queues.held("audit") == ["a", "b"]


def test_a_list_has_no_group_to_lose(queues: Queues) -> None:
    client = queues.client(decode_responses=True)
    client.rpush("forecasts", row("a"))
    arm(queues, "events", {"lose": "stream"})
    assert client.lpop("forecasts") == row("a")
    assert receipts(queues) == []


@pytest.mark.parametrize("effect", [{"redeliver": {"messages": 1}}, {"put_behind": {"messages": 1}}, {"lose": "group"}])
def test_who_takes_a_stream_for_a_list_is_told_so_by_the_server(queues: Queues, effect: dict[str, Any]) -> None:
    client = filled(queues)
    arm(queues, "audit", effect)
    for wrong in (lambda: client.lpop("log"), lambda: client.xread({"log": "x"}), lambda: client.xread({"log": "$"})):
        with suppress(ResponseError):
            wrong()
    assert receipts(queues) == []


def test_what_another_job_waits_for_comes_to_it_when_it_is_put_back(queues: Queues) -> None:
    """It is the fault that pushes then, and what the waiting job moves by that is an arrival like any."""
    queues.begin({**CONSUMERS, "work": {"kind": "queue", "queue": "work", "structure": "list", "key": ["sku"]}})
    client = queues.client(decode_responses=True)
    client.rpush("work", row("a"))
    arm(queues, "work", {"redeliver": {"messages": 1}}, call=2)  # the first is the one that waits
    assert client.lpop("work") == row("a")
    with ThreadPoolExecutor(1) as pool:
        moved = pool.submit(queues.client(decode_responses=True, socket_timeout=None).blmove, "work", "forecasts", 0)
        while client.info("clients")["blocked_clients"] == 0:
            assert not moved.done()
        assert client.lpop("work") is None
        assert moved.result(patience_s()) == row("a")
    assert (queues.held("work"), queues.held()) == (["a"], ["a"])


def test_what_expires_while_a_message_is_put_back_is_no_message(queues: Queues) -> None:
    client = queues.client(decode_responses=True)
    client.rpush("forecasts", row("a"))
    client.set("lock", "x", px=1)
    arm(queues, "events", {"redeliver": {"messages": 1}}, times=1)
    with client.pipeline(transaction=False) as pipeline:
        pipeline.lpop("forecasts").get("lock").lpop("forecasts").rpush("forecasts", row("b"))
        pipeline.execute()
    assert queues.held() == ["a", "b"]


def test_a_message_that_has_come_under_its_id_is_not_taken_again(queues: Queues) -> None:
    knowing = CONSUMERS["events"] | {"message_id": "id"}
    queues.begin({"events": knowing})
    client = queues.client()
    for identity in ("1", "2", "1"):
        client.rpush("forecasts", row("a" if identity == "1" else "b", id=identity))
    client.rpush("forecasts", row("c", id="2"))
    client.rpush("forecasts", row("d"), row("d"))
    assert queues.held() == ["a", "b", "d", "d"]
    told = [
        (type_, value.get("stored"), value.get("replayed"))
        for type_, value, _ in queues.night.events("push")
        if type_ != "invoke"
    ]
    assert told == [("ok", 1, False), ("ok", 1, False), ("ok", 0, True), ("fail", None, None), ("ok", 2, None)]


@pytest.mark.parametrize(("identified", "honoured", "held"), [(False, True, 2), (True, True, 1), (True, False, 2)])
def test_a_consumer_knows_what_it_is_handed_twice_by_its_id(
    queues: Queues, identified: bool, honoured: bool, held: int
) -> None:
    queues.begin({"events": CONSUMERS["events"] | {"message_id": "id"}})
    queues.played.arm("store", {"store_again": True}, where={"consumer": "events"})
    if not honoured:
        queues.played.arm("store", {"accept_twice": True}, where={"consumer": "events"}, order_id="1")
    queues.client().rpush("forecasts", row("a", **({"id": "1"} if identified else {})))
    assert queues.held() == ["a"] * held
