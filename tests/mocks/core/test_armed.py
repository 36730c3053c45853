"""Armed orders: each trigger by itself, receipts, and what an event sets off."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.contract.codec import read
from harness.contract.effects.scheduler import WrongEnd
from harness.contract.orders import Counts, On, Order, Relay, Trigger
from harness.contract.points import ENDED, KILL, Component
from harness.history import Recorder
from harness.mocks.core.armed import Armory
from harness.mocks.core.order import Armed

MINUTE_NS = 60_000_000_000


class Clock:
    now_ns = 0

    def __call__(self) -> int:
        return self.now_ns


class OnATestedClock:
    """An armory on a clock that a test sets."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self.path = folder / "tested.jsonl"
        self.recorder = Recorder(self.path, "tested", clock=self.clock)
        self.fired: list[str] = []
        self.relayed: list[str] = []
        self.armory = Armory(self.recorder, fired=self._fired, relay=self._relayed, clock=self.clock)

    def _fired(self, order: Armed[Any]) -> None:
        self.fired.append(order.id)

    def _relayed(self, relay: Relay) -> None:
        self.relayed.append(f"{relay.id} in {relay.relay}")

    def arm(self, *, order_id: str = "0", where: Any = None, code: int = 1, **trigger: Any) -> None:
        self.armory.arm(
            Order(
                id=order_id,
                fault="f",
                point=ENDED,
                where=where or {},
                effect=WrongEnd(code=code),
                trigger=read(Trigger, trigger, "trigger"),
            )
        )

    def relay(self, order_id: str, to: Component, on: On) -> None:
        self.armory.arm(Relay(id=order_id, relay=to, on=on))

    def at(self, *minutes: float) -> list[bool]:
        """Whether the order acts on a call at each of these minutes."""
        acted = []
        for minute in minutes:
            self.clock.now_ns = int(minute * MINUTE_NS)
            acted.append(bool(self.armory.act(ENDED, job="j")))
        return acted

    def receipts(self) -> list[dict[str, Any]]:
        events = [json.loads(line) for line in self.path.read_text().splitlines()]
        return [event["value"] for event in events if event["action"] == "fault"]


@pytest.fixture
def armed(tmp_path: Path) -> Iterator[OnATestedClock]:
    tested = OnATestedClock(tmp_path)
    yield tested
    tested.recorder.close()


def test_without_a_trigger_an_order_always_acts(armed: OnATestedClock) -> None:
    armed.arm()
    assert armed.at(0, 1, 2) == [True, True, True]


def test_at_is_the_first_moment(armed: OnATestedClock) -> None:
    armed.arm(at_ns=2 * MINUTE_NS)
    assert armed.at(1, 2, 3) == [False, True, True]


def test_until_is_the_first_moment_after(armed: OnATestedClock) -> None:
    armed.arm(until_ns=2 * MINUTE_NS)
    assert armed.at(1, 2, 3) == [True, False, False]


def test_for_counts_from_at(armed: OnATestedClock) -> None:
    armed.arm(at_ns=MINUTE_NS, for_ns=2 * MINUTE_NS)
    assert armed.at(0, 2, 2.9, 3) == [False, True, True, False]


def test_for_counts_from_the_first_act_when_nothing_else_begins_it(armed: OnATestedClock) -> None:
    armed.arm(for_ns=2 * MINUTE_NS)
    assert armed.at(5, 6.9, 7, 8) == [True, True, False, False]


def test_for_counts_from_the_event(armed: OnATestedClock) -> None:
    armed.arm(on={"component": "tested", "action": "go"}, for_ns=2 * MINUTE_NS)
    armed.clock.now_ns = 5 * MINUTE_NS
    armed.recorder.record("info", "go")
    assert armed.at(6, 7) == [True, False]


def test_call_is_the_nth_only(armed: OnATestedClock) -> None:
    armed.arm(call=2)
    assert armed.at(0, 1, 2) == [False, True, False]


def test_call_counts_from_when_the_order_is_awake(armed: OnATestedClock) -> None:
    armed.arm(call=2, at_ns=2 * MINUTE_NS)
    assert armed.at(0, 1, 2, 3, 4) == [False, False, False, True, False]


def test_times_is_the_most_it_acts(armed: OnATestedClock) -> None:
    armed.arm(times=2)
    assert armed.at(0, 1, 2) == [True, True, False]


def test_chance_is_decided_by_the_seed_alone(armed: OnATestedClock, tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    again = OnATestedClock(tmp_path / "again")
    for either in (armed, again):
        either.arm(chance=0.3, seed="scenario:7:0")
    first = armed.at(*range(400))
    assert first == again.at(*range(400))
    assert 80 < sum(first) < 160
    armed.arm(chance=0.3, seed="scenario:8:0")
    assert armed.at(*range(400)) != first
    again.recorder.close()


def test_chance_one_always_acts(armed: OnATestedClock) -> None:
    armed.arm(chance=1)
    assert all(armed.at(*range(20)))


def test_a_trigger_that_is_null_is_none(armed: OnATestedClock) -> None:
    armed.arm(at_ns=None, call=None, on=None)
    assert armed.at(0) == [True]


def test_an_order_concerns_what_its_where_names(armed: OnATestedClock) -> None:
    armed.arm(where={"job": "retrieve"})
    assert not armed.armory.act(ENDED, job="publish")
    assert not armed.armory.act(KILL, job="retrieve")
    assert armed.armory.act(ENDED, job="retrieve", by="hand")


def test_calls_that_the_order_does_not_concern_do_not_count(armed: OnATestedClock) -> None:
    armed.arm(where={"job": "retrieve"}, call=2)
    for job in ("publish", "retrieve", "publish"):
        assert not armed.armory.act(ENDED, job=job)
    assert armed.armory.act(ENDED, job="retrieve")


def test_a_call_on_which_the_order_has_nothing_to_bite_does_not_count(armed: OnATestedClock) -> None:
    armed.arm(times=1)
    assert not armed.armory.act(ENDED, lambda _: False, job="j")
    assert armed.armory.act(ENDED, lambda _: True, job="j")


def test_every_act_leaves_a_receipt_and_nothing_else_does(armed: OnATestedClock) -> None:
    armed.arm(times=2, code=7)
    armed.at(0, 1, 2)
    receipt = {"id": "0", "fault": "f", "point": "ended", "where": {"job": "j"}, "effect": {"code": 7}}
    assert armed.receipts() == [receipt, receipt]


def test_looking_whether_an_order_would_act_neither_counts_nor_leaves_a_receipt(armed: OnATestedClock) -> None:
    armed.arm(call=2)
    assert [armed.armory.would_act(ENDED, job="j") for _ in range(3)] == [[], [], []]
    armed.at(0)
    assert [order.effect for order in armed.armory.would_act(ENDED, job="j")] == [WrongEnd(code=1)]
    assert armed.at(1) == [True]
    assert len(armed.receipts()) == 1


def test_several_orders_act_in_the_order_they_were_armed_in(armed: OnATestedClock) -> None:
    armed.arm(order_id="b", code=1)
    armed.arm(order_id="a", code=2)
    assert [order.effect for order in armed.armory.act(ENDED)] == [WrongEnd(code=1), WrongEnd(code=2)]


@pytest.mark.parametrize(
    ("on", "wakes"),
    [
        ({"component": "tested", "action": "batch"}, True),
        ({"component": "tested", "action": "batch", "type": "ok"}, True),
        ({"component": "tested", "action": "batch", "type": "invoke"}, False),
        ({"component": "tested", "action": "page"}, False),
        ({"component": "planning", "action": "batch"}, False),
        ({"component": "tested", "action": "batch", "value": {"key": "k1"}}, True),
        ({"component": "tested", "action": "batch", "value": {"key": "k1", "deep": {"a": 1}}}, True),
        ({"component": "tested", "action": "batch", "value": {"key": "k2"}}, False),
        ({"component": "tested", "action": "batch", "value": {"deep": {"a": 2}}}, False),
        ({"component": "tested", "action": "batch", "value": {"absent": None}}, False),
    ],
)
def test_an_order_sleeps_until_its_event(armed: OnATestedClock, on: dict[str, Any], wakes: bool) -> None:
    armed.arm(on=on)
    armed.relay("1", to="scheduler", on=read(On, on, "on"))
    assert armed.at(0) == [False]
    armed.recorder.record("ok", "batch", {"key": "k1", "rows": 3, "deep": {"a": 1, "b": 2}})
    assert armed.fired == (["0"] if wakes else [])
    assert armed.relayed == (["1 in scheduler"] if wakes else [])
    assert armed.at(1) == [wakes]


def test_calls_while_asleep_do_not_count(armed: OnATestedClock) -> None:
    armed.arm(on={"component": "tested", "action": "go"}, call=1)
    armed.at(0, 1)
    armed.recorder.record("info", "go")
    assert armed.at(2, 3) == [True, False]


def test_an_order_counts_how_far_it_came(armed: OnATestedClock) -> None:
    armed.arm(where={"job": "j"}, at_ns=2 * MINUTE_NS, times=1)
    armed.armory.act(ENDED, job="another")
    armed.at(1, 2, 3)
    armed.armory.act(ENDED, lambda _: False, job="j")
    order = armed.armory.disarm("0")
    assert order is not None
    assert order.counts == Counts(passed=4, awake=3, calls=2, acts=1, fired=False)


def test_an_order_of_another_component_is_woken_by_fire(armed: OnATestedClock) -> None:
    armed.arm(on={"component": "elsewhere", "action": "go"})
    assert armed.at(0) == [False]
    assert armed.armory.fire("0") is not None
    assert armed.at(1) == [True]
    assert armed.armory.fire("unknown") is None


def test_the_receipt_of_one_order_can_wake_another(armed: OnATestedClock) -> None:
    armed.arm(order_id="first")
    armed.arm(order_id="second", on={"component": "tested", "action": "fault", "value": {"id": "first"}})
    assert len(armed.armory.act(ENDED)) == 1
    assert len(armed.armory.act(ENDED)) == 2


def test_a_relay_beside_an_own_order_of_the_same_id_fires_once(armed: OnATestedClock) -> None:
    on = {"component": "tested", "action": "go"}
    armed.arm(on=on)
    armed.relay("0", to="source", on=read(On, on, "on"))
    armed.recorder.record("info", "go")
    assert (armed.fired, armed.relayed) == (["0"], [])


def test_arming_again_begins_anew_and_disarming_ends(armed: OnATestedClock) -> None:
    armed.arm(times=1)
    assert armed.at(0, 1) == [True, False]
    armed.arm(times=1)
    assert armed.at(2) == [True]
    armed.arm()
    armed.armory.disarm("0")
    assert armed.at(3) == [False]


def test_a_chosen_order_counts_its_calls_and_acts_only_when_that_is_told(armed: OnATestedClock) -> None:
    armed.arm(call=2, times=1)
    assert armed.armory.propose(ENDED, job="j") == []
    [order] = armed.armory.propose(ENDED, job="j")
    assert (order.counts.calls, order.counts.acts, armed.receipts()) == (2, 0, [])
    armed.armory.confirm(order, job="j")
    assert order.counts.acts == 1
    assert [receipt["where"] for receipt in armed.receipts()] == [{"job": "j"}]


def test_times_are_used_up_by_acts_and_not_by_choices(armed: OnATestedClock) -> None:
    armed.arm(times=1)
    for _ in range(2):
        [order] = armed.armory.propose(ENDED, job="j")
    armed.armory.confirm(order, job="j")
    assert armed.armory.propose(ENDED, job="j") == []


def test_orders_that_wait_at_a_point_are_known_awake_or_not(armed: OnATestedClock) -> None:
    armed.arm(where={"job": "j"}, at_ns=MINUTE_NS)
    [order] = armed.armory.at_point(ENDED, job="j")
    assert armed.armory.at_point(ENDED, job="k") == []
    assert (order.counts.passed, armed.receipts()) == (0, [])


def test_what_one_armory_held_another_holds_with_all_that_was_counted(armed: OnATestedClock, tmp_path: Path) -> None:
    armed.arm(times=2)
    armed.arm(order_id="asleep", on={"component": "elsewhere", "action": "go"})
    armed.relay("1", to="wire", on=On(component="tested", action="go"))
    assert armed.at(0) == [True]
    (tmp_path / "again").mkdir()
    again = OnATestedClock(tmp_path / "again")
    again.armory.restore(json.loads(json.dumps(armed.armory.dump())))
    assert again.at(1, 2) == [True, False]
    assert again.armory.fire("asleep") is not None
    assert again.at(3) == [True]
    again.recorder.record("info", "go")
    assert again.relayed == ["1 in wire"]
    again.recorder.close()
