"""Who asks: the place in which a job's name lies that has connected, and what is known where none does."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.mocks.core.callers import Callers, asker, asking, tell

LONG = "a" * 60 + "nother-job"


@pytest.fixture
def callers(tmp_path: Path) -> Callers:
    return Callers(tmp_path, 8080, lambda: ("retrieve", "été", LONG))


@pytest.mark.parametrize("job", ["retrieve", "été", LONG])
def test_a_job_is_known_by_the_port_from_which_it_comes(tmp_path: Path, callers: Callers, job: str) -> None:
    tell(tmp_path, 8080, 40000, job)
    assert callers.take(40001) == ""
    assert callers.take(40000) == job


def test_a_port_is_forgotten_when_it_was_taken_for_the_next_may_come_from_there_unnamed(
    tmp_path: Path, callers: Callers
) -> None:
    tell(tmp_path, 8080, 65535, "retrieve")
    callers.take(65535)
    assert callers.take(65535) == ""


def test_a_name_that_is_none_of_a_job_is_nobody(tmp_path: Path, callers: Callers) -> None:
    tell(tmp_path, 8080, 40000, "wire")
    assert callers.take(40000) == ""


def test_nobody_takes_the_place_of_whoever_had_it(tmp_path: Path, callers: Callers) -> None:
    tell(tmp_path, 8080, 40000, "retrieve")
    tell(tmp_path, 8080, 40000, "")
    assert callers.take(40000) == ""


def test_who_does_not_look_is_not_told(tmp_path: Path) -> None:
    tell(tmp_path, 8080, 40000, "retrieve")
    assert list(tmp_path.iterdir()) == []


def test_events_say_who_asks_where_that_is_known() -> None:
    asking("retrieve")
    assert asker() == {"from": "retrieve"}
    asking("")
    assert asker() == {}
