"""Hand-written histories for no_stale_file."""

from __future__ import annotations

from typing import Any

import pytest

from harness.checks import CHECKS, Outcome, judge
from harness.history import History
from harness.testing.histories import Line
from tests.checks.nights import EMPTY, TRUNCATED, calm, holds, keeps, night, paged, put, receipt, uploaded

check = CHECKS["no_stale_file"]

EARLIER = keeps("report_20261122.txt", "of-the-22nd")
BASELINE = night(*calm(), EARLIER, keeps("report_20261123.txt", "of-the-23rd"))
SAID = (
    "an earlier night's file is there as tonight's: "
    "landing/report_20261123.txt has the content of landing/report_20261122.txt"
)


def made(name: str = "report_20261123.txt") -> Line:
    return "02:03:00", "folders", "write ok", {"folder": "landing", "name": name, "sha256": None, "size": None}


def owing(*lines: Line) -> History:
    """A night in which no row comes, and the owner is told why."""
    return night(receipt("02:00:05"), paged("02:30:00", "the file is truncated"), *lines, faults=[TRUNCATED])


def test_an_earlier_nights_content_under_tonights_name_is_stale_whether_rows_came_or_not() -> None:
    copied = [EARLIER, made(), keeps("report_20261123.txt", "of-the-22nd")]
    for stale in (night(*calm(), *copied), owing(*copied)):
        assert check(stale, BASELINE).sentence == SAID
        assert judge(stale, BASELINE).outcome is Outcome.DAMAGED
    assert judge(owing(EARLIER), BASELINE).outcome is Outcome.CONTAINED


def test_a_report_about_a_night_that_owes_something_may_differ_and_is_told() -> None:
    honest = owing(EARLIER, made(), keeps("report_20261123.txt", "rows: 0"))
    told = "no file is an earlier night's; 1 file made with other content: landing/report_20261123.txt"
    assert check(honest, BASELINE).sentence == told
    assert judge(honest, BASELINE).outcome is Outcome.CONTAINED


def test_an_upload_is_stale_too() -> None:
    sent = [uploaded("sums_20261122.csv", "of-the-22nd"), uploaded("sums_20261123.csv", "of-the-23rd")]
    again = [sent[0], put("sums_20261123.csv"), uploaded("sums_20261123.csv", "of-the-22nd")]
    assert "source:sftp/sums_20261123.csv has the content" in check(owing(*again), night(*calm(), *sent)).sentence


def test_what_is_the_same_every_night_is_not_stale() -> None:
    same = [keeps("state_20261122.txt", "well"), keeps("state_20261123.txt", "well")]
    assert check(night(*calm(), made("state_20261123.txt"), *same), night(*calm(), *same)).state == "holds"


def test_two_nights_that_both_failed_may_say_no_more_than_that() -> None:
    both = owing(keeps("report_20261122.txt", "failed"), made(), keeps("report_20261123.txt", "failed"))
    assert check(both, BASELINE).state == "holds"


def test_a_file_that_nobody_made_tonight_was_there_before() -> None:
    left = [EARLIER, keeps("report_20261123.txt", "of-the-22nd")]
    assert check(owing(*left), BASELINE).state == "holds"


@pytest.mark.parametrize("name", ["summary_20261122.txt", "report_20261122.csv"])
def test_a_file_of_another_name_is_no_earlier_one(name: str) -> None:
    other = [keeps(name, "of-the-22nd"), made(), keeps("report_20261123.txt", "of-the-22nd")]
    calm_night = night(*calm(), keeps(name, "of-the-22nd"), keeps("report_20261123.txt", "of-the-23rd"))
    assert check(owing(*other), calm_night).state == "holds"


def test_what_the_source_gave_is_not_of_the_chains_making() -> None:
    """Yesterday's file under tonight's name, which was fetched, refused, and lies there."""
    files = {"files": ["data_20261123.csv"]}
    yesterdays = keeps("data_20261122.csv", "old")
    calm_night = night(*calm(), yesterdays, keeps("data_20261123.csv", "new"), **files)
    given = night(made("data_20261123.csv"), yesterdays, keeps("data_20261123.csv", "old"), **files)
    assert check(given, calm_night).state == "holds"


def test_it_does_not_apply_to_a_declared_fallback_or_a_chain_without_files() -> None:
    assert check.applies(BASELINE, BASELINE)
    assert not check.applies(night(*calm(), holds("y", fallback_of="2026-11-22")), BASELINE)
    assert not check.applies(EMPTY, EMPTY)


def again(before: str, now: str, **left: Any) -> History:
    """A night that makes a file with the content of another one, which is not what the baseline makes."""
    return owing(keeps(before, "same", **left), made(now), keeps(now, "same", **left))


def calm_with(before: str, now: str, **left: Any) -> History:
    return night(*calm(), keeps(before, "same", **left), keeps(now, "another"))


@pytest.mark.parametrize(
    ("before", "now", "state"),
    [
        ("r_2026-11-22.csv", "r_2026-11-23.csv", "violated"),
        ("r_22.11.2026.csv", "r_23.11.2026.csv", "violated"),
        ("2026/11/22/r.csv", "2026/11/23/r.csv", "violated"),
        ("EXP261122.DAT", "EXP261123.DAT", "violated"),
        ("region_1.csv", "region_2.csv", "holds"),
        ("region_1_20261122.csv", "region_2_20261123.csv", "holds"),
        ("batch_100001.csv", "batch_100002.csv", "holds"),
    ],
)
def test_what_differs_in_the_names_is_a_date(before: str, now: str, state: str) -> None:
    assert check(again(before, now), calm_with(before, now)).state == state


@pytest.mark.parametrize(
    ("left", "state"),
    [
        ({"size": 0}, "holds"),
        ({"size": 9, "text": "site,mwh\n"}, "holds"),
        ({"size": 9, "text": "site,mwh\n\n"}, "holds"),
        ({"size": 19, "text": "site,mwh\nparis,7\n"}, "violated"),
    ],
)
def test_an_empty_file_or_a_header_alone_is_no_evidence(left: dict[str, Any], state: str) -> None:
    names = ("alerts_20261122.csv", "alerts_20261123.csv")
    assert check(again(*names, **left), calm_with(*names, **left)).state == state
