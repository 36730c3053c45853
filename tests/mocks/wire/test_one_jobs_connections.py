"""Whose connections they are, the wire knows, and tells the mock behind it; a fault bound to one job meets no other."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mocks.conftest import CONTENT, NightOfMocks, Played
from tests.mocks.wire.wire_client import tries

JOBS = ("retrieve", "publish")
RETRIEVE = {"neighbour": "source", "from": "retrieve"}


@pytest.fixture
def known(night: NightOfMocks, wire: Played, source: Played) -> Played:
    of_all = {"cwd": "/", "environment": {}, "agent": "agent", "owner": "data-ops"}
    night.plan["jobs"] = [{"job": job, **of_all} for job in JOBS]
    for mock in (source, wire):
        mock.done("POST", "reset", night.plan)
    return wire


@pytest.mark.parametrize("job", JOBS)
def test_every_mock_on_the_way_knows_whose_request_it_is(night: NightOfMocks, known: Played, job: str) -> None:
    tries(night, known, job=job)
    for action in ("connect", "serve"):
        assert {told["from"] for _, told, _ in night.events(action)} == {job}


def test_a_program_that_is_none_of_the_nights_jobs_is_nobody(night: NightOfMocks, known: Played) -> None:
    tries(night, known, job="source")
    assert known.get("/files/forecast.csv", "source").status == 200  # and who has no clock of the night
    told = [value for action in ("connect", "serve") for _, value, _ in night.events(action)]
    assert len(told) == 6
    assert not [value for value in told if "from" in value]


@pytest.mark.parametrize(
    ("point", "effect", "how"),
    [
        ("dial", {"answer": "refused"}, "ConnectionRefusedError"),
        ("dial", {"answer": "silence"}, "TimeoutError"),
        ("connect", {"hang": "first_byte"}, "TimeoutError"),
        ("connect", {"reset": {"after_bytes": 10}}, "ConnectionResetError"),
    ],
)
def test_one_jobs_connections_meet_the_fault_and_anothers_do_not(
    night: NightOfMocks, known: Played, point: str, effect: dict[str, Any], how: str
) -> None:
    known.arm(point, effect, where=RETRIEVE)
    assert tries(night, known, job="publish")[0][:2] == ["whole", len(CONTENT)]
    assert night.events("fault") == []
    assert tries(night, known, job="retrieve", until=700)[0][0] == how
    [(_, receipt, _)] = night.events("fault")
    assert receipt["where"] == {"endpoint": "source", **RETRIEVE}


def test_so_do_one_jobs_requests_of_the_source(night: NightOfMocks, known: Played, source: Played) -> None:
    source.arm("request", {"refuse": "unavailable"}, where={"from": "retrieve"})
    assert tries(night, known, job="publish")[0][1] == len(CONTENT)
    assert tries(night, known, job="retrieve", until=700)[0][1] < len(CONTENT)
    assert [(kind, told["from"]) for kind, told, _ in night.events("serve")] == [
        ("invoke", "publish"),
        ("ok", "publish"),
        ("invoke", "retrieve"),
        ("fail", "retrieve"),
    ]
