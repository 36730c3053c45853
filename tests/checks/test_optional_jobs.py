"""Hand-written histories for optional_jobs."""

from harness.checks import CHECKS, Outcome, judge
from harness.testing.histories import BEGIN
from tests.checks.nights import BASELINE, TRUNCATED, calm, ended, freed, keeps, launched, night, receipt

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
