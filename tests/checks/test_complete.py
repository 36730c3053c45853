"""Hand-written histories for complete."""

from harness.checks import CHECKS
from harness.history import History
from harness.testing.histories import Line
from tests.checks.nights import (
    BASELINE,
    EMPTY,
    TWO_CONSUMERS,
    all_ended,
    calm,
    ended,
    freed,
    holds,
    launched,
    night,
    stored,
)

check = CHECKS["complete"]


def test_all_rows_are_complete() -> None:
    assert check(night(*calm()), BASELINE).state == "holds"


def test_an_empty_consumer_is_not() -> None:
    assert check(night(), BASELINE).evidence["empty"].first == ("planning",)


def test_a_part_of_the_rows_is_not() -> None:
    finding = check(night(*all_ended(), holds("a", "b")), BASELINE)
    assert finding.sentence == "planning lacks 1 row"
    assert "lacks 1 row" in str(finding.evidence["missing"])


def test_of_several_consumers_each_is_owed_all() -> None:
    baseline = night(*calm(), holds("a", "b", "c", consumer="finance"), consumers=TWO_CONSUMERS)
    finding = check(night(*all_ended(), holds("a", "b"), consumers=TWO_CONSUMERS), baseline)
    assert finding.sentence == "planning lacks 1 row; finance has none of 3 rows"
    assert finding.evidence["empty"].first == ("finance",)
    assert finding.evidence["missing"].first == ("planning lacks 1 row",)
    nothing = check(night(consumers=TWO_CONSUMERS), baseline).sentence
    assert nothing == "retrieve, publish never started; planning has none of 3 rows; finance has none of 3 rows"


def test_what_is_there_under_another_date_is_told() -> None:
    finding = check(night(holds("x", "y", date="2026-11-22")), BASELINE)
    assert finding.state == "violated"
    assert finding.sentence == (
        "retrieve, publish never started; planning has none of 3 rows; "
        "planning holds 2 rows of 2026-11-22 that are not declared as a fallback"
    )


def test_a_baseline_on_a_fallback_owes_a_fallback() -> None:
    fallback = night(holds("y", fallback_of="2026-11-22"))
    assert check(night(), fallback).evidence["empty"].first == ("planning",)
    assert check(fallback, fallback).state == "holds"


def test_a_declared_fallback_completes_the_night() -> None:
    assert check(night(*all_ended(), holds("y", fallback_of="2026-11-22")), BASELINE).state == "holds"


def test_a_chain_without_consumers_is_complete_when_its_jobs_finished() -> None:
    baseline = night(*launched("02:00:00", "retrieve"), ended("02:01:00", "retrieve"), consumers={})
    assert check(baseline, baseline).state == "holds"
    assert check(night(consumers={}), baseline).evidence["unfinished"].first == ("retrieve never started",)


def test_a_baseline_that_delivered_nothing_checks_nothing() -> None:
    assert check(night(holds("a")), EMPTY).state == "unknown"
    assert check(night(consumers={}), night(consumers={})).state == "unknown"


def without_its_end(*then: Line) -> History:
    """The rows are there, and publish ends as it is told."""
    return night(*(line for line in calm() if line[2:] != ended("02:02:00", "publish")[2:]), *then)


def test_a_job_that_did_not_end_as_in_the_baseline_is_owed_although_every_row_is_there() -> None:
    assert check(without_its_end(), BASELINE).sentence == "publish never ended"
    failed = without_its_end(ended("02:03:00", "publish", "fail"))
    assert check(failed, BASELINE).sentence == "publish failed (exit code 3)"


def test_a_job_that_did_not_end_in_the_baseline_either_is_not() -> None:
    assert check(without_its_end(), without_its_end()).state == "holds"


def test_the_last_end_of_a_job_decides() -> None:
    again = [("03:00:00", "scheduler", "launch invoke", {"job": "publish", "attempt": 2})]
    failed = ("03:01:00", "scheduler", "job fail", {"job": "publish", "attempt": 2, "signal": 9})
    well = ("03:01:00", "scheduler", "job ok", {"job": "publish", "attempt": 2, "exit": 0})
    assert check(night(*calm(), *again, failed), BASELINE).sentence == "publish failed (signal 9)"
    assert check(night(*calm(), *again), BASELINE).sentence == "publish never ended"
    assert check(night(*calm(), *again, well), BASELINE).state == "holds"


def test_why_a_job_never_started_is_said() -> None:
    held = ("01:00:00", "scheduler", "status info", {"job": "publish", "status": "On Hold", "code": 1, "attempt": 0})
    started = night(*(line for line in calm() if line[3].get("job") != "publish"), held)
    assert check(started, BASELINE).sentence == "publish never started (on hold)"


def test_jobs_that_failed_before_a_declared_fallback_was_taken_are_replaced_by_it() -> None:
    batch = ("02:05:00", "planning", "batch ok", {"key": "k", "stored": 1, "fallback_of": "2026-11-22"})
    fallback = [ended("02:01:00", "retrieve", "fail"), batch, holds("y", fallback_of="2026-11-22")]
    assert check(night(*fallback), BASELINE).state == "holds"
    after = [*fallback, ended("02:30:00", "retrieve", "fail")]
    assert check(night(*after), BASELINE).sentence.startswith("retrieve failed")


def late(*lines: Line) -> History:
    """Publish is at work when the deadline comes, and delivers a minute later."""
    before = [line for line in calm(until="06:01:00") if line[2:] != ended("06:01:00", "publish")[2:]]
    return night(*before, *lines, ended("06:01:01", "publish"))


def test_what_only_the_end_of_a_fault_freed_is_not_delivered() -> None:
    held = check(late(freed("06:00:00", held=1)), BASELINE)
    assert held.sentence == (
        "3 rows came to planning and publish ended only because truncate_file was ended at the deadline: "
        "publish had no limit (a client timeout, a max run time before the deadline)"
    )
    retried = check(late(freed("06:00:30", job="publish")), BASELINE)
    assert retried.sentence.endswith("only because truncate_file was ended at the deadline")


def test_a_late_night_that_no_end_of_a_fault_freed_is_complete() -> None:
    assert check(late(), BASELINE).state == "holds"
    assert check(late(freed("06:00:00", job="another")), BASELINE).state == "holds"


def test_a_part_before_the_end_of_the_fault_is_a_part() -> None:
    parts = late(stored("05:59:00", rows=1), freed("06:00:00", held=1))
    assert CHECKS["all_or_nothing"](parts, BASELINE).sentence == "planning holds only a part of the night"


def test_a_launch_that_was_given_up_before_the_job_was_started_again_is_no_run_that_never_ended() -> None:
    lost = ("01:50:00", "scheduler", "launch invoke", {"job": "retrieve", "attempt": 0})
    assert check(night(lost, *calm()), BASELINE).state == "holds"
