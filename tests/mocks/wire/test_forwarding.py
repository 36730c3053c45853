"""How the wire passes an answer on: reset after so many bytes, or slow as a drip."""

from __future__ import annotations

import json
import sys

import pytest

from tests.mocks.conftest import CONTENT, MINUTE_NS, NightOfMocks, Played
from tests.mocks.wire.wire_client import CLIENT, tries


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
