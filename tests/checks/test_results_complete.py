"""Hand-written histories for results_complete."""

import time

import pytest

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


@pytest.mark.parametrize("name", ["report_{}.csv", "{}/report.csv", "report-{}-1.csv", "report_{}.csv.gz"])
@pytest.mark.parametrize(("day", "state"), [("23", "holds"), ("22", "violated")])
@pytest.mark.parametrize("between", ["", "-", "_"])
def test_a_report_under_another_days_name_is_not_the_nights(name: str, day: str, state: str, between: str) -> None:
    tonights, found = (keeps(name.format(between.join(("2026", "11", one)))) for one in ("23", day))
    assert check(night(*calm(), found), night(*calm(), tonights)).state == state


@pytest.mark.parametrize("name", ["run_{}020501.csv", "run_{}T0205.csv", "run_{}_0205.csv", "run_{}-02-05-01.csv"])
def test_a_moment_of_the_run_in_a_name_is_drawn(name: str) -> None:
    assert check(
        night(*calm(), keeps(name.format("20261122"))), night(*calm(), keeps(name.format("20261123")))
    ).state == ("holds")


def test_many_files_under_drawn_names_are_compared_in_no_time() -> None:
    drawn = [keeps(f"part_{number}_{7 * number}.csv", f"content {number}") for number in range(5_000)]
    again = [keeps(f"part_{number}_{7 * number + 1}.csv", f"content {number}") for number in range(5_000)]
    began = time.process_time()
    assert check(night(*calm(), *again), night(*calm(), *drawn)).state == "holds"
    assert time.process_time() - began < 2


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
