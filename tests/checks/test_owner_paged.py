"""Hand-written histories for owner_paged."""

from harness.checks import CHECKS
from harness.testing.histories import BEGIN, Line
from tests.checks.nights import BASELINE, all_ended, calm, ended, holds, launched, night, paged, stored

check = CHECKS["owner_paged"]


def test_nobody_has_to_be_told_of_a_night_in_time() -> None:
    assert check(night(*calm()), BASELINE).state == "holds"


def test_a_failed_night_without_a_page_is_a_violation() -> None:
    assert "nobody was told" in check(night(), BASELINE).sentence


def test_a_page_to_the_owner_before_the_deadline_holds() -> None:
    assert "210 min before" in check(night(paged("02:30:00", "it is truncated")), BASELINE).sentence


def test_a_page_after_the_deadline_comes_too_late() -> None:
    assert "after the deadline" in check(night(paged("07:00:00", "it is truncated")), BASELINE).sentence


def test_a_page_to_somebody_else_is_a_violation() -> None:
    assert check(night(paged("02:30:00", "truncated", owner="dba")), BASELINE).evidence["paged"].first == ("dba",)


def test_the_same_page_twice_is_a_violation() -> None:
    assert check(night(paged("02:30:00", "x"), paged("02:40:00", "x")), BASELINE).evidence["repeated"].total == 1


def test_a_flagged_fallback_that_comes_late_is_told_where_it_is_consumed() -> None:
    late = night(stored("06:30:00"), *all_ended(), holds("y", fallback_of="2026-11-22"))
    assert check(late, BASELINE).state == "holds"


def failed_report() -> list[Line]:
    return [line for line in calm() if line[2:] != ended("02:02:00", "publish")[2:]] + [
        ended("02:02:00", "publish", "fail")
    ]


def test_a_job_that_failed_for_good_is_told_although_every_row_is_there() -> None:
    assert check(night(*failed_report()), BASELINE).sentence == "publish failed (exit code 3), and nobody was told"
    assert check(night(*failed_report(), paged("02:30:00", "truncated")), BASELINE).state == "holds"
    assert check(night(*failed_report(), paged("07:00:00", "truncated")), BASELINE).state == "violated"


def test_of_a_job_that_ends_after_the_deadline_in_every_night_a_page_may_come_later_too() -> None:
    report = BEGIN["jobs"] | {"report": {"owner": "data-ops", "after": ["publish"], "launches": 1}}
    whole = night(*calm(), *launched("07:00:00", "report"), ended("07:10:00", "report"), jobs=report)
    failed = [*calm(), *launched("07:00:00", "report"), ended("07:10:00", "report", "fail")]
    assert check(night(*failed, paged("07:11:00", "truncated"), jobs=report), whole).state == "holds"
    assert check(night(*failed, jobs=report), whole).state == "violated"
