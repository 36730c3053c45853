"""What a job has fetched it takes away at the source, or puts aside there: a night that forgets it is found out."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest

from harness import LaunchFailure, Outcome, Scenario, load_chain
from harness.night.runner import NightRunner

CHAIN = """\
chain: taking
owner: data-ops
timezone: Europe/Paris
deadline: "06:00"
files:
  feed: {{name: "feed_{{date}}.csv", source: sftp, arrives: "01:00", content: {{factory: forecast, rows: 50}}}}
folders: {{out: {{}}}}
environment:
  NAME: feed_2026-11-23.csv
  OUT: {{from: folder.out}}
  SFTP_HOST: {{from: sftp.host}}
  SFTP_PORT: {{from: sftp.port}}
  SFTP_USER: {{from: sftp.user}}
  SFTP_PASSWORD: {{from: sftp.password}}
  SFTP_FOLDER: {{from: sftp.folder}}
{more}
jobs:
  take:
    run: [python, take.py, {how}, {what}]
    at: "02:00"
    rules: [{{when: initialization_error, do: restart, after: 10m, times: 3}}]
"""
IGNORED = 'results: {ignore: ["source/feed_*", "source/done/*"]}'


@pytest.mark.parametrize(
    ("how", "what", "more", "outcome"),
    [
        ("works", "removes", "", Outcome.RECOVERED),
        ("works", "moves", "", Outcome.RECOVERED),
        ("forgets", "removes", "", Outcome.DEGRADED),
        ("forgets", "moves", "", Outcome.DAMAGED),  # a file is owed where it is looked for, and nobody was told
        ("forgets", "moves", IGNORED, Outcome.RECOVERED),
    ],
)
def test_a_file_that_was_fetched_and_not_taken_away_is_left_behind(
    tmp_path: Path, night_runner: NightRunner, how: str, what: str, more: str, outcome: Outcome
) -> None:
    (tmp_path / "chain.yaml").write_text(CHAIN.format(how=how, what=what, more=more))
    shutil.copy(Path(__file__).with_name("take.py"), tmp_path)
    chain, fault = load_chain(tmp_path / "chain.yaml"), LaunchFailure(job="take", times=1)
    result = night_runner.run(Scenario(scenario="it", chain=chain, night=dt.date(2026, 11, 23), faults=(fault,)))
    assert result.outcome is outcome, result.judgement
