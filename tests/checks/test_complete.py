"""Hand-written histories for complete."""

from harness.checks import CHECKS
from tests.checks.nights import BASELINE, EMPTY, calm, ended, holds, launched, night

check = CHECKS["complete"]


def test_all_rows_are_complete() -> None:
    assert check(night(*calm()), BASELINE).state == "holds"


def test_an_empty_consumer_is_not() -> None:
    assert check(night(), BASELINE).evidence["empty"].first == ("planning",)


def test_a_part_of_the_rows_is_not() -> None:
    assert "lacks 1 row" in str(check(night(holds("a", "b")), BASELINE).evidence["missing"])


def test_a_declared_fallback_completes_the_night() -> None:
    assert check(night(holds("y", fallback_of="2026-11-22")), BASELINE).state == "holds"


def test_a_chain_without_consumers_is_complete_when_its_jobs_finished() -> None:
    baseline = night(*launched("02:00:00", "retrieve"), ended("02:01:00", "retrieve"), consumers={})
    assert check(baseline, baseline).state == "holds"
    assert check(night(consumers={}), baseline).evidence["unfinished"].first == ("retrieve",)


def test_a_baseline_that_delivered_nothing_checks_nothing() -> None:
    assert check(night(holds("a")), EMPTY).state == "unknown"
    assert check(night(consumers={}), night(consumers={})).state == "unknown"
