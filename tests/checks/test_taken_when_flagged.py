"""Hand-written histories for taken_when_flagged."""

from __future__ import annotations

from typing import Any

import pytest

from harness.checks import CHECKS, Outcome, judge
from harness.testing.histories import Line
from tests.checks.nights import WHOLE, calm, ended, night

check = CHECKS["taken_when_flagged"]

FLAG = "forecast.csv.done"
FILE = {"file": "forecast", "name": "forecast.csv"}


def flagged(*lines: Line, without: tuple[str, ...] = ()) -> Any:
    """A calm night of a file with a flag."""
    usual = [line for line in calm() if line[2] != "publish info" and line[2] not in without]
    arrived = ("01:30:00", "source", "publish info", FILE | {"sha256": WHOLE, "records": 3, "flag": FLAG})
    return night(arrived, *usual, *lines)


def came(clock: str, name: str = "forecast.csv") -> Line:
    return clock, "source", "flag info", FILE | {"name": name, "flag": FLAG}


def served(clock: str, name: str = "forecast.csv", what: str = "file", **more: Any) -> Line:
    return clock, "source", "serve ok", {"name": name, "what": what, "via": "http", "complete": True} | more


BASELINE = flagged(came("01:30:01"), served("02:00:05"))


def test_a_file_that_is_taken_when_its_flag_is_there_holds() -> None:
    assert check(BASELINE, BASELINE).sentence == "1 file with a flag, and none was taken only before that"


def test_one_that_is_taken_before_and_delivered_so_is_told_with_both_times() -> None:
    early = flagged(served("02:00:05"), came("02:20:00"))
    told = "retrieve took forecast.csv at 02:00, and its flag forecast.csv.done came at 02:20"
    assert check(early, BASELINE).evidence["taken_early"].first == (told,)
    assert check(early, BASELINE).sentence.startswith(f"{told}: wait for the flag, or where")


def test_a_flag_that_never_comes_is_told_so() -> None:
    assert "came not at all" in check(flagged(served("02:00:05")), BASELINE).sentence


def test_such_a_night_is_right_by_luck_and_no_pass() -> None:
    judgement = judge(flagged(served("02:00:05"), came("02:20:00")), BASELINE)
    assert judgement.outcome is Outcome.INCONCLUSIVE
    assert judgement.because.startswith("the data is right by luck: retrieve took forecast.csv at 02:00")


@pytest.mark.parametrize("what", ["flag", "manifest", "listing"])
def test_a_look_is_no_retrieval(what: str) -> None:
    looked = served("01:59:00", what=what)
    assert check(flagged(looked, came("02:00:00"), served("02:00:05")), BASELINE).state == "holds"
    assert check(flagged(looked, came("02:20:00")), BASELINE).state == "holds"


def test_what_is_retrieved_once_more_after_the_flag_was_not_taken_early() -> None:
    again = flagged(served("02:00:05"), came("02:00:10"), served("02:00:15"))
    assert check(again, BASELINE).state == "holds"


def test_a_job_that_does_not_end_well_has_delivered_nothing() -> None:
    failed = flagged(served("02:00:05"), ended("02:01:00", "retrieve", "fail"), came("02:20:00"), without=("job ok",))
    assert check(failed, BASELINE).state == "holds"


def test_a_job_is_known_by_its_request() -> None:
    early = flagged(served("02:01:30", **{"from": "publish"}), came("02:20:00"))
    assert check(early, BASELINE).sentence.startswith("publish took forecast.csv at 02:01")


def test_a_file_stays_the_same_under_another_name() -> None:
    claimed = ("02:00:04", "source", "rename info", FILE | {"to": "mine.csv", "via": "sftp"})
    assert check(flagged(came("02:00:00"), claimed, served("02:00:05", "mine.csv")), BASELINE).state == "holds"
    early = flagged(claimed, served("02:00:05", "mine.csv"), came("02:20:00", "mine.csv"))
    assert "retrieve took mine.csv at 02:00" in check(early, BASELINE).sentence


def test_it_does_not_apply_to_files_without_a_flag() -> None:
    assert check.applies(BASELINE, BASELINE)
    assert not check.applies(night(*calm(), served("02:00:05")), BASELINE)


def asked(clock: str, by: str = "retrieve") -> Line:
    return clock, "source", "serve invoke", {"name": "forecast.csv", "what": "file", "via": "http", "from": by}


def test_a_slow_retrieval_that_the_flag_overtakes_was_begun_before_it() -> None:
    slow = flagged(asked("02:00:10"), came("02:00:20"), served("02:00:50", **{"from": "retrieve"}))
    told = "retrieve took forecast.csv at 02:00, and its flag forecast.csv.done came at 02:00"
    assert check(slow, BASELINE).evidence["taken_early"].first == (told,)


def test_one_that_broke_off_before_the_flag_is_not_the_one_that_came_after_it() -> None:
    clock, who, _, value = asked("02:00:15")
    broke = (clock, who, "serve fail", value)
    tail = [came("02:00:20"), asked("02:00:30"), served("02:00:50", **{"from": "retrieve"})]
    assert check(flagged(asked("02:00:10"), broke, *tail), BASELINE).state == "holds"
    assert check(flagged(asked("02:00:10"), *tail), BASELINE).state == "holds"
