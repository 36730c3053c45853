"""Small chains of other habits, lived: what their nights leave as files, and what they are called for it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from harness import LaunchFailure, Outcome, Scenario, load_chain
from harness.night.result import Result
from harness.night.runner import NightRunner

CHAIN = """\
chain: reports
owner: data-ops
deadline: "06:00"
environment: {{OUT: {{from: folder.out}}}}
folders:
  out: {{holds: [{{name: held.txt, text: "as it was"}}]}}
{more}
jobs:
  report:
    run: [sh, -c, {run!r}]
    at: "02:00"
    rules: [{{when: initialization_error, do: restart, after: 10m, times: 3}}]
"""
LATER = '[ "$(date -u +%H%M)" -ge 0205 ]'
"""Whether the night is the one with the fault."""


def lived(tmp_path: Path, night_runner: NightRunner, run: str, more: str = "") -> Result:
    (tmp_path / "chain.yaml").write_text(CHAIN.format(run=run, more=more))
    chain, fault = load_chain(tmp_path / "chain.yaml"), LaunchFailure(job="report", times=1)
    return night_runner.run(Scenario(scenario="it", chain=chain, night=dt.date(2026, 11, 23), faults=(fault,)))


@pytest.mark.parametrize(
    ("run", "more", "outcome"),
    [
        ("cat $OUT/held.txt > $OUT/report.txt; date -u > $OUT/run.log", "", Outcome.RECOVERED),
        ("date -u +%H:%M:%S > $OUT/report_$(date +%H%M).txt", "", Outcome.RECOVERED),
        (f"echo all > $OUT/report.txt; {LATER} && echo half > $OUT/report.txt; true", "", Outcome.DAMAGED),
        (f"{LATER} || echo all > $OUT/report.txt", "", Outcome.DAMAGED),
        (f"echo all > $OUT/report.txt; {LATER} && mkdir $OUT/get.lock; true", "", Outcome.DEGRADED),
        (f"echo all > $OUT/report.txt; {LATER} && mkdir $OUT/get.lock; true",
         'results: {ignore: ["get.lock*"]}', Outcome.RECOVERED),
        ("echo speed $(date +%M) > $OUT/report.txt",
         'results: {volatile: {"report.txt": ["speed [0-9]+"]}}', Outcome.RECOVERED),
        ("echo speed $(date +%M) > $OUT/report.txt", "", Outcome.DAMAGED),
        # archives: of what is in them, when it was written is no matter
        ("cd $OUT; echo all > a.csv; tar czf all.tar.gz a.csv", "", Outcome.RECOVERED),
        ("cd $OUT; echo all > a.csv; tar cf all.tar a.csv; bzip2 -k all.tar; xz -k all.tar", "", Outcome.RECOVERED),
        (f"cd $OUT; echo all > a.csv; {LATER} && echo half > a.csv; tar czf all.tar.gz a.csv; rm a.csv", "",
         Outcome.DAMAGED),
        ("cd $OUT; echo all > a.csv; python3 -m zipfile -c all.zip a.csv; gzip -k a.csv", "", Outcome.RECOVERED),
        ("cd $OUT; echo generated at $(date -u +%H:%M) > a.txt; tar czf all.tgz a.txt; rm a.txt", "",
         Outcome.RECOVERED),
        # a report says when it was made
        ("echo generated at $(date -u +%H:%M) > $OUT/a.txt", "", Outcome.RECOVERED),
        ("date -u > $OUT/a.txt; date -u +%Y%m%dT%H%M%SZ >> $OUT/a.txt; date -u +%Y%m%d%H%M%S >> $OUT/a.txt", "",
         Outcome.RECOVERED),
        ("echo leaves at $(date -u -d '3 hours' +%H:%M) > $OUT/a.txt", "", Outcome.DAMAGED),
        # what only the night with the fault leaves
        (f"echo all > $OUT/report.txt; {LATER} && echo ha > $OUT/report.txt.part; true", "", Outcome.DEGRADED),
        (f"echo all > $OUT/report.txt; {LATER} && echo bad > $OUT/rejected.txt; true", "", Outcome.RECOVERED),
        ("echo all > $OUT/.sums; mv $OUT/.sums $OUT/sums.csv; : > $OUT/sums.ok", "", Outcome.RECOVERED),
        ("echo all > $OUT/.sums; : > $OUT/sums.ok; mv $OUT/.sums $OUT/sums.csv", "", Outcome.DAMAGED),
        ("mkdir $OUT/tmp; : > $OUT/tmp/sums.ok; echo all > $OUT/tmp/sums.csv", "", Outcome.RECOVERED),
    ],
)  # fmt: skip
def test_what_a_night_leaves_decides(
    tmp_path: Path, night_runner: NightRunner, run: str, more: str, outcome: Outcome
) -> None:
    result = lived(tmp_path, night_runner, run, more)
    assert result.outcome is outcome, result.judgement
