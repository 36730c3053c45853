"""Nights of a copied file whose chain says what it is made of: records of several lines, and what it states."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.checks import Outcome
from harness.errors import LoadError
from harness.night.result import Result
from harness.night.runner import NightRunner
from tests.ask import ASK
from tests.fetching import run_night, write_chain

CONTENT = """
      copy: feed.txt
      layout:
        delimiter: "|"
        header: {starts: "H|"}
        records: {starts: "D|", parts: "C|"}
        trailer: {starts: "T|"}
        columns: [type, sku, pieces]
        states:
          - {trailer: 2, counts: records}
          - {trailer: 3, sums: pieces}"""
DEFENCES = """
  trailer: {variable: TRAILER, detects: [trailer record, control total]}
"""
FETCH = f"""{ASK}
day=${{BUSINESS_DATE//-/}}
ask "$SOURCE/files/feed_$day.txt" -o landed.txt || exit 1
if [ "$TRAILER" != off ]; then
  counted=$(grep '^D' landed.txt | awk -F'|' '{{pieces += $3}} END {{print "T|" NR "|" pieces + 0}}')
  [ "$(tail -n 1 landed.txt)" = "$counted" ] || exit 4
fi
rows=$(sed -nE 's/^(D)\\|(.*)\\|(.*)/{{"type": "\\1", "sku": "\\2", "pieces": "\\3"}}/p' landed.txt | paste -sd,)
ask "$PLANNING/batches" -d "{{\\"business_date\\": \\"$BUSINESS_DATE\\", \\"rows\\": [$rows]}}"
"""
CUT = 'truncate_file: {file: feed, keep: "50%", where: record_boundary, times: 1}'

Night = Callable[..., Result]


@pytest.fixture
def night(tmp_path: Path, night_runner: NightRunner) -> Night:
    """One night of one shell script that adds up what it has fetched."""
    write_chain(tmp_path, FETCH, name="feed_{date:%Y%m%d}.txt", content=CONTENT, defences=DEFENCES)
    records = [f"D|S{n:03}|{n}\n" + f"C|of {n}\n" * (n % 3) for n in range(40)]
    (tmp_path / "feed.txt").write_text(f"H|FEED\n{''.join(records)}T|40|{sum(range(40))}\n")

    def run(fault: str, off: str = "") -> Result:
        return run_night(night_runner, tmp_path, fault, without=off)

    return run


def test_a_file_without_its_second_half_is_refused_by_who_reads_its_trailer(night: Night) -> None:
    assert night(CUT).outcome is Outcome.RECOVERED


def test_who_does_not_read_it_loads_whole_records_alone(night: Night) -> None:
    assert night(CUT, off="trailer").outcome is Outcome.DAMAGED


def test_a_total_that_is_wrong_is_one_that_the_layout_names(night: Night) -> None:
    assert night("wrong_totals: {file: feed, of: control_total, times: 1}").outcome is Outcome.RECOVERED


def test_a_record_that_comes_twice_with_its_totals_is_noticed_by_nobody_who_only_adds_up(night: Night) -> None:
    assert night("duplicate_records: {file: feed, times: 1}").outcome is Outcome.DAMAGED


def test_what_its_layout_does_not_have_is_refused_before_the_night(night: Night) -> None:
    with pytest.raises(
        LoadError, match="another_time_zone cannot be done to the file 'feed': its layout has no column of"
    ):
        night("another_time_zone: {file: feed, hours: 2}")
