"""Nights that heal by themselves, lived: who is paged on the way, and what they are called for it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from harness import LaunchFailure, Outcome, Scenario, load_chain
from harness.night.runner import NightRunner
from tests.ask import ASK

CHAIN = """\
chain: reports
owner: data-ops
deadline: "06:00"
environment: {{OUT: {{from: folder.out}}, DESK: {{from: desk.url}}}}
folders: {{out: {{}}}}
jobs:
  report:
    run: [bash, report.sh]
    at: "{at}"
    retry_on_failure: {{attempts: 1, every: 10m}}
    rules: [{{when: initialization_error, do: {do}, after: 1m, times: 3}}]
"""
PAGES = """\
if [ "$(date -u +%M)" = 01 ]; then
    ask "$DESK/pages" -d '{"owner": "data-ops", "job": "report", "cause": "no answer", "text": "no answer"}'
    exit 1
fi
"""
"""The first attempt after the launch failure pages, and fails."""


@pytest.mark.parametrize(
    ("do", "at", "before", "outcome"),
    [
        ("[restart]", "02:00", "", Outcome.RECOVERED),
        ("[restart, page]", "02:00", "", Outcome.DEGRADED),
        ("[restart, page]", "05:00", "", Outcome.RECOVERED),
        ("[restart]", "02:00", PAGES, Outcome.DEGRADED),
        ("[restart]", "02:00", PAGES.replace("exit 1\n", ""), Outcome.RECOVERED),
    ],
    ids=["nobody is paged", "by a rule", "by a rule when time is short", "by the job", "a warning of a good run"],
)
def test_who_is_paged_for_what_heals_is_paged_for_nothing(
    tmp_path: Path, night_runner: NightRunner, do: str, at: str, before: str, outcome: Outcome
) -> None:
    (tmp_path / "chain.yaml").write_text(CHAIN.format(do=do, at=at))
    (tmp_path / "report.sh").write_text(f"{ASK}\n{before}echo all > $OUT/report.txt\n")
    chain, fault = load_chain(tmp_path / "chain.yaml"), LaunchFailure(job="report", times=1)
    night = Scenario(scenario="it", chain=chain, night=dt.date(2026, 11, 23), faults=(fault,))
    result = night_runner.run(night)
    assert result.outcome is outcome, result.judgement
