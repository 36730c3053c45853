"""What a chain says of a consumer that is a queue, its plan and its places, and what is wrong with one."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.chain.loading import load_chain
from harness.contract.codec import read, write
from harness.contract.consumers import PlannedConsumer, PlannedQueue, consumer_places
from harness.errors import LoadError

HEAD = """\
chain: c
owner: data-ops
deadline: "06:00"
environment:
  URL: {from: events.url}
  PASSWORD: {from: events.password}
jobs: {a: {run: [x], at: "02:00"}}
consumers:
  events: {kind: queue, list: plans, key: [sku], business_date: for_date}
"""


def told(tmp_path: Path, consumer: str) -> list[str]:
    (tmp_path / "chain.yaml").write_text(f"{HEAD}  it: {{kind: queue, {consumer}}}\n")
    with pytest.raises(LoadError) as refused:
        load_chain(tmp_path / "chain.yaml")
    return [one.text for one in refused.value.mistakes]


@pytest.mark.parametrize(
    ("consumer", "says"),
    [
        ("key: [sku]", "found neither list nor stream, expected one of them: the key that jobs push to"),
        ("list: a, stream: b", "found both list and stream, expected one of them: the key that jobs push to"),
        ("list: plans", "found 'plans', the list of 'events'; expected another name"),
        ("stream: plans", "found 'plans', the list of 'events'; expected another name"),
        ("list: a, key: [day], business_date: day", "found the column 'day' of the key, in which all rows"),
        ("list: a, business_date: day, fallback_of: day", "found 'day', which is business_date's"),
        ("list: a, key: [id], message_id: id", "found the column 'id' of the key, which a row must keep"),
        ("list: a, message_id: day, business_date: day", "found 'day', which is business_date's"),
        ("list: a, folder: outbox", "unknown key 'folder'"),
    ],
)
def test_a_mistake_is_told(tmp_path: Path, consumer: str, says: str) -> None:
    assert any(one.startswith(says) for one in told(tmp_path, consumer)), told(tmp_path, consumer)


def test_a_stream_may_have_several_consumers(tmp_path: Path) -> None:
    more = "  audit: {kind: queue, stream: log}\n  risk: {kind: queue, stream: log}\n"
    (tmp_path / "chain.yaml").write_text(HEAD + more)
    chain = load_chain(tmp_path / "chain.yaml")
    assert [chain.consumers[name].kind for name in ("events", "audit", "risk")] == ["queue"] * 3


def test_a_plan_is_read_as_it_was_written() -> None:
    planned = PlannedQueue(queue="plans", structure="list", key=("sku",))
    assert read(PlannedConsumer, write(planned), "consumer") == planned  # type: ignore[arg-type]  # a union


def test_its_places_are_its_address_whole_and_in_parts() -> None:
    endpoints = {"queue.host": "h", "queue.port": "1", "queue.password": "p"}
    assert consumer_places({"events": "queue"}, endpoints) == {
        "events.url": "redis://:p@h:1/0",
        "events.host": "h",
        "events.port": "1",
        "events.password": "p",
    }
