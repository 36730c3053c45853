"""Nights with a roster in which a job says of its own page that it is taken, or over."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.night.result import Result
from harness.night.runner import NightRunner
from harness.scenario.loading import load_scenario

JOB = """\
import json, os, sys, urllib.request

def say(action):
    payload = {"summary": "load failed: the source is unavailable (503)", "source": "batch01", "severity": "critical"}
    event = {"routing_key": os.environ["KEY"], "event_action": action, "dedup_key": "load", "payload": payload}
    urllib.request.urlopen(urllib.request.Request(os.environ["DESK"], json.dumps(event).encode(), method="POST"))

try:
    with urllib.request.urlopen(os.environ["SOURCE"] + "/files/f_2026-11-23.csv") as file:
        open(os.environ["LANDING"] + "/f.csv", "wb").write(file.read())
except OSError:
    say("trigger")
    for action in sys.argv[1:]:
        say(action)
    sys.exit(1)
say("resolve")
"""
CHAIN = """\
chain: tells
owner: data-ops
oncall: oncall.yaml
deadline: "06:00"
files:
  f: {name: "f_{date}.csv", arrives: "01:00", content: {copy: f.csv}}
folders: {landing: {}}
environment:
  LANDING: {from: folder.landing}
  SOURCE: {from: source.url}
  DESK: {from: desk.pagerduty_url}
  KEY: {from: desk.routing_key}
jobs:
  load: {run: RUN, at: "02:00", retry_on_failure: {attempts: 1, every: 3m}}
"""
ROSTER = "people: {ada: {}, bob: {}}\nowners: {data-ops: {on_call: [ada, bob], escalate_after: 15m}}\n"


def judged(runner: NightRunner, folder: Path, *actions: str, fault: str = "server_error: {}") -> Result:
    (folder / "f.csv").write_text("a,b\n1,2\n")
    (folder / "job.py").write_text(JOB)
    (folder / "oncall.yaml").write_text(ROSTER)
    (folder / "chain.yaml").write_text(CHAIN.replace("RUN", str(["python", "job.py", *actions]).replace("'", '"')))
    head = "scenario: it tells\nchain: chain.yaml\nnight: 2026-11-23\n"
    text = f"{head}faults:\n  - {fault}\nexpect: {{outcome: contained}}\n"
    (folder / "night.yaml").write_text(text)
    return runner.run(load_scenario(folder / "night.yaml"))


def said(result: Result, check: str) -> str:
    (finding,) = [one for one in result.judgement.findings if one.check == check]
    return f"{finding.state}: {finding.said}"


def test_a_page_that_is_left_open_is_acknowledged_by_who_is_on_call(night_runner: NightRunner, tmp_path: Path) -> None:
    result = judged(night_runner, tmp_path)
    assert said(result, "acknowledged") == "holds: ada acknowledged it 5.0 min after the page"
    assert result.outcome.value == "contained", result.judgement


@pytest.mark.parametrize("action", ["acknowledge", "resolve"])
def test_a_job_that_answers_itself_has_woken_nobody(night_runner: NightRunner, tmp_path: Path, action: str) -> None:
    result = judged(night_runner, tmp_path, action)
    assert said(result, "acknowledged").endswith(f"only load itself said '{action}'")
    assert result.outcome.value == "damaged", result.judgement


def test_a_job_that_heals_may_say_that_it_is_over(night_runner: NightRunner, tmp_path: Path) -> None:
    result = judged(night_runner, tmp_path, fault="server_error: {times: 1}")
    assert said(result, "escalated") == "holds: each page was acknowledged in time"
    assert result.outcome.value == "degraded", result.judgement  # it paged before its last attempt
