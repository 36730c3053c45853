"""Hand-written histories for complete."""

from harness.checks import CHECKS
from tests.checks.nights import BASELINE, EMPTY, TWO_CONSUMERS, calm, ended, holds, launched, night

check = CHECKS["complete"]


def test_all_rows_are_complete() -> None:
    assert check(night(*calm()), BASELINE).state == "holds"


def test_an_empty_consumer_is_not() -> None:
    assert check(night(), BASELINE).evidence["empty"].first == ("planning",)


def test_a_part_of_the_rows_is_not() -> None:
    finding = check(night(holds("a", "b")), BASELINE)
    assert finding.sentence == "a part of the night is missing"
    assert "lacks 1 row" in str(finding.evidence["missing"])


def test_of_several_consumers_each_is_owed_all() -> None:
    baseline = night(*calm(), holds("a", "b", "c", consumer="finance"), consumers=TWO_CONSUMERS)
    finding = check(night(holds("a", "b"), consumers=TWO_CONSUMERS), baseline)
    assert finding.sentence == "a part of the night is missing"
    assert finding.evidence["empty"].first == ("finance",)
    assert finding.evidence["missing"].first == ("planning lacks 1 row",)
    assert check(night(consumers=TWO_CONSUMERS), baseline).sentence == "nothing of the night is there"


def test_what_is_there_under_another_date_is_told() -> None:
    finding = check(night(holds("x", "y", date="2026-11-22")), BASELINE)
    assert finding.state == "violated"
    assert finding.sentence == (
        "nothing of the night is there; planning holds 2 rows of 2026-11-22 that are not declared as a fallback"
    )


def test_a_baseline_on_a_fallback_owes_a_fallback() -> None:
    fallback = night(holds("y", fallback_of="2026-11-22"))
    assert check(night(), fallback).evidence["empty"].first == ("planning",)
    assert check(fallback, fallback).state == "holds"


def test_a_declared_fallback_completes_the_night() -> None:
    assert check(night(holds("y", fallback_of="2026-11-22")), BASELINE).state == "holds"


def test_a_chain_without_consumers_is_complete_when_its_jobs_finished() -> None:
    baseline = night(*launched("02:00:00", "retrieve"), ended("02:01:00", "retrieve"), consumers={})
    assert check(baseline, baseline).state == "holds"
    assert check(night(consumers={}), baseline).evidence["unfinished"].first == ("retrieve",)


def test_a_baseline_that_delivered_nothing_checks_nothing() -> None:
    assert check(night(holds("a")), EMPTY).state == "unknown"
    assert check(night(consumers={}), night(consumers={})).state == "unknown"
