"""A folder of checked files, as jobs write into it: every file there is told by what is in it, under whatever name."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness import Outcome
from harness.night.result import Result
from harness.night.runner import NightRunner
from harness.scenario.loading import load_scenario

CHAIN = """
chain: feed
owner: data-ops
deadline: "06:00"
files:
  sums:
    name: "sums_{date:%Y%m%d}.csv"
    arrives: "01:30"
    content: {factory: forecast, rows: 30}
environment: {SOURCE: {from: source.url}, GOOD: {from: folder.last_good}}
folders:
  last_good: {checked: true, holds: [{name: latest.csv, text: "the sums\\nof yesterday\\n"}]}
jobs:
  work:
    run: [bash, work.sh]
    at: "02:00"
    rules: [{when: failed, do: page}]
"""
SCENARIO = """
scenario: it
chain: chain.yaml
night: 2026-11-23
faults: [{missing_file: {file: sums}}]
expect: {outcome: contained}
"""
GET = "cd $GOOD; curl -sS --fail $SOURCE/files/sums_20261123.csv >.got"
MAKE = "cut -c1-9 .got >.sums && mv .sums sums.csv && mv .got latest.csv && exit 0\n"
FAIL = "rm -f .got .sums; echo sums_20261123.csv has not arrived >&2; exit 1\n"


def lived(tmp_path: Path, night_runner: NightRunner, otherwise: str) -> Result:
    (tmp_path / "work.sh").write_text(f"{GET} && {MAKE}{otherwise}\n{FAIL}")
    (tmp_path / "chain.yaml").write_text(CHAIN)
    (tmp_path / "scenario.yaml").write_text(SCENARIO)
    return night_runner.run(load_scenario(tmp_path / "scenario.yaml"))


@pytest.mark.parametrize(
    ("otherwise", "wrong"),
    [
        ("echo no sums >.sums && mv .sums sums.csv", "last_good/sums.csv"),
        ("echo no sums >sums.csv", "last_good/sums.csv"),
        ("echo no sums >latest.csv", "last_good/latest.csv"),
        ("cp latest.csv .kept; echo no sums >latest.csv; mv .kept latest.csv", None),
        ("cp latest.csv .kept; echo no sums >latest.csv; cat .kept >latest.csv; rm .kept", None),
    ],
    ids=["a product", "a product in place", "the latest", "restored", "restored in place"],
)
def test_only_what_is_right_or_was_there_may_be_in_it(
    tmp_path: Path, night_runner: NightRunner, otherwise: str, wrong: str | None
) -> None:
    result = lived(tmp_path, night_runner, otherwise)
    finding = result.judgement.of("only_checked_files")
    assert finding is not None
    assert finding.state == ("violated" if wrong else "holds"), result.judgement
    assert "wrong" not in finding.evidence or finding.evidence["wrong"].first == (wrong,)
    assert result.outcome is (Outcome.DAMAGED if wrong else Outcome.CONTAINED), result.judgement
