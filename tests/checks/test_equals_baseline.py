"""Hand-written histories for equals_baseline."""

from harness.checks import CHECKS
from tests.checks.nights import BASELINE, EMPTY, HALF, calm, calm_but, holds, night

check = CHECKS["equals_baseline"]


def test_the_same_final_state_holds() -> None:
    assert check(night(*calm()), BASELINE).state == "holds"


def test_other_rows_differ() -> None:
    changed = night(*calm_but(holds("a", "b", "x")))
    assert "planning holds other rows" in str(check(changed, BASELINE).evidence["different"])


def test_another_file_left_in_place_differs() -> None:
    write = {"folder": "landing", "name": "forecast.csv", "sha256": HALF, "size": 9}
    changed = [*calm(), ("02:00:20", "folders", "write ok", write)]
    assert "other content" in str(check(night(*changed), BASELINE).evidence["different"])


def test_a_file_that_is_gone_differs() -> None:
    gone = [*calm(), ("02:00:20", "folders", "remove info", {"folder": "landing", "name": "forecast.csv"})]
    assert "is missing" in str(check(night(*gone), BASELINE).evidence["different"])


def test_it_does_not_apply_to_a_night_that_owes_something_or_needs_a_fallback() -> None:
    assert check.applies(night(*calm()), BASELINE)
    assert not check.applies(night(holds("a")), BASELINE)
    assert not check.applies(night(*calm(), holds("y", fallback_of="2026-11-22")), BASELINE)


def test_a_baseline_that_left_nothing_behind_checks_nothing() -> None:
    assert check(night(*calm()), EMPTY).state == "unknown"
