"""The states of the wire's ports: connections refused or unanswered, and orders that the wire refuses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.mocks.conftest import CONTENT, NightOfMocks, Played
from tests.mocks.wire.wire_client import tries


def test_a_refused_connection_is_refused_as_the_kernel_does_it(night: NightOfMocks, wire: Played) -> None:
    wire.arm("dial", {"answer": "refused"}, where={"neighbour": "source"}, times=2)
    refused, again, whole = tries(night, wire, hands=3)
    assert refused == again == ["ConnectionRefusedError", 0, 0, 0]
    assert whole[:2] == ["whole", len(CONTENT)]
    assert len(night.events("fault")) == 2
    assert night.events("connect") == [
        ("fail", {"endpoint": "source"}, "Connection refused"),
        ("fail", {"endpoint": "source"}, "Connection refused"),
        ("info", {"endpoint": "source"}, None),
    ]


@pytest.mark.parametrize(("limit", "how", "after_s"), [(7, "TimeoutError", 7), (0, "TimeoutError", 127)])
def test_an_unanswered_connection_is_waited_for_as_long_as_the_client_waits(
    night: NightOfMocks, wire: Played, limit: float, how: str, after_s: int
) -> None:
    wire.arm("dial", {"answer": "silence"}, where={"endpoint": "source"}, times=1)
    assert tries(night, wire, limit=limit, hands=2) == [
        [how, 0, 0, after_s],
        ["whole", len(CONTENT), pytest.approx(len(CONTENT) + 300, abs=200), 0],
    ]
    assert night.events("connect")[0] == ("fail", {"endpoint": "source"}, "nobody answers")
    assert len(night.events("fault")) == 1


def test_a_port_has_a_state_only_while_its_fault_is_armed(night: NightOfMocks, wire: Played) -> None:
    state = Path(night.dir / "ports" / str(wire.endpoints["source"]))
    assert not state.exists()
    wire.arm("dial", {"answer": "refused"}, where={"neighbour": "source"})
    wire.arm("dial", {"answer": "refused"}, where={"neighbour": "source"}, order_id="1")
    wire.done("DELETE", "arm/0")
    assert state.exists()
    assert tries(night, wire) == [["ConnectionRefusedError", 0, 0, 0]]
    wire.done("DELETE", "arm/1")
    assert not state.exists()
    wire.arm("dial", {"answer": "refused"}, where={"neighbour": "source"})
    wire.done("POST", "reset", night.plan)
    assert not state.exists()


def test_another_endpoint_has_no_state(night: NightOfMocks, wire: Played) -> None:
    wire.arm("dial", {"answer": "refused"}, where={"neighbour": "consumers"})
    assert tries(night, wire)[0][0] == "whole"
    assert night.events("fault") == []


@pytest.mark.parametrize(
    ("point", "effect", "says"),
    [
        ("dial", {"answer": "perhaps"}, "unknown word 'perhaps'. Known: refused, silence"),
        ("connect", {"reset": {}}, "reset: missing key 'after_bytes'"),
        ("connect", {"reset": {"after_bytes": -1}}, "after_bytes: found -1"),
        ("connect", {"drip": {"bytes": 0, "every_ns": 1}}, "bytes: found 0"),
        ("connect", {"hang": "body", "after_bytes": 1, "reset": {}}, "unknown key 'reset'"),
    ],
)
def test_what_the_wire_cannot_do_is_refused_by_name(
    wire: Played, point: str, effect: dict[str, Any], says: str
) -> None:
    status, answer = wire.call(
        "POST", "arm", {"id": "0", "fault": "tested", "point": point, "where": {}, "effect": effect}
    )
    assert status == 400
    assert says in answer["error"]
