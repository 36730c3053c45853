"""Faults in a compressed file: cut before its own checksum, and damaged inside and packed again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.checks import Outcome
from harness.night.result import Result
from harness.night.runner import NightRunner
from tests.ask import ASK
from tests.fetching import run_night, write_chain

NAME, CONTENT = "forecast_{date:%Y%m%d}.csv.gz", "{factory: forecast, rows: 40, compress: gzip}"
DEFENCES = """
  archive: {variable: ARCHIVE, detects: archive}
  trailer: {variable: TRAILER, detects: [trailer record]}
"""
CUT = 'truncate_file: {file: feed, keep: "99.999%", where: inside_member, manifest: follows, times: 1}'
FETCH = f"""{ASK}
ask "$SOURCE/files/forecast_${{BUSINESS_DATE//-/}}.csv.gz" -o landed.csv.gz || exit 1
[ "$ARCHIVE" = off ] || gzip -t landed.csv.gz || exit 3
gzip -dc landed.csv.gz > landed.csv
[ "$TRAILER" = off ] || tail -n 1 landed.csv | grep -q '^TRAILER,' || exit 4
rows=$(tail -n +2 landed.csv | grep -v '^TRAILER,' | sed 's/.*/{{"key": "&"}}/' | paste -sd,)
ask "$PLANNING/batches" -d "{{\\"business_date\\": \\"$BUSINESS_DATE\\", \\"rows\\": [$rows]}}"
"""

Night = Callable[..., Result]


@pytest.fixture
def night(tmp_path: Path, night_runner: NightRunner) -> Night:
    """One night of one shell script that unpacks what it has fetched."""
    write_chain(tmp_path, FETCH, name=NAME, content=CONTENT, defences=DEFENCES)

    def run(fault: str = CUT, off: str = "") -> Result:
        return run_night(night_runner, tmp_path, fault, without=off)

    return run


def test_an_archive_that_lacks_only_its_checksum_is_refused_by_who_tests_it(night: Night) -> None:
    assert night().outcome is Outcome.RECOVERED


def test_who_reads_it_as_a_stream_has_every_record_and_only_luck(night: Night) -> None:
    result = night(off="archive")
    assert result.outcome is Outcome.INCONCLUSIVE
    assert "no control of the chain can detect truncate_file (by archive): it has trailer record" in (
        result.judgement.because
    )


@pytest.mark.exhaustive
def test_an_archive_that_was_packed_from_a_short_file_is_sound_and_its_trailer_tells(night: Night) -> None:
    fault = 'truncate_file: {file: feed, keep: "50%", where: record_boundary, manifest: follows, times: 1}'
    assert night(fault).outcome is Outcome.RECOVERED
    short = night(fault, off="trailer")
    assert short.outcome is Outcome.DAMAGED
    assert short.judgement.of("detectable").state == "violated"  # type: ignore[union-attr]


def test_records_that_are_twice_in_an_archive_are_planned_twice_where_nobody_counts(night: Night) -> None:
    result = night("duplicate_records: {file: feed, records: 4, times: 1}")
    assert result.outcome is Outcome.DAMAGED
    assert "4 doubled" in result.judgement.because
