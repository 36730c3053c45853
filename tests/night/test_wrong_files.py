"""Files that are wrong for a while, or right by luck: half of a result, yesterday's, and one taken before its flag."""

from __future__ import annotations

from collections.abc import Callable
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
    name: "sums_{{date:%Y%m%d}}.csv"
    flag: "{{name}}.done"
    arrives: "01:30"
    content: {{factory: forecast, rows: 30}}
environment: {{SOURCE: {{from: source.url}}, OUT: {{from: folder.out}}}}
folders:
  out: {{holds: [{{name: report_20261122.txt, text: "the sums\\nof yesterday"}}]}}
{more}
jobs:
  work:
    run: [bash, -e, work.sh]
    at: "02:00"
    retry_on_failure: {{attempts: 1, every: 10m}}
    rules: [{{when: failed, do: page}}]
"""

BEGIN = "get() { curl -sS --fail $SOURCE/files/$1; }; cd $OUT; N=sums_20261123.csv; R=report_20261123.txt; "
WAIT = "until get $N.done; do sleep 300; done; "
FAIL = "{ rm .sums; UNTIL_THEN; echo $N has not arrived; exit 1; }; "
TAKE = f"get $N >.sums || {FAIL} mv .sums $N; "
IN_PLACE, RENAMED = "head -c 3000 $N >$R", "head -c 3000 $N >.report; mv .report $R"
YESTERDAYS, HONEST = "cp report_20261122.txt $R", "echo no sums tonight >$R"

CRASH = '{job_crash: {job: work, at_write: {folder: out, name: "*report*", byte: 1000}, times: 1}}'
LATE_FLAG = "{flag_apart: {file: sums, comes: after, by: 50m}}"
MISSING = "{missing_file: {file: sums}}"

Lived = Callable[[str, str, str], Result]


@pytest.fixture
def lived(tmp_path: Path, night_runner: NightRunner) -> Lived:
    def live(work: str, fault: str, more: str = "") -> Result:
        (tmp_path / "work.sh").write_text(BEGIN + work.replace("UNTIL_THEN", "true"))
        (tmp_path / "chain.yaml").write_text(CHAIN.format(more=more))
        said = (
            f"scenario: it\nchain: chain.yaml\nnight: 2026-11-23\nfaults: [{fault}]\nexpect: {{outcome: recovered}}\n"
        )
        (tmp_path / "scenario.yaml").write_text(said)
        return night_runner.run(load_scenario(tmp_path / "scenario.yaml"))

    return live


@pytest.mark.parametrize(
    ("work", "fault", "more", "outcome", "because"),
    [
        (WAIT + TAKE + IN_PLACE, CRASH, "", Outcome.DAMAGED, "no_partial_file_visible: partial files were visible"),
        (WAIT + TAKE + RENAMED, CRASH, "", Outcome.RECOVERED, ""),
        (WAIT + TAKE + IN_PLACE, CRASH, 'results: {ignore: ["report*"]}', Outcome.RECOVERED, ""),
        (TAKE + RENAMED, LATE_FLAG, "", Outcome.INCONCLUSIVE, "by luck: work took sums_20261123.csv at 02:00"),
        (WAIT + TAKE + RENAMED, LATE_FLAG, "", Outcome.RECOVERED, ""),
        (TAKE.replace("UNTIL_THEN", YESTERDAYS) + RENAMED, MISSING, "", Outcome.DAMAGED,
         "out/report_20261123.txt has the content of out/report_20261122.txt"),
        (TAKE.replace("UNTIL_THEN", HONEST) + RENAMED, MISSING, "", Outcome.CONTAINED, ""),
    ],
)  # fmt: skip
def test_it_decides_and_its_sound_twin_does_not(
    lived: Lived, work: str, fault: str, more: str, outcome: Outcome, because: str
) -> None:
    result = lived(work, fault, more)
    assert result.outcome is outcome, result.judgement
    assert because in result.judgement.because
