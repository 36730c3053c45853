"""Hand-written histories for results_complete."""

import pytest

from harness.checks import CHECKS, Outcome, judge
from harness.checks.model.owed import owed
from tests.checks.nights import BASELINE, TRUNCATED, calm, calm_but, holds, keeps, night, paged, receipt, uploaded

check = CHECKS["results_complete"]
REPORTING = night(*calm(), keeps("report.txt"))
SENDING = night(*calm(), uploaded("export.csv"))


def test_every_file_that_the_baseline_leaves_holds() -> None:
    assert check(night(*calm()), BASELINE).state == "holds"


def test_a_report_that_was_not_made_is_missing() -> None:
    finding = check(night(*calm()), REPORTING)
    assert (finding.sentence, finding.evidence["missing"].first) == (
        "1 file of the night is missing: landing/report.txt",
        ("landing/report.txt",),
    )


def test_an_upload_that_was_only_claimed_is_missing() -> None:
    assert check(night(*calm()), SENDING).evidence["missing"].first == ("source:sftp/export.csv",)


def test_an_upload_under_the_name_of_another_day_is_missing() -> None:
    sending = night(*calm(), uploaded("export_20261123_020107.csv"))
    assert check(night(*calm(), uploaded("export_20261123_021107.csv")), sending).state == "holds"
    assert check(night(*calm(), uploaded("export_20261122_020107.csv")), sending).state == "violated"


@pytest.mark.parametrize(
    ("tonight", "yesterday"),
    [
        ("report_2026-11-23.txt", "report_2026-11-22.txt"),
        ("20261123020107.txt", "20261122020107.txt"),
        ("r23.11.2026.txt", "r22.11.2026.txt"),
        ("r_23112026.txt", "r_22112026.txt"),
        ("EXP261123.DAT", "EXP261122.DAT"),
    ],
)
def test_a_date_in_a_name_is_not_drawn(tonight: str, yesterday: str) -> None:
    assert check(night(*calm(), keeps(yesterday)), night(*calm(), keeps(tonight))).state == "violated"


def test_a_lock_that_the_baseline_leaves_is_owed_to_nobody() -> None:
    assert check(night(*calm()), night(*calm(), keeps("get.lock"))).state == "holds"


def test_what_is_missing_is_owed_so_the_owner_has_to_know_why() -> None:
    told = night(receipt("02:00:05"), *calm(), paged("02:30:00", "the file is truncated"), faults=[TRUNCATED])
    untold = night(receipt("02:00:05"), *calm(), faults=[TRUNCATED])
    assert owed(untold, REPORTING).results == ("landing/report.txt",)
    assert judge(told, REPORTING).outcome is Outcome.CONTAINED
    assert judge(untold, REPORTING).outcome is Outcome.DAMAGED


def test_it_does_not_apply_where_no_file_is_made_or_a_fallback_is_in_use() -> None:
    assert check.applies(night(), BASELINE)
    assert not check.applies(night(*calm()), night(*calm()[:-1]))
    assert not check.applies(night(*calm_but(holds("y", fallback_of="2026-11-22"))), BASELINE)
