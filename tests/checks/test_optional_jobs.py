"""Hand-written histories for optional_jobs."""

import pytest

from harness.checks import CHECKS, Outcome, friction, judge
from harness.checks.model.owed import owed
from harness.history import History
from harness.testing.histories import BEGIN, Line
from tests.checks.nights import (
    BASELINE,
    TRUNCATED,
    TWO_CONSUMERS,
    all_ended,
    calm,
    ended,
    freed,
    holds,
    keeps,
    launched,
    night,
    paged,
    receipt,
)

check = CHECKS["optional_jobs"]

JOBS = BEGIN["jobs"] | {"report": {"owner": "data-ops", "after": [], "optional": True, "launches": 1}}
WHOLE = night(*calm(), *launched("02:05:00", "report"), ended("02:06:00", "report"), jobs=JOBS)


def test_it_holds_when_it_ended() -> None:
    assert check(WHOLE, WHOLE).state == "holds"


def test_an_optional_job_that_failed_makes_the_night_degraded_and_nobody_need_be_told() -> None:
    failed = [*calm(), *launched("02:05:00", "report"), ended("02:06:00", "report", "fail")]
    judgement = judge(night(receipt("02:00:05"), *failed, jobs=JOBS, faults=[TRUNCATED]), WHOLE)
    assert judgement.outcome is Outcome.DEGRADED
    assert judgement.because == "optional_jobs: report failed (exit code 3), which the chain calls optional"


def test_what_it_makes_is_not_owed_either() -> None:
    wrote = (
        "02:05:30",
        "folders",
        "write ok",
        {"folder": "landing", "name": "report.txt", "sha256": None, "size": None},
    )
    ran = (*launched("02:05:00", "report"), wrote, ended("02:06:00", "report"), keeps("report.txt"), keeps("own.txt"))
    reporting = night(*calm(), *ran, jobs=JOBS)
    lacking = night(*calm(), keeps("own.txt"), jobs=JOBS)
    assert check(lacking, reporting).evidence["missing"].first == ("landing/report.txt",)
    assert CHECKS["results_complete"](lacking, reporting).state == "holds"
    neither = night(*calm(), jobs=JOBS)
    assert CHECKS["results_complete"](neither, reporting).evidence["missing"].first == ("landing/own.txt",)


def test_one_that_only_the_end_of_a_fault_lets_go_has_not_ended() -> None:
    late = (*calm(), freed("06:00:00", job="report"), *launched("06:00:01", "report"), ended("06:00:02", "report"))
    lived = night(receipt("02:00:05"), *late, jobs=JOBS, faults=[TRUNCATED])
    assert "report ended only because truncate_file was ended" in check(lived, WHOLE).sentence
    assert judge(lived, WHOLE).outcome is Outcome.DEGRADED


def test_what_the_baseline_did_not_finish_either_is_unknown() -> None:
    without = night(*calm(), jobs=JOBS)
    assert check(without, without).state == "unknown"


def test_it_does_not_apply_to_a_chain_in_which_no_job_is_optional() -> None:
    assert not check.applies(BASELINE, BASELINE)


def sent(
    by: str, *keys: str, to: str = "screen", batch: int = 1, clock: str = "02:05:30", content: str = "d"
) -> list[Line]:
    """A job delivers rows, and they are held when the night is over."""
    rows = {"key": f"{by}-{batch}", "from": by, "rows": len(keys), "stored": len(keys), "replayed": False}
    when, consumer, what, told = holds(*keys, consumer=to, content=content)
    return [(clock, to, "batch ok", rows), (when, consumer, what, told | {"batch": batch})]


def delivering(*lines: Line, failed: bool = False, by: str = "02:06:00") -> History:
    """A night in which publish brings planning its rows, and report, which is optional, has its own to bring."""
    kind = "fail" if failed else "ok"
    begun = [*launched("02:00:00", "retrieve"), *launched("02:01:30", "publish")]
    whole = [*begun, *all_ended(), *sent("publish", "a", "b", to="planning", clock="02:02:00"), keeps()]
    ran = [*launched("02:05:00", "report"), ended(by, "report", kind)]
    consumers = dict.fromkeys(("planning", "screen"), TWO_CONSUMERS["planning"])
    return night(receipt("02:00:05"), *whole, *ran, *lines, jobs=JOBS, faults=[TRUNCATED], consumers=consumers)


FED = delivering(*sent("report", "x", "y"))


def test_rows_that_it_alone_sends_are_not_owed_and_nobody_need_be_told() -> None:
    lacking = delivering(failed=True)
    judgement = judge(lacking, FED)
    assert judgement.outcome is Outcome.DEGRADED
    assert judgement.because == "optional_jobs: report failed (exit code 3), which the chain calls optional"
    assert check(lacking, FED).evidence["missing"].first == ("screen lacks 2 rows",)
    assert not owed(lacking, FED)
    assert friction(lacking, FED).sentence == "1 job not finished, 2 rows lost"


def test_a_consumer_that_only_it_delivers_to_need_not_be_served_by_the_deadline() -> None:
    late = delivering(*sent("report", "x", "y", clock="06:30:00"), by="06:31:00")
    judgement = judge(late, FED)
    assert (judgement.outcome, judgement.because) == (
        Outcome.DEGRADED,
        "on_time: report ended 31 min after the deadline",
    )


@pytest.mark.parametrize(
    "wrong",
    [
        sent("report", "x", "y", content="other"),
        sent("report", "x"),
        [*sent("report", "x", "y"), *sent("report", "x", "y", batch=2)],
        sent("report", "z"),
    ],
    ids=["changed", "a part", "doubled", "invented"],
)
def test_wrong_rows_of_it_are_damage_all_the_same(wrong: list[Line]) -> None:
    assert judge(delivering(*wrong, failed=True), FED).outcome is Outcome.DAMAGED


def test_all_its_rows_are_right_although_it_failed_after_them() -> None:
    assert judge(delivering(*sent("report", "x", "y"), failed=True), FED).outcome is Outcome.DEGRADED


def test_rows_are_owed_by_one_that_ended_well_and_sent_none() -> None:
    assert owed(delivering(), FED).rows == {"screen": 2}
    assert judge(delivering(), FED).outcome is Outcome.DAMAGED


def test_of_a_mix_the_part_of_the_others_is_owed() -> None:
    others, its = sent("publish", "m", "n"), sent("report", "x", "y", batch=2)
    mixed = delivering(*others, *its)
    assert judge(delivering(*others, failed=True), mixed).outcome is Outcome.DEGRADED
    without = delivering(paged("02:30:00", "the file is truncated"), failed=True)
    assert owed(without, mixed).rows == {"screen": 2}
    assert judge(without, mixed).outcome is Outcome.CONTAINED
    assert owed(delivering(*sent("report", "x", "y")), mixed).rows == {"screen": 2}
