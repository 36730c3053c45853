"""A night of one member of an archive, whose sender states what is in it in a control file beside it."""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.checks import Outcome
from harness.night.result import Result
from harness.night.runner import NightRunner
from tests.ask import ASK
from tests.fetching import run_night, write_chain

CONTENT = """{copy: feed.zip, member: "data/*.csv"}
    control_file: {name: "feed_{date:%Y%m%d}.ctl", text: "{records:06}\\n"}"""
DEFENCES = """
  control: {variable: CONTROL, detects: manifest}
"""
FETCH = f"""{ASK}
day=${{BUSINESS_DATE//-/}}
ask "$SOURCE/files/feed_$day.zip" -o landed.zip || exit 1
"{sys.executable}" -I -S -c '
import sys, zipfile
with zipfile.ZipFile("landed.zip") as archive:
    assert archive.read("README") == b"of the feed", "another member is another one"
    sys.stdout.buffer.write(archive.read("data/orders.csv"))
' > landed.csv || exit 2
records=$(tail -n +2 landed.csv | wc -l)
if [ "$CONTROL" != off ]; then
  stated=$(ask "$SOURCE/files/feed_$day.ctl") || exit 3
  [ "$stated" = "$(printf %06d "$records")" ] || exit 4
fi
rows=$(tail -n +2 landed.csv | sed 's/.*/{{"key": "&"}}/' | paste -sd,)
ask "$PLANNING/batches" -d "{{\\"business_date\\": \\"$BUSINESS_DATE\\", \\"rows\\": [$rows]}}"
"""

Night = Callable[..., Result]
CUT = 'truncate_file: {file: feed, keep: "50%", where: record_boundary, times: 1}'


@pytest.fixture
def night(tmp_path: Path, night_runner: NightRunner) -> Night:
    """One night of one shell script that counts what it has fetched."""
    write_chain(tmp_path, FETCH, name="feed_{date:%Y%m%d}.zip", content=CONTENT, defences=DEFENCES)
    with zipfile.ZipFile(tmp_path / "feed.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data/orders.csv", "sku,pieces\n" + "".join(f"{n:04},{n}\n" for n in range(40)))
        archive.writestr("README", "of the feed")

    def run(fault: str, off: str = "") -> Result:
        return run_night(night_runner, tmp_path, fault, without=off)

    return run


def test_a_short_member_is_refused_by_who_counts_it(night: Night) -> None:
    assert night(CUT).outcome is Outcome.RECOVERED


def test_who_does_not_count_loads_half_of_it(night: Night) -> None:
    assert night(CUT, off="control").outcome is Outcome.DAMAGED


def test_a_control_file_that_comes_late_is_waited_for(night: Night) -> None:
    assert night("manifest_apart: {file: feed, comes: after, by: 32m}").outcome is Outcome.RECOVERED
