"""The five answers, from hand-written nights."""

from __future__ import annotations

import dataclasses

from harness.checks import judge
from harness.report.five_questions import answers
from tests.checks import rosters
from tests.checks.nights import calm, ended, holds, launched, night, paged, stored
from tests.report.conftest import MakeResult


def told(result_of: MakeResult, *lines: object) -> list[str]:
    return [answer.answer for answer in answers(result_of(*lines))]


def test_a_calm_night_has_calm_answers(result_of: MakeResult) -> None:
    happens, owner, cause, touched, friction = told(result_of, *calm())
    assert happens.startswith("unaffected")
    assert owner == "data-ops, who need not be told"
    assert cause.startswith("nobody had to look for it")
    assert touched == "planning holds 3 of 3 rows as without the fault"
    assert friction == "no friction"


def test_a_contained_night_names_who_was_paged_when_and_why(result_of: MakeResult) -> None:
    happens, owner, cause, touched, friction = told(result_of, paged("02:30:05", "the file is truncated"))
    assert happens.startswith("contained")
    assert owner == "data-ops, paged at 03:30 for retrieve"  # 02:30 UTC is 03:30 in Paris
    assert cause == "30 min after the fault: the file is truncated"
    assert touched.startswith("retrieve never started; publish never started; planning holds 0 of 3 rows")
    assert friction == "1 page, 2 jobs not finished, 1 file missing, 3 rows lost, never delivered"


def test_of_a_roster_it_says_who_was_told_and_who_acknowledged(result_of: MakeResult) -> None:
    page, next_one = rosters.told("02:30:00", away="left"), rosters.escalated("02:45:00")
    assert told(result_of, page)[1].endswith("for retrieve: ada has left (03:30); nobody has acknowledged it")
    answered = told(result_of, page, next_one, rosters.acknowledged("02:50:00", "bob"))[1]
    assert answered.endswith("for retrieve: ada has left (03:30), then bob (03:45); acknowledged by bob at 03:50")


def test_silent_damage_says_that_nothing_was_said(result_of: MakeResult) -> None:
    _, owner, cause, touched, _ = told(result_of, stored("02:02:00"), holds("a", "x"))
    assert owner == "data-ops, who was told nothing"
    assert cause == "not at all: nothing was said"
    assert touched.endswith("planning holds 1 of 3 rows as without the fault; and 1 row more or other than it should")


def test_a_page_that_misses_the_cause_is_said_to_miss_it(result_of: MakeResult) -> None:
    assert told(result_of, paged("02:30:05", "exit 3"))[2].endswith("exit 3  (which does not name it)")


def test_a_late_job_and_a_fallback_are_named_downstream(result_of: MakeResult) -> None:
    late = [*launched("02:30:00", "retrieve"), ended("02:31:00", "retrieve"), holds("y", fallback_of="2026-11-22")]
    touched = told(result_of, *late)[3]
    assert "retrieve 30 min later" in touched
    assert "and 1 row of 2026-11-22 as a fallback" in touched


def test_the_cause_is_that_of_the_first_page_that_names_it(result_of: MakeResult) -> None:
    told_later = paged("02:10:05", "exit 3"), paged("02:30:05", "the file is truncated")
    assert told(result_of, *told_later)[2] == "30 min after the fault: the file is truncated"


def test_a_night_that_proves_nothing_is_not_said_to_have_told_nobody(result_of: MakeResult) -> None:
    result = result_of(*calm())
    baseline = night(*calm(), paged("02:30:00", "late"))
    unsure = dataclasses.replace(result, baseline=baseline, judgement=judge(result.history, baseline))
    _, owner, cause, _, _ = [answer.answer for answer in answers(unsure)]
    assert owner == "data-ops; whether they would be told is not proven"
    assert cause == "this night proves nothing: the baseline is not calm: data-ops was paged: late"
