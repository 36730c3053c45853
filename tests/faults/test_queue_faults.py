"""Faults at queues: of which consumers there can be one, what they arm, and which other faults a queue can have."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from harness.chain.loading import load_chain
from harness.chain.model import Chain
from harness.contract.codec import write
from harness.contract.points import Point
from harness.faults import FAULTS, Fault
from harness.scenario.model import build_fault
from tests.faults.examples_queue import EXAMPLES

CHAIN = """\
chain: c
owner: data-ops
deadline: "06:00"
jobs: {a: {run: [x], at: "02:00"}}
consumers:
  planning: {kind: http}
  table: {kind: postgres, schema: s.sql, table: t}
  plan: {kind: queue, list: plan}
  bus: {kind: queue, stream: forecast, message_id: id}
"""


@pytest.fixture
def chain(tmp_path: Path) -> Chain:
    (tmp_path / "chain.yaml").write_text(CHAIN)
    (tmp_path / "s.sql").write_text("create table t (a int);")
    return load_chain(tmp_path / "chain.yaml")


def armed(fault: Fault) -> tuple[str, Any, dict[str, str]]:
    found: list[tuple[str, Any, dict[str, str]]] = []

    class System:
        @contextmanager
        def armed(self, fault: Fault, point: Point[Any], effect: Any, **where: str) -> Iterator[None]:
            found.append((point.name, write(effect), where))
            yield

    system: Any = System()
    with fault.inject(system):
        [one] = found
    return one


def told(chain: Chain, **fault: Any) -> list[tuple[str, str]]:
    return list(build_fault(fault).mistakes(chain))


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("consumer", ["planning", "table"])
def test_what_can_happen_to_queues_alone_is_a_mistake_at_others(name: str, consumer: str, chain: Chain) -> None:
    [(parameter, text)] = told(chain, **{name: {"consumer": consumer}})
    assert parameter == "consumer"
    assert text.startswith(f"found {consumer}, a consumer of kind ")
    assert text.endswith(f"to which {name} cannot happen; expected one of kind queue")


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"redelivery": {"messages": 3}}, ("take", {"redeliver": {"messages": 3}}, {"consumer": "bus"})),
        ({"redelivery": {"to": "consumer"}}, ("store", {"store_again": True}, {"consumer": "bus"})),
        ({"out_of_order_messages": {}}, ("take", {"put_behind": {"messages": 1}}, {"consumer": "bus"})),
        ({"lost_consumer_group": {"lost": "stream"}}, ("take", {"lose": "stream"}, {"consumer": "bus"})),
        (
            {"consumer_out_of_memory": {}},
            (
                "exchange",
                {"refuse": "out_of_memory"},
                {"consumer": "bus", "when": "before_commit", "operation": "store"},
            ),
        ),
    ],
)
def test_what_each_of_them_arms(given: dict[str, Any], found: tuple[Any, ...]) -> None:
    ((name, parameters),) = given.items()
    assert armed(build_fault({name: {"consumer": "bus"} | parameters})) == found


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"lost_consumer_group": {"consumer": "plan"}}, "found plan, which is a list and has no groups"),
        ({"redelivery": {"consumer": "bus", "to": "consumer", "messages": 2}}, "found 2; a consumer is handed again"),
        ({"duplicate_accepted": {"consumer": "plan"}}, "found plan, which knows no message by an id"),
        ({"consumer_error": {"consumer": "bus", "status": 429}}, "found 429, for which bus, a consumer of kind queue,"),
        ({"consumer_error": {"consumer": "bus", "retry_after": "5m"}}, "found 5m; bus, a consumer of kind queue, does"),
        ({"consumer_schema_changed": {"consumer": "bus"}}, "found bus, a consumer of kind queue, to which"),
    ],
)
def test_what_a_queue_has_no_moment_for_is_told_before_the_night(
    given: dict[str, Any], says: str, chain: Chain
) -> None:
    [(_, text)] = told(chain, **given)
    assert text.startswith(says)


AT_ANY = {
    "answer_lost",
    "consumer_error",
    "consumer_hang",
    "consumer_read_only",
    "consumer_reset",
    "consumer_slow",
    "duplicate_accepted",
    "half_stored",
    "rows_swallowed",
}


@pytest.mark.parametrize("name", sorted(AT_ANY))
def test_the_others_happen_to_a_queue_as_to_any_consumer(name: str, chain: Chain) -> None:
    more = {"by": "2m"} if name == "consumer_slow" else {}
    assert name in FAULTS
    assert told(chain, **{name: {"consumer": "bus"} | more}) == []
