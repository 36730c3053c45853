"""Hand-written histories for only_checked_files."""

from __future__ import annotations

from dataclasses import asdict

from harness.checks import CHECKS, Outcome, judge
from harness.history import History
from harness.testing.histories import Line
from tests.checks.nights import HALF, WHOLE, YESTERDAY, calm, ended, keeps, launched, night, paged

check = CHECKS["only_checked_files"]
HELD = {"yesterday.csv": YESTERDAY, "latest.csv": YESTERDAY}
FOLDER = "last_good"


def ends_with(*lines: Line, **files: str) -> History:
    """A night after which these files are in the folder."""
    kept = [keeps(f"{name}.csv", content, FOLDER, sha256=content) for name, content in files.items()]
    return night(*lines, *kept, checked={FOLDER: HELD})


GOOD = ends_with(*calm(), yesterday=YESTERDAY, today=WHOLE, latest=WHOLE)
"""Today's file is there, and is the latest."""

REFUSED = [*launched("02:00:00", "retrieve"), ended("02:01:00", "retrieve", "fail"), paged("02:02:00", "truncated")]


def test_a_refused_file_in_a_folder_of_checked_ones_is_damage_in_a_night_that_fails() -> None:
    bad = ends_with(*REFUSED, yesterday=YESTERDAY, today=HALF, latest=YESTERDAY)
    finding = check(bad, GOOD)
    assert finding.evidence["wrong"].first == ("last_good/today.csv",)
    judged = judge(bad, GOOD)
    assert judged.outcome is Outcome.DAMAGED
    assert "only_checked_files" in {judged.because.partition(":")[0], *(one.check for one in judged.also)}


def test_an_older_file_under_todays_name_is_one_as_well() -> None:
    stale = ends_with(*REFUSED, yesterday=YESTERDAY, today=YESTERDAY, latest=YESTERDAY)
    assert check(stale, GOOD).evidence["wrong"].total == 1


def test_what_was_there_before_the_night_is_right() -> None:
    assert check(ends_with(*REFUSED, yesterday=YESTERDAY, latest=YESTERDAY), GOOD).state == "holds"


def test_a_refused_file_may_lie_where_files_land_and_where_it_was_set_aside() -> None:
    landed = [keeps(content=HALF), keeps("rejected/today.csv", HALF, FOLDER)]
    assert check(ends_with(*REFUSED, *landed, yesterday=YESTERDAY, latest=YESTERDAY), GOOD).state == "holds"


def test_a_chain_that_declares_no_such_folder_is_not_asked() -> None:
    assert check.where_it_applies(night(*calm()), night(*calm())) is None


def test_what_is_made_of_a_refused_file_is_wrong_under_any_name_and_a_link_is_no_file() -> None:
    made = ends_with(*calm(), yesterday=YESTERDAY, latest=YESTERDAY, sums=WHOLE)
    wrong = ends_with(*REFUSED, yesterday=YESTERDAY, latest=YESTERDAY, sums=HALF)
    assert check(wrong, made).evidence["wrong"].first == ("last_good/sums.csv",)
    link = ends_with(*REFUSED, keeps("sums.csv", "-> elsewhere", FOLDER), yesterday=YESTERDAY, latest=YESTERDAY)
    assert check(link, made).state == "holds"


def test_an_older_history_that_says_nothing_of_it_is_not_asked() -> None:
    told = [asdict(event) for event in night(*calm())]
    del told[0]["value"]["checked"]
    older = History.merge(told)
    assert check.where_it_applies(older, older) is None
