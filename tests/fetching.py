"""The smallest chain that a night can be about: a shell script that fetches one file and stores what is in it."""

from __future__ import annotations

from pathlib import Path

from harness.night.result import Result
from harness.night.runner import NightRunner
from harness.scenario.loading import load_scenario

_CHAIN = """
chain: feed
owner: data-ops
runbook: runbook.md
deadline: "06:00"
files:
  feed:
    name: "{name}"
    arrives: "01:30"
    content: {content}
environment:
  SOURCE: {{from: source.url}}
  PLANNING: {{from: planning.url}}
  BUSINESS_DATE: {{from: night.date}}
jobs:
  fetch:
    run: [bash, fetch.sh]
    at: "02:00"
    retry_on_failure: {{attempts: 1, every: 5m}}
    rules: [{{when: failed, do: page}}]
consumers:
  planning: {{kind: http, key: [{key}], records: derived}}
defences: {defences}
"""
_SCENARIO = """
scenario: a night
chain: chain.yaml
night: 2026-11-23
without: [{without}]
faults:
  - {fault}
expect: {{outcome: recovered}}
"""


def write_chain(folder: Path, script: str, *, name: str, content: str, key: str = "", defences: str = "{}") -> None:
    """Put the chain there, with its script and its runbook."""
    (folder / "runbook.md").write_text("Ask.\n")
    (folder / "chain.yaml").write_text(_CHAIN.format(name=name, content=content, key=key, defences=defences))
    (folder / "fetch.sh").write_text(script)


def run_night(runner: NightRunner, folder: Path, fault: str, *, without: str = "") -> Result:
    """One night of the chain that is there."""
    (folder / "night.yaml").write_text(_SCENARIO.format(fault=fault, without=without))
    return runner.run(load_scenario(folder / "night.yaml"))
