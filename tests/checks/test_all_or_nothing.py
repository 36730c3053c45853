"""Hand-written histories for all_or_nothing."""

from harness.checks import CHECKS
from tests.checks.nights import BASELINE, EMPTY, TWO_CONSUMERS, calm, holds, night

check = CHECKS["all_or_nothing"]


def test_all_rows_hold_and_so_does_none() -> None:
    assert check(night(*calm()), BASELINE).state == "holds"
    assert check(night(), BASELINE).state == "holds"


def test_a_part_of_the_rows_is_a_violation() -> None:
    finding = check(night(holds("a")), BASELINE)
    assert finding.sentence == "planning holds only a part of the night"
    assert finding.evidence["missing"].first == ("planning lacks 2 rows",)


def test_a_declared_fallback_is_no_part() -> None:
    assert check(night(holds("y", fallback_of="2026-11-22")), BASELINE).state == "holds"


def test_a_consumer_that_has_all_is_not_blamed_for_one_that_has_nothing() -> None:
    baseline = night(*calm(), holds("a", "b", "c", consumer="finance"), consumers=TWO_CONSUMERS)
    assert check(night(*calm(), consumers=TWO_CONSUMERS), baseline).state == "holds"
    finding = check(night(*calm(), holds("a", consumer="finance"), consumers=TWO_CONSUMERS), baseline)
    assert finding.sentence == "finance holds only a part of the night"


def test_a_baseline_that_delivered_nothing_checks_nothing() -> None:
    assert check(night(holds("a")), EMPTY).state == "unknown"


def test_it_does_not_apply_to_a_chain_without_consumers() -> None:
    assert not check.applies(night(consumers={}), night(consumers={}))
