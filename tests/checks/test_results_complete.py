"""Hand-written histories for results_complete."""

from harness.checks import CHECKS, Outcome, judge
from harness.checks.model.owed import owed
from tests.checks.nights import BASELINE, TRUNCATED, calm, calm_but, holds, keeps, night, paged, put, receipt

check = CHECKS["results_complete"]
REPORTING = night(*calm(), keeps("report.txt"))
SENDING = night(*calm(), put("export.csv"))


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


def test_an_upload_that_somebody_took_away_again_is_missing() -> None:
    gone = ("02:09:00", "source", "remove info", {"name": "export.csv", "via": "sftp"})
    assert check(night(*calm(), put("export.csv"), gone), SENDING).state == "violated"


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
