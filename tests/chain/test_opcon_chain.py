"""A chain that uses what OpCon's schedules have, from its file to the end of its night: the plan and the mock agree."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from harness import HoldForgotten, Operator
from harness.chain.loading import load_chain
from harness.checks import Outcome
from harness.night.result import Result
from harness.night.runner import NightRunner
from harness.plugin import Night
from harness.scenario.model import Scenario

CHAIN = """\
chain: opcon
timezone: Europe/Paris
owner: data-ops
deadline: "06:00"
folders:
  inbox: {}
environment:
  INBOX: {from: folder.inbox}
  MSGIN: {from: scheduler.msgin}
machine: {maximum_jobs: 2}
thresholds: {rows: 0}
resources: {link: 1}
properties: {Region: US}
calendars:
  closed: ["2026-12-25"]
jobs:
  send:
    run: [sh, -c, "sleep 600; echo row > $INBOX/feed_20261123.csv"]
    at: "01:30"
    frequency: {not_on: closed}
  arrival:
    file_arrival: {folder: inbox, file: "feed_{date:%Y%m%d}.csv", until: "03:00", stable_for: 1m}
    at: "01:00"
  count:
    run: [sh, -c, "exit 4"]
    after: [arrival]
    exit_codes: {failed_if: [{is: GT, code: 4}]}
    events:
      - {when: finished_ok, event: "$THRESHOLD:SET,rows,5"}
      - {when: finished_ok, event: "$PROPERTY:SET,Region,EU"}
  load:
    run: [sh, -c, "sleep 60"]
    at: "01:00"
    thresholds: [{threshold: rows, is: GE, value: 5}]
    expression: '[[Region]] = "EU"'
    resources: {link: 1}
    recurrence: {runs: 2, every: 5m}
    rules:
      - {when: failed, do: page}
  report:
    run: [sh, -c, "echo '$JOB:ADD,,,extra,OnRequest,batch,secret' > $MSGIN/event"]
    requires: [load]
  extra:
    null_job: true
    frequency: {on_request: true}
"""


def run(tmp_path: Path, night_runner: NightRunner, date: dt.date, **more: object) -> Result:
    (tmp_path / "chain.yaml").write_text(CHAIN)
    scenario = Scenario(scenario="a night", chain=load_chain(tmp_path / "chain.yaml"), night=date, **more)
    return night_runner.run(scenario)


@pytest.mark.night
def test_every_job_of_it_has_its_turn(tmp_path: Path, night_runner: NightRunner) -> None:
    result = run(tmp_path, night_runner, dt.date(2026, 11, 23))
    started = {
        event.value["job"]: f"{result.local(event.at):%H:%M}" for event in result.history.of("launch", type="ok")
    }
    ended = {event.value["job"]: f"{result.local(event.at):%H:%M}" for event in result.history.of("job", type="ok")}
    assert started == {"arrival": "01:00", "send": "01:30", "count": "01:41", "load": "01:47", "report": "01:48"}
    assert ended["arrival"] == "01:41"
    assert len(result.history.of("launch", type="ok", job="load")) == 2
    assert ended["extra"] == ended["report"]
    schedule = result.history.of("schedule").last()
    assert schedule is not None
    assert schedule.value["jobs"]["extra"] == "Finished OK"


@pytest.mark.night
def test_on_a_day_of_its_calendar_a_job_is_not_built(tmp_path: Path, night_runner: NightRunner) -> None:
    result = run(tmp_path, night_runner, dt.date(2026, 12, 25))
    build = result.history.of("build").first()
    assert build is not None
    assert build.value["left_out"]["send"] == "2026-12-25 is in the calendar closed"
    failed = result.history.of("job", type="fail", job="arrival").first()
    assert failed is not None
    assert failed.error == "file not found"
    assert result.outcome is Outcome.INCONCLUSIVE


def test_a_night_in_python_may_have_an_operator_too(night: Night) -> None:
    night.load("fixtures/chains/planning_feed/chain.yaml").inject(HoldForgotten(job="validate"))
    night.operate(Operator(name="night shift", when="late", jobs="validate", acknowledges_after="20m", do="release"))
    result = night.run()
    assert result.outcome is Outcome.DEGRADED
    assert result.friction.manual_steps == 1
