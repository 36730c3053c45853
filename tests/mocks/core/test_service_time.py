"""Requests and commits take milliseconds of the night: seeded, one after the other, and none on a clock that stands."""

from __future__ import annotations

import sys
import time
from itertools import pairwise

from harness.contract.plan import Plan
from harness.mocks.core.service_time import APART_NS, GRAIN_NS, NEIGHBOURS, ServiceTime, later, moment
from tests.mocks.conftest import CONTENT, NightOfMocks, Played

ASKS = """
import http.client, sys, time
connection = http.client.HTTPConnection(sys.argv[1])
for path in sys.argv[2:]:
    connection.request("GET", path)
    connection.getresponse().read()
    print(time.time_ns())
"""
FILE = "/files/data.csv"
READINGS_NS = 1_000_000
"""More than readings of the clock add up to between two answers; an event loop may be late by as much again."""


def source(night: NightOfMocks, **plan: object) -> Played:
    night.plan |= {"service_time": True} | plan
    night.publish("data.csv", CONTENT)
    return night.start("source")


def answers(night: NightOfMocks, played: Played, *paths: str) -> list[int]:
    """When a client has had each answer, in grains since it began."""
    job = night.job(sys.executable, "-c", ASKS, f"127.0.0.1:{played.endpoints['source']}", *paths)
    night.settle()
    assert job.stdout is not None
    return [int(line) for line in job.stdout]


def gaps(moments: list[int]) -> list[int]:
    return [after // GRAIN_NS - before // GRAIN_NS for before, after in pairwise(moments)]


def test_each_request_takes_5_to_15_ms_of_the_night_and_another_night_repeats_them(night: NightOfMocks) -> None:
    moments = answers(night, source(night), *[FILE] * 12)
    assert set(gaps(moments)) == {1, 2, 3}
    assert all(at % GRAIN_NS < 2 * READINGS_NS for at in moments)
    night.begin()
    assert gaps(answers(night, source(night), *[FILE] * 12)) == gaps(moments)
    night.begin()
    assert gaps(answers(night, source(night, seed=1), *[FILE] * 12)) != gaps(moments)


def test_from_the_hundredth_on_every_tenth_takes_ten_times_as_long(night: NightOfMocks) -> None:
    taken = gaps(answers(night, source(night), *[FILE] * 151))
    assert set(taken[:99]) == {1, 2, 3}
    later = [grains for grains in taken[99:] if grains]
    assert len(later) == 5
    assert set(later) <= {10, 20, 30}


def test_two_clients_that_ask_in_one_instant_are_answered_one_after_the_other(night: NightOfMocks) -> None:
    played = source(night)
    address = f"127.0.0.1:{played.endpoints['source']}"
    jobs = [night.job(sys.executable, "-c", ASKS, address, *[FILE] * 5) for _ in range(3)]
    night.settle()
    grains = [int(line) // GRAIN_NS for job in jobs for line in job.stdout or ()]
    assert len(grains) == len(set(grains)) == 15


def test_without_it_in_the_plan_a_clock_that_stands_still_answers_at_once(night: NightOfMocks) -> None:
    night.publish("data.csv", CONTENT)
    assert night.start("source").get(FILE).status == 200


def test_what_is_under_way_when_a_night_ends_is_no_request_of_the_next(night: NightOfMocks) -> None:
    played = source(night)
    night.job(sys.executable, "-c", ASKS, f"127.0.0.1:{played.endpoints['source']}", FILE)
    night.controller.run(night.page.now_ns + 1, runaway_s=60)
    night.begin()
    night.publish("data.csv", CONTENT)
    night.start("source")
    night.run(1)
    assert not night.history("source").of("serve")


def test_neighbours_end_in_one_grain_at_moments_of_their_own() -> None:
    moments = [moment(7, neighbour) for neighbour in NEIGHBOURS]
    assert [at // GRAIN_NS for at in moments] == [7] * len(NEIGHBOURS)
    assert len(set(moments)) == len(moments)
    assert moments[-1] + APART_NS < moment(8, NEIGHBOURS[0])


def test_on_a_real_clock_nothing_is_added(monkeypatch) -> None:
    monkeypatch.delenv("NIGHT_CLOCK", raising=False)
    times = {"begins_ns": 0, "deadline_ns": 1, "closes_ns": 2}
    service = ServiceTime("source")
    service.begin(Plan(chain="c", owner="o", timezone="UTC", date="2026-11-23", service_time=True, **times))
    coroutine = service.request("GET /")
    try:
        coroutine.send(None)
    except StopIteration:
        return
    raise AssertionError("the request waits")


def test_what_is_drawn_is_in_its_bounds(monkeypatch) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: 7 * GRAIN_NS + 1)
    assert {later(range(2, 6), f"night/{number}") for number in range(200)} == {9, 10, 11, 12}
    assert {later(range(2, 6), f"night/{number}", 10) for number in range(200)} == {27, 37, 47, 57}
