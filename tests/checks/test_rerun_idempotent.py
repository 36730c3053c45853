"""Hand-written histories for rerun_idempotent."""

from __future__ import annotations

from harness.checks import CHECKS
from harness.history import History
from harness.testing.histories import Line
from tests.checks.nights import BASELINE, calm, ended, holds, keeps, launched, night, put, sends, stored

check = CHECKS["rerun_idempotent"]


def again(*rows: int, held: tuple[str, ...] = ("a", "b", "c"), between: str = "fail") -> History:
    """A night in which publish runs so often, and stores so many rows each time."""
    lines: list[Line] = [*launched("02:00:00", "retrieve"), ended("02:00:30", "retrieve")]
    for number, count in enumerate(rows):
        kind = "ok" if number == len(rows) - 1 else between
        lines += [*launched(f"02:{number:02}:40", "publish"), stored(f"02:{number:02}:50", rows=count)]
        lines += [ended(f"02:{number:02}:59", "publish", kind)]
    return night(*lines, holds(*held), keeps())


def test_it_applies_where_a_job_runs_again_after_it_has_done_something() -> None:
    assert check.applies(again(1, 2), BASELINE)
    assert not check.applies(again(3), BASELINE)
    assert not check.applies(again(0, 3), BASELINE)
    assert not check.applies(night(*calm()), BASELINE)


def test_a_rerun_that_stores_the_rest_holds() -> None:
    finding = check(again(1, 2), BASELINE)
    assert (finding.state, finding.sentence) == ("holds", "publish ran 2 times, and nothing is there twice")


def test_a_finished_job_that_an_operator_starts_again_must_leave_the_ledger_as_it_was() -> None:
    assert check(again(3, 0, between="ok"), BASELINE).state == "holds"
    finding = check(again(3, 3, held=(*"abc", *"abc"), between="ok"), BASELINE)
    assert (
        finding.sentence == "a re-run was not idempotent: publish ran 2 times, and 3 rows of planning are there twice"
    )


def test_a_rerun_that_begins_anew_doubles_what_the_first_run_had_stored() -> None:
    finding = check(again(1, 3, held=(*"abc", "a")), BASELINE)
    assert finding.evidence["doubled"].first == ("publish ran 2 times, and 1 row of planning is there twice",)


def test_rows_that_one_run_alone_has_doubled_are_not_the_reruns() -> None:
    assert check(again(4, 0, held=(*"abc", "a")), BASELINE).state == "holds"


def test_two_that_work_at_once_are_as_two_runs() -> None:
    receipt = {"id": "0:duplicate_launch", "fault": "duplicate_launch", "point": "launch", "where": {"job": "publish"}}
    at_once = ("02:00:35", "scheduler", "fault info", receipt | {"effect": {"cause": "duplicate"}})
    launch = [*launched("02:00:40", "publish"), stored("02:00:50", rows=6), ended("02:01:00", "publish")]
    doubled = night(at_once, *launch, holds(*"abc", *"abc"))
    assert "publish ran 2 times, and 3 rows of planning are there twice" in check(doubled, BASELINE).sentence
    assert check(night(at_once, *launch, holds(*"abc")), BASELINE).state == "holds"


def test_an_upload_that_is_sent_again_under_another_name_is_there_twice() -> None:
    sent = night(*calm(), *sends("plan_1.csv"))
    first = [
        *launched("02:03:00", "publish"),
        *sends("plan_1.csv", clock="02:04:00"),
        ended("02:05:00", "publish", "fail"),
    ]
    second = [*launched("02:06:00", "publish"), *sends("plan_2.csv", clock="02:07:00"), ended("02:08:00", "publish")]
    finding = check(night(*calm(), *first, *second), sent)
    assert "publish ran 3 times, and source:sftp/plan_2.csv was sent besides" in finding.sentence
    same = [*second[:2], put("plan_1.csv", clock="02:07:00"), second[-1]]
    assert check(night(*calm(), *first, *same), sent).state == "holds"


def test_a_baseline_whose_rows_may_be_the_wrong_ones_leaves_it_unknown() -> None:
    doubtful = night(*calm(records=5))
    assert check(again(1, 2), doubtful).state == "unknown"
    assert check(again(3, 3, held=(*"abc", *"abc")), doubtful).state == "violated"
