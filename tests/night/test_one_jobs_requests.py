"""Two jobs ask one source at once, in several processes: a fault bound to one meets no request of the other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.night.result import Result
from harness.night.runner import NightRunner
from harness.scenario.loading import load_scenario
from tests.ask import ASK

CHAIN = """
chain: feed
timezone: Europe/Paris
owner: data-ops
deadline: "06:00"
files:
  forecast: {name: "forecast_{date:%Y%m%d}.csv", arrives: "01:30", content: {factory: forecast, rows: 3}}
environment:
  SOURCE: {from: source.url}
  PLANNING: {from: planning.url}
  DESK: {from: desk.url}
folders: {landing: {}}
jobs:
  one: {run: [bash, ask.sh], at: "02:00", retry_on_failure: {attempts: 3, every: 10m}}
  other: {run: [bash, ask.sh], at: "02:00", retry_on_failure: {attempts: 3, every: 10m}}
consumers:
  planning: {kind: http, records: some}
"""

ASKS = f"""
{ASK}
for number in 1 2 3; do ask "$SOURCE/files/forecast_20261123.csv" >/dev/null & done
for child in $(jobs -p); do wait "$child" || exit 1; done
"""
"""Three processes at once, each of which is a child of the job's own."""

SENDS = f"""
{ASK}
ask "$PLANNING/batches" -H "Idempotency-Key: k" -d '{{"business_date": "2026-11-23", "rows": [{{"key": "a"}}]}}'
"""

OUTSIDE = "export NIGHT_CLOCK=real\n" + ASKS

Lived = Callable[..., Result]


@pytest.fixture
def lived(tmp_path: Path, night_runner: NightRunner) -> Lived:
    def live(fault: str, program: str = ASKS) -> Result:
        (tmp_path / "ask.sh").write_text(program)
        (tmp_path / "chain.yaml").write_text(CHAIN)
        scenario = tmp_path / "scenario.yaml"
        said = f"faults:\n  - {fault}\nexpect: {{outcome: recovered}}\n"
        scenario.write_text(f"scenario: a night\nchain: chain.yaml\nnight: 2026-11-23\n{said}")
        return night_runner.run(load_scenario(scenario))

    return live


@pytest.mark.parametrize(
    "fault",
    ["server_error: {times: 2, JOB}", "truncate_file: {file: forecast, keep: 50%, times: 2, JOB}"],
)
@pytest.mark.parametrize("job", ["one", "other"])
def test_all_of_one_jobs_processes_are_met_and_none_of_the_others(lived: Lived, fault: str, job: str) -> None:
    history = lived(fault.replace("JOB", f"from: {job}")).history
    receipts = history.of("fault", component="source")
    assert [receipt.value["where"]["from"] for receipt in receipts] == [job, job]
    asked = {event.value["from"] for event in history.of("serve", type="invoke")}
    assert asked == {"one", "other"}


def test_a_connection_is_bound_as_well(lived: Lived) -> None:
    history = lived("connection_refused: {from: other, times: 1}").history
    assert [event.value["from"] for event in history.of("connect", type="fail")] == ["other"]


def test_a_job_is_struck_at_its_own_request_and_not_at_the_others(lived: Lived) -> None:
    history = lived("job_crash: {job: other, at_request: {to: source}, call: 2}").history
    ended = [event for event in history.of("job") if event.value.get("signal")]
    assert [event.value["job"] for event in ended] == ["other"]
    before = [event for event in history.of("serve", type="invoke") if event.index < ended[0].index]
    assert [event.value["from"] for event in before].count("other") == 2


def test_a_commit_is_the_jobs_own(lived: Lived) -> None:
    history = lived("job_crash: {job: other, at_commit: {consumer: planning}, times: 1}", SENDS).history
    [ended] = [event for event in history.of("job") if event.value.get("signal")]
    before = [event for event in history if event.index < ended.index and event.action == "batch"]
    assert ended.value["job"] == before[-1].value["from"] == "other"


def test_who_lives_outside_the_nights_time_is_nobody_and_the_fault_says_so(lived: Lived) -> None:
    result = lived("server_error: {from: one}", OUTSIDE)
    [unfired] = result.history.of("unfired")
    assert "a request for anything from one was never passed" in unfired.value["why"]
    assert "a program without the night's clock" in unfired.value["why"]
