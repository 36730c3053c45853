"""Hand-written histories for equals_baseline."""

import pytest

from harness.checks import CHECKS
from tests.checks.nights import BASELINE, EMPTY, HALF, calm, calm_but, holds, keeps, night, uploaded

check = CHECKS["equals_baseline"]
REPORTING = night(*calm(), keeps("report_0201.txt", "sha-of-the-report"))
SENDING = night(*calm(), uploaded("export.csv"))


def test_the_same_final_state_holds() -> None:
    assert check(night(*calm()), BASELINE).state == "holds"


def test_other_rows_differ() -> None:
    changed = night(*calm_but(holds("a", "b", "x")))
    assert "planning holds other rows" in str(check(changed, BASELINE).evidence["different"])


def test_another_file_left_in_place_differs() -> None:
    finding = check(night(*calm_but(keeps(content=HALF))), BASELINE)
    assert finding.evidence["different"].first == ("landing/forecast.csv has other content",)
    assert "declare it in the chain: results: {ignore: ['forecast.csv']}" in finding.sentence


def test_of_a_small_report_it_is_told_what_differs_and_what_to_declare() -> None:
    one, other = (night(*calm(), keeps("r.txt", text, text=f"rows: 3\nspeed: {text}\n")) for text in ("10", "12"))
    assert check(other, one).sentence == (
        'landing/r.txt ends with other content than in the baseline: line 2 has "speed: 12" for "speed: 10"; '
        "if that is as it should be, declare it in the chain: results: {volatile: {'r.txt': ['speed: [\\d:.,]+']}}"
    )


def test_a_report_under_a_name_of_the_chains_own_differs_too() -> None:
    changed = night(*calm(), keeps("report_0201.txt", "half-of-it"))
    assert check(changed, REPORTING).state == "violated"


def test_a_name_that_differs_in_digits_alone_is_the_same_report() -> None:
    assert check(night(*calm(), keeps("report_0211.txt", "sha-of-the-report")), REPORTING).state == "holds"
    assert check(night(*calm(), keeps("report_0211.txt", "other")), REPORTING).state == "violated"


@pytest.mark.parametrize("name", ["forecast.csv.part", "get.lock", "quarantine/forecast.csv"])
def test_what_is_in_a_lock_a_part_or_a_file_set_aside_is_no_result(name: str) -> None:
    assert check(night(*calm(), keeps(name, "one")), night(*calm(), keeps(name, "other"))).state == "holds"


def test_an_upload_with_other_content_differs() -> None:
    finding = check(night(*calm(), uploaded("export.csv", HALF)), SENDING)
    assert finding.evidence["different"].first == ("source:sftp/export.csv has other content",)


def test_an_upload_that_is_there_twice_differs() -> None:
    twice = night(*calm(), uploaded("export.csv"), uploaded("export_again.csv"))
    assert "export_again.csv is there besides" in str(check(twice, SENDING).evidence["different"])


def test_it_does_not_apply_to_a_night_that_owes_something_or_needs_a_fallback() -> None:
    assert check.applies(night(*calm()), BASELINE)
    assert not check.applies(night(holds("a")), BASELINE)
    assert not check.applies(night(*calm(), holds("y", fallback_of="2026-11-22")), BASELINE)


def test_a_missing_file_does_not_hide_another_that_is_wrong() -> None:
    both = night(*calm_but(keeps(content=HALF)))
    assert check.applies(both, REPORTING)
    assert check(both, REPORTING).state == "violated"


def test_a_baseline_that_left_nothing_behind_checks_nothing() -> None:
    assert check(night(*calm()), EMPTY).state == "unknown"
