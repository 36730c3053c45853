"""Hand-written histories for dependency_order."""

from harness.checks import CHECKS
from tests.checks.nights import BASELINE, EMPTY, calm, ended, launched, night

check = CHECKS["dependency_order"]


def test_one_after_the_other_holds() -> None:
    assert check(night(*calm()), BASELINE).state == "holds"


def test_a_job_before_its_predecessor_has_finished_is_a_violation() -> None:
    early = night(*launched("02:00:00", "retrieve"), *launched("02:00:30", "publish"), ended("02:01:00", "retrieve"))
    assert check(early, BASELINE).evidence["early"].first == ("publish before retrieve",)


def test_a_job_after_a_failed_predecessor_is_a_violation() -> None:
    lines = [*launched("02:00:00", "retrieve"), ended("02:01:00", "retrieve", "fail"), *launched("02:02:00", "publish")]
    assert check(night(*lines), BASELINE).state == "violated"


def test_a_job_that_was_started_early_and_refused_to_work_has_done_no_harm() -> None:
    refused = [*launched("02:00:00", "publish"), ended("02:00:30", "publish", "fail")]
    lines = [
        *refused,
        *launched("02:01:00", "retrieve"),
        ended("02:02:00", "retrieve"),
        *launched("02:03:00", "publish"),
    ]
    assert check(night(*lines), BASELINE).state == "holds"


def test_a_launch_that_failed_has_done_no_harm() -> None:
    value = {"job": "publish", "attempt": 1}
    failed = [
        ("01:50:00", "scheduler", "launch invoke", value),
        ("01:50:01", "scheduler", "launch fail", value),
    ]
    assert check(night(*failed, *calm()), BASELINE).state == "holds"


def test_the_harm_of_an_early_run_is_not_undone_by_a_later_one_that_fails() -> None:
    early = [*launched("01:50:00", "publish"), ended("01:51:00", "publish")]
    later = [*launched("02:10:00", "publish"), ended("02:11:00", "publish", "fail")]
    assert check(night(*early, *calm(), *later), BASELINE).state == "violated"


def test_only_the_latest_run_of_a_predecessor_counts() -> None:
    again = [*launched("02:00:00", "retrieve"), ended("02:01:00", "retrieve"), *launched("02:02:00", "retrieve")]
    assert check(night(*again, *launched("02:03:00", "publish")), BASELINE).state == "violated"


def test_a_baseline_without_launches_checks_nothing() -> None:
    assert check(night(*calm()), EMPTY).state == "unknown"


def test_it_does_not_apply_to_jobs_that_depend_on_nothing() -> None:
    assert not check.applies(night(jobs={"retrieve": {"after": []}}), BASELINE)
