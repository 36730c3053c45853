"""The wire before a connection and on it: refused, unanswered, reset, and slow as a drip."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.mocks.conftest import CONTENT, MINUTE_NS, NightOfMocks, Played

CLIENT = """
import json, socket, sys, time
port, limit, hands = int(sys.argv[1]), float(sys.argv[2]) or None, int(sys.argv[3])
told = []
for _ in range(hands):
    began, got = time.time(), b""
    line = socket.socket()
    line.settimeout(limit)
    try:
        line.connect(("127.0.0.1", port))
        line.sendall(b"GET /files/forecast.csv HTTP/1.1\\r\\nHost: source\\r\\nConnection: close\\r\\n\\r\\n")
        while piece := line.recv(65536):
            got += piece
        how = "whole"
    except OSError as error:
        how = type(error).__name__
    line.close()
    told.append([how, len(got.partition(b"\\r\\n\\r\\n")[2]), len(got), round(time.time() - began)])
print(json.dumps(told))
"""


@pytest.fixture
def wire(night: NightOfMocks) -> Played:
    night.publish("forecast.csv")
    source = night.start("source")
    return night.start("wire", "--route", f"source=0=127.0.0.1:{source.endpoints['source']}")


def tries(night: NightOfMocks, wire: Played, *, limit: float = 30, hands: int = 1) -> list[list[Any]]:
    """How each of a client's tries ended, how much of the body and of the answer came, and after how many seconds."""
    job = night.job(sys.executable, "-c", CLIENT, str(wire.endpoints["source"]), str(limit), str(hands))
    night.run(600)
    assert job.stdout is not None
    found: list[list[Any]] = json.loads(job.stdout.read())
    return found


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


def test_a_door_is_there_only_while_its_fault_is(night: NightOfMocks, wire: Played) -> None:
    door = Path(night.dir / "doors" / str(wire.endpoints["source"]))
    assert not door.exists()
    wire.arm("dial", {"answer": "refused"}, where={"neighbour": "source"})
    wire.arm("dial", {"answer": "refused"}, where={"neighbour": "source"}, order_id="1")
    wire.done("DELETE", "arm/0")
    assert door.exists()
    assert tries(night, wire) == [["ConnectionRefusedError", 0, 0, 0]]
    wire.done("DELETE", "arm/1")
    assert not door.exists()
    wire.arm("dial", {"answer": "refused"}, where={"neighbour": "source"})
    wire.done("POST", "reset", night.plan)
    assert not door.exists()


def test_another_endpoint_has_no_door(night: NightOfMocks, wire: Played) -> None:
    wire.arm("dial", {"answer": "refused"}, where={"neighbour": "consumers"})
    assert tries(night, wire)[0][0] == "whole"
    assert night.events("fault") == []


@pytest.mark.parametrize(("after", "least", "most"), [(0, 0, 0), (500, 500, 500), (1, 1, 1)])
def test_a_connection_is_reset_after_so_many_bytes(
    night: NightOfMocks, wire: Played, after: int, least: int, most: int
) -> None:
    wire.arm("connect", {"reset": {"after_bytes": after}}, where={"neighbour": "source"}, times=1)
    broken, whole = tries(night, wire, hands=2)
    assert broken[0] == "ConnectionResetError"
    assert least <= broken[2] <= most
    assert whole[:2] == ["whole", len(CONTENT)]
    assert len(night.events("fault")) == 1


def test_an_answer_that_is_over_before_the_reset_is_whole(night: NightOfMocks, wire: Played) -> None:
    wire.arm("connect", {"reset": {"after_bytes": 1_000_000}})
    assert tries(night, wire)[0][:2] == ["whole", len(CONTENT)]
    assert night.events("fault") == [], "it has not acted"


@pytest.mark.parametrize(("portion", "every_s"), [(100, 1), (1000, 10)])
def test_an_answer_drips_at_its_rate_and_no_read_timeout_fires(
    night: NightOfMocks, wire: Played, portion: int, every_s: int
) -> None:
    drip = {"drip": {"bytes": portion, "every_ns": every_s * 1_000_000_000}}
    wire.arm("connect", drip, where={"neighbour": "source"})
    [[how, body, whole, seconds]] = tries(night, wire, limit=every_s + 1)
    assert (how, body) == ("whole", len(CONTENT))
    assert seconds == pytest.approx(whole // portion * every_s, abs=every_s)


def test_a_drip_that_is_taken_out_resets_the_connection(night: NightOfMocks, wire: Played) -> None:
    wire.arm("connect", {"drip": {"bytes": 10, "every_ns": MINUTE_NS}})
    job = night.job(sys.executable, "-c", CLIENT, str(wire.endpoints["source"]), "300", "1")
    night.run(5)
    wire.done("DELETE", "arm/0")
    night.run(6)
    assert job.stdout is not None
    [[how, _, got, _]] = json.loads(job.stdout.read())
    assert (how, got) == ("ConnectionResetError", 50)


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
