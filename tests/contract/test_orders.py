"""Orders: every point has its effects, every effect its one point, and what the READMEs show can be armed."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from harness.contract.codec import ContractError, keys_of, read, write
from harness.contract.effects import consumers, damages, desk, scheduler, source, wire
from harness.contract.effects.damages import KINDS, Damaged
from harness.contract.orders import Counts, On, Order, Relay, Trigger, read_order
from harness.contract.points import LAUNCH, POINTS, SERVE
from harness.contract.protocols import OPERATIONS, PROTOCOLS, REFUSALS, SPOKEN_BY
from harness.faults.model.why_not_fired import WORDS

MOCKS_README = (Path(__file__).parents[2] / "harness/mocks/README.md").read_text()
ORDER: dict[str, Any] = {
    "id": "0:launch_failure",
    "fault": "launch_failure",
    "point": "launch",
    "where": {"job": "retrieve"},
    "effect": {"cause": "agent_away"},
}


def test_an_order_survives_the_way_to_its_mock() -> None:
    on = On(component="scheduler", action="job", type="fail", value={"job": "retrieve"})
    order = Order(
        id="0:launch_failure",
        fault="launch_failure",
        point=LAUNCH,
        where={"job": "retrieve"},
        effect=scheduler.WrongLaunch(cause="agent_away"),
        trigger=Trigger(at_ns=1, until_ns=9, for_ns=3, call=2, times=1, chance=0.5, seed="s", on=on),
    )
    assert read_order(json.loads(json.dumps(write(order))), [LAUNCH]) == order


def test_a_relay_and_counts_survive_their_way() -> None:
    relay = Relay(id="0", relay="source", on=On(component="desk", action="page"))
    assert read_order(json.loads(json.dumps(write(relay))), []) == relay
    counts = Counts(passed=3, awake=2, calls=2, acts=1, fired=False)
    assert read(Counts, write(counts), "counts") == counts


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"point": "launhc"}, "order.point: unknown point of this mock 'launhc'. Did you mean 'launch'? Known: launch"),
        ({"point": "serve"}, "order.point: unknown point of this mock 'serve'. Known: launch"),
        ({"where": {"jbo": "retrieve"}}, "order.where at the point 'launch': unknown key 'jbo'. Did you mean 'job'?"),
        ({"where": {"job": 3}}, "order.where.job: found 3, expected a text"),
        ({"effect": {"cause": "agent_awya"}}, "order.effect at the point 'launch'.cause: unknown word 'agent_awya'."),
        ({"effect": {"freeze_ns": 1}}, "order.effect at the point 'launch': unknown key 'freeze_ns'. Known: cause"),
        ({"trigger": {"tims": 1}}, "order.trigger: unknown key 'tims'. Did you mean 'times'?"),
        ({"trigger": {"times": 0}}, "order.trigger: times: found 0, expected a number from 1 on"),
        ({"trigger": {"on": {"component": "source"}}}, "order.trigger.on: missing key 'action'"),
        ({"relays": "source"}, "order: unknown key 'relays'."),
    ],
)
def test_an_order_that_the_contract_does_not_have_is_refused(change: dict[str, Any], says: str) -> None:
    with pytest.raises(ContractError) as refused:
        read_order(ORDER | change, [LAUNCH])
    assert str(refused.value).startswith(says)


@pytest.mark.parametrize("key", ["id", "fault", "point", "where", "effect"])
def test_an_order_without_a_part_is_refused_by_name(key: str) -> None:
    with pytest.raises(ContractError, match=f"missing key '{key}'"):
        read_order({name: part for name, part in ORDER.items() if name != key}, [LAUNCH])


def test_an_effect_of_another_point_cannot_be_ordered() -> None:
    with pytest.raises(ContractError, match="expected WrongLaunch at the point 'launch'"):
        Order(id="0", fault="f", point=LAUNCH, where={}, effect=wire.Dial(answer="refused"))


def test_every_effect_is_of_one_point() -> None:
    of_points = [kind for point in POINTS.values() for kind in point.kinds]
    assert len(of_points) == len(set(of_points))
    rooms = {point.component for point in POINTS.values()}
    assert rooms == {"source", "wire", "scheduler", "consumers", "desk"}
    parts = {source.MoveTo, source.MoveAway, source.Reverse, source.Again, source.Rename}
    parts |= {scheduler.AtWrite, scheduler.AtRename}
    defined = {
        one
        for room in (source, wire, scheduler, consumers, desk)
        for one in vars(room).values()
        if isinstance(one, type) and one.__module__ == room.__name__
    }
    assert defined - parts == set(of_points) - {Damaged}


def test_every_refusal_has_words_somewhere_and_every_protocol_has_operations() -> None:
    assert set(SPOKEN_BY) == set(REFUSALS)
    assert set(OPERATIONS) == set(PROTOCOLS)


def test_the_orders_that_the_mocks_readme_shows_can_be_armed() -> None:
    shown = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", MOCKS_README, re.DOTALL)]
    assert shown
    for order in shown:
        read_order(order, POINTS.values())


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_the_mocks_readme_names_every_damage_with_its_parameters(kind: type[damages.Damage]) -> None:
    row = next(line for line in MOCKS_README.splitlines() if line.startswith(f"| `{kind.under}` |"))
    told = set(re.findall(r"`(\w+)`", row.split("|")[2]))
    assert told == set(keys_of(kind))


def test_the_mocks_readme_names_every_way_of_a_delivery() -> None:
    for field in fields(source.Delivery):
        assert f"| `{field.name.removesuffix('_')}` |" in MOCKS_README


@pytest.mark.parametrize("point", POINTS.values(), ids=POINTS)
def test_a_readme_names_every_point(point: Any) -> None:
    room = "mocks/scheduler" if point.component == "scheduler" else "mocks"
    text = (Path(__file__).parents[2] / "harness" / room / "README.md").read_text()
    assert f"`{point.name}`" in text


def test_the_place_of_a_cut_is_never_guessed() -> None:
    with pytest.raises(ContractError, match="cut: missing key 'where'"):
        SERVE.effect({"cut": {"fraction": 0.5}, "manifest": "true"}, "effect")


SHA256 = "0" * 64
OTHER = {"sha256": SHA256, "md5": "", "size": 1, "records": 1, "control_total": None, "layout": None}


@pytest.mark.parametrize(
    ("point", "where", "effect", "says"),
    [
        ("request", {"via": "ftp"}, {"refuse": "forbidden"}, "where at the point 'request': via: unknown word 'ftp'"),
        ("request", {"operation": "gett"}, {"refuse": "forbidden"}, "Did you mean 'get'?"),
        ("serve", {"what": "fil"}, {"misstate": {"by": 1}}, "what: unknown word 'fil'. Did you mean 'file'?"),
        ("look", {"by": "nmae"}, {"hide": True}, "by: unknown word 'nmae'. Did you mean 'name'?"),
        ("dial", {"endpoint": "sauce"}, {"answer": "refused"}, "endpoint: unknown word 'sauce'"),
        ("connect", {"neighbour": "desk"}, {"reset": {"after_bytes": 1}}, "neighbour: unknown word 'desk'"),
        ("operators", {}, {"operators": []}, "operators: found none"),
        ("arrive", {}, {"parts": {}}, "parts: found none"),
        ("arrive", {}, {"parts": {"file": -1}}, "parts.file: found -1"),
        ("arrive", {}, {"again": {"after_ns": -1}}, "after_ns: found -1"),
        ("arrive", {}, {"reverse": {"every_ns": -1}}, "every_ns: found -1"),
        ("arrive", {}, {"as": ""}, "as: found nothing"),
        ("arrive", {}, {"rename": {"to": "", "after_ns": 1}}, "to: found nothing"),
        ("arrive", {}, {"again": {"after_ns": 1}, "rename": {"to": "x", "after_ns": 1}}, "found again and rename"),
        ("arrive", {}, {"content": OTHER | {"sha256": "../../etc/passwd"}}, "expected 64 hexadecimal digits"),
        ("serve", {}, {"replace": {"sha256": "../passwd", "size": 1}}, "expected 64 hexadecimal digits"),
        ("serve", {}, {"cut": {"fraction": 7.5, "where": "exact"}}, "fraction: found 7.5, expected a number up to 1"),
        ("serve", {}, {"cut": {"fraction": float("nan"), "where": "exact"}}, "fraction: found nan"),
        ("serve", {}, {"misstate": {"by": float("nan")}}, "by: found nan"),
        ("clock", {}, {"drift_ppm": float("nan")}, "drift_ppm: found nan"),
        ("connect", {}, {"hang": "first_byte", "after_bytes": 3}, "after_bytes: found 3 for hang 'first_byte'"),
    ],
)
def test_an_order_that_could_never_do_what_it_says_is_refused(
    point: str, where: dict[str, Any], effect: dict[str, Any], says: str
) -> None:
    with pytest.raises(ContractError) as refused:
        read_order(ORDER | {"point": point, "where": where, "effect": effect}, POINTS.values())
    assert says in str(refused.value)


@pytest.mark.parametrize(
    ("trigger", "says"),
    [
        ({"chance": 7.0}, "chance: found 7.0, expected a number up to 1"),
        ({"chance": -1}, "chance: found -1"),
        ({"at_ns": 2, "until_ns": 2}, "until_ns: found 2, expected a moment after at_ns 2"),
    ],
)
def test_a_trigger_that_never_agrees_is_refused(trigger: dict[str, Any], says: str) -> None:
    with pytest.raises(ContractError, match=re.escape(says)):
        read_order(ORDER | {"trigger": trigger}, [LAUNCH])


def test_a_relay_to_no_mock_is_refused() -> None:
    with pytest.raises(ContractError, match=r"relay: unknown word 'sauce'\. Did you mean 'source'\?"):
        read_order({"id": "0", "relay": "sauce", "on": {"component": "desk", "action": "page"}}, [])


def test_the_schedulers_readme_names_all_keys_of_its_effects() -> None:
    text = (Path(__file__).parents[2] / "harness/mocks/scheduler/README.md").read_text()
    rows = {row.split("`")[1]: row.split("|")[2] for row in text.splitlines() if re.match(r"\| `\w+`( \{|\s\|)", row)}
    for point in (point for point in POINTS.values() if point.component == "scheduler" and len(point.kinds) == 1):
        told = set(re.findall(r'"(\w+)"', rows[point.name]))
        assert told - {"agent_away"} == set(keys_of(point.kinds[0])), point.name


def test_every_point_has_words_for_an_author() -> None:
    assert set(WORDS) == set(POINTS.values())
