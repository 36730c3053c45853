"""Faults at consumers: of which consumers there can be one, and what they arm."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from harness.chain.loading import load_chain
from harness.chain.model import Chain
from harness.contract import points
from harness.contract.effects import consumers as effects
from harness.contract.points import Point
from harness.faults import FAULTS, ConsumerError, ConsumerHang, ConsumerReset, Fault, HalfStored
from harness.faults.model.consumers import MeetsAConsumer, MeetsRows
from harness.scenario.model import build_fault, describe_fault
from harness.values.units import Duration
from tests.faults.examples_consumers import EXAMPLES

CHAIN = """\
chain: c
owner: data-ops
deadline: "06:00"
folders: {outbox: {}}
jobs: {a: {run: [x], at: "02:00"}}
consumers:
  planning: {kind: http}
  board: {kind: pull, at: "03:45", folder: outbox, name: "plan_{date}.csv"}
"""


class Armed:
    """What a fault asks of the stack (`harness.faults.System`), as far as it arms something."""

    def __init__(self) -> None:
        self.found: list[tuple[str, Any, dict[str, str]]] = []

    @contextmanager
    def armed(self, fault: Fault, point: Point[Any], effect: Any, **where: str) -> Iterator[None]:
        self.found.append((point.name, effect, where))
        yield


def armed(fault: Fault) -> tuple[str, Any, dict[str, str]]:
    system: Any = Armed()
    with fault.inject(system):
        [found] = system.found
    return found  # type: ignore[no-any-return]  # of the system, which is Any to be one


@pytest.fixture
def chain(tmp_path: Path) -> Chain:
    (tmp_path / "chain.yaml").write_text(CHAIN)
    return load_chain(tmp_path / "chain.yaml")


def test_the_group_is_all_faults_at_consumers() -> None:
    group = {name for name, kind in FAULTS.items() if kind.__module__.startswith("harness.faults.consumers.")}
    assert group >= EXAMPLES.keys()
    assert all(isinstance(fault, MeetsAConsumer) for fault in EXAMPLES.values())


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_consumer_that_the_chain_does_not_have_is_a_mistake(name: str, chain: Chain) -> None:
    given = describe_fault(EXAMPLES[name])[name] | {"consumer": "planing"}
    given.pop("from", None)
    [(parameter, text)] = build_fault({name: given}).mistakes(chain)
    assert (parameter, "Did you mean 'planning'" in text) == ("consumer", True)


def test_what_a_consumer_that_reads_files_is_never_asked_for_is_a_mistake(chain: Chain) -> None:
    for fault, able in ((ConsumerReset(consumer="board"), "http"), (HalfStored(consumer="board"), "http")):
        [(parameter, text)] = fault.mistakes(chain)
        assert parameter == "consumer"
        assert text.startswith(f"found board, a consumer of kind pull, to which {fault.name} cannot happen")
        assert able in text.partition("expected one of kind")[2]


def test_a_retry_after_is_in_whole_seconds_and_no_sooner() -> None:
    fault = ConsumerError(consumer="planning", status=429, retry_after=Duration.parse("1500ms"), operation="read")
    where = {"consumer": "planning", "when": "asked", "operation": "read"}
    assert armed(fault) == (points.EXCHANGE.name, effects.Refuse(refuse="throttled", retry_after_s=2), where)


def test_before_and_after_the_commit_are_two_moments() -> None:
    moments = [armed(ConsumerHang(consumer="planning", when=when))[2]["when"] for when in ("before", "after")]
    assert moments == ["before_commit", "after_commit"]


@pytest.mark.parametrize("name", [name for name, fault in EXAMPLES.items() if isinstance(fault, MeetsRows)])
def test_what_becomes_of_rows_is_armed_where_they_are_stored(name: str) -> None:
    point, _, where = armed(EXAMPLES[name])
    assert (point, where) == ("store", {"consumer": "planning"})
