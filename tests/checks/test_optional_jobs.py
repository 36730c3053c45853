"""Hand-written histories for optional_jobs."""

from harness.checks import CHECKS, Outcome, judge
from harness.testing.histories import BEGIN
from tests.checks.nights import BASELINE, TRUNCATED, calm, ended, launched, night, receipt

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


def test_what_the_baseline_did_not_finish_either_is_unknown() -> None:
    without = night(*calm(), jobs=JOBS)
    assert check(without, without).state == "unknown"


def test_it_does_not_apply_to_a_chain_in_which_no_job_is_optional() -> None:
    assert not check.applies(BASELINE, BASELINE)
