"""Hand-written histories for nothing_left_behind."""

import pytest

from harness.checks import CHECKS, Outcome, judge
from tests.checks.nights import BASELINE, EMPTY, HALF, TRUNCATED, calm, keeps, night, receipt, untouched, uploaded

check = CHECKS["nothing_left_behind"]

UNFINISHED = [
    *("forecast.csv.part", ".forecast.csv.tmp", "get.lock", "run.pid", "x.filepart", "x.crdownload", "notes~"),
    *("tmpab12cd_9", "lock", "get.lock/", "work.tmp.4711", ".lock", "today/forecast.csv.partial", "f.tmp-3fA9"),
]
ORDINARY = ["forecast.csv", "partners.csv", "template.txt", "blocks.csv", "report.txt", "department.csv", "_SUCCESS"]
SET_ASIDE = ["quarantine/forecast.csv", "rejected/x.csv.part", "forecast.csv.bad", "forecast_failed.csv", "error/x.csv"]


@pytest.mark.parametrize("name", UNFINISHED)
def test_a_lock_or_a_part_is_left_behind(name: str) -> None:
    finding = check(night(*calm(), keeps(name)), BASELINE)
    assert finding.evidence["left"].first == (f"landing/{name}",)


@pytest.mark.parametrize("name", [*ORDINARY, *SET_ASIDE])
def test_what_is_whole_or_set_aside_is_only_told(name: str) -> None:
    assert check(night(*calm(), keeps(name)), BASELINE).state == "holds"


def test_the_beginning_of_a_published_file_is_left_behind_under_any_name_unless_it_was_set_aside() -> None:
    half = night(*calm(), keeps("download_1", HALF, beginning_of="forecast.csv"))
    aside = night(*calm(), keeps("forecast.csv", HALF, "quarantine", beginning_of="forecast.csv"))
    assert check(half, BASELINE).state == "violated"
    assert check(aside, BASELINE).state == "holds"


def test_a_lock_that_the_baseline_leaves_too_is_the_chains_own_habit() -> None:
    assert check(night(*calm(), keeps("run_2.lock")), night(*calm(), keeps("run_1.lock"))).state == "holds"


def test_half_an_upload_is_left_behind() -> None:
    finding = check(night(*calm(), uploaded("late.csv", HALF, whole=False)), BASELINE)
    assert finding.evidence["left"].first == ("source:sftp/late.csv",)


def test_an_upload_in_parts_that_nobody_has_ended_is_left_behind_beside_the_file_of_its_name() -> None:
    parts = uploaded("export.csv", "", whole=False, via="s3", parts=3)
    there = uploaded("export.csv", via="s3")
    finding = check(night(*calm(), there, parts), night(*calm(), there))
    assert finding.evidence["left"].first == ("source:s3/export.csv (3 parts, never completed)",)


def test_a_file_of_the_senders_that_the_baseline_takes_away_when_it_has_it_is_left_behind() -> None:
    fetched = ("02:00:09", "source", "serve ok", {"name": "forecast.csv", "what": "file", "via": "http"})
    taking = night(*calm(), fetched)
    finding = check(night(*calm(), fetched, untouched()), taking)
    assert finding.evidence["left"].first == ("source:http/forecast.csv",)
    assert check(night(*calm(), fetched, untouched()), night(*calm(), fetched, untouched())).state == "holds"
    assert check(night(*calm(), fetched, untouched()), night(*calm())).state == "holds", "it was not there to be taken"


def test_it_makes_a_night_degraded_that_is_otherwise_right() -> None:
    locked = night(receipt("02:00:05"), *calm(), keeps("get.lock"), faults=[TRUNCATED])
    assert judge(locked, BASELINE).outcome is Outcome.DEGRADED


def test_it_does_not_apply_where_no_file_is_left() -> None:
    assert not check.applies(night(), EMPTY)
