"""A consumer over HTTP that asks for credentials and versions: what jobs are told of it, and how a night goes there."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.checks import Outcome
from harness.faults import Fault, HalfStored, RowsSwallowed
from harness.night.runner import NightRunner
from harness.scenario.loading import load_scenario

CHAIN = """
chain: feed
timezone: Europe/Paris
owner: data-ops
runbook: runbook.md
deadline: "06:00"
files:
  forecast: {name: "forecast_{date:%Y%m%d}.csv", arrives: "01:30", content: {copy: forecast.csv}}
environment:
  SOURCE: {from: source.url}
  PLANNING: {from: planning.url}
  TOKEN: {from: planning.token}
  LOGIN: {from: planning.user}
  PASSWORD: {from: planning.password}
jobs:
  send: {run: [python, send.py], at: "02:00"}
consumers:
  planning: {key: [key], versions: true, required: [quantity], unique: [key], page_rows: 2, auth: AUTH}
"""
SCENARIO = """
scenario: a night
chain: chain.yaml
night: 2026-11-23
faults: [no_fault]
expect: {outcome: unaffected}
"""
SEND = """
import csv, io, os
import requests

planning = requests.Session()
if "AUTH" == "bearer":
    planning.headers["Authorization"] = "Bearer " + os.environ["TOKEN"]
else:
    planning.auth = os.environ["LOGIN"], os.environ["PASSWORD"]
rows = list(csv.DictReader(io.StringIO(requests.get(os.environ["SOURCE"] + "/files/forecast_20261123.csv").text)))
url, date = os.environ["PLANNING"], "2026-11-23"
version = planning.get(url + "/plan", params={"business_date": date}).headers["ETag"]
for row in rows:
    sent = {"business_date": date, "rows": [row]}
    answer = planning.post(url + "/batches", json=sent, headers={"If-Match": version})
    answer.raise_for_status()
    version = answer.headers["ETag"]
held, following = [], url + "/rows?business_date=" + date
while following:
    page = planning.get(following).json()
    held, following = held + page["results"], page["next"]
assert held == rows, held
"""


@pytest.mark.parametrize("auth", ["bearer", "basic"])
def test_a_job_comes_in_by_its_places_changes_the_version_it_read_and_reads_all_pages(
    tmp_path: Path, night_runner: NightRunner, auth: str
) -> None:
    (tmp_path / "runbook.md").write_text("Ask.\n")
    (tmp_path / "forecast.csv").write_text("key,quantity\na,1\nb,2\nc,3\n")
    (tmp_path / "night.yaml").write_text(SCENARIO)
    (tmp_path / "chain.yaml").write_text(CHAIN.replace("AUTH", auth))
    (tmp_path / "send.py").write_text(SEND.replace('"AUTH"', repr(auth)))
    result = night_runner.run(load_scenario(tmp_path / "night.yaml"))
    assert result.outcome is Outcome.UNAFFECTED, result.judgement
    assert len(list(result.history.of("batch", component="planning", type="ok"))) == 3


MENDING = """
import csv, io, os, time
import requests

rows = list(csv.DictReader(io.StringIO(requests.get(os.environ["SOURCE"] + "/files/forecast_20261123.csv").text)))
url, date = os.environ["PLANNING"], "2026-11-23"
for attempt in range(3):
    batch = {"business_date": date, "rows": rows}
    answer = requests.post(url + "/batches", json=batch, headers={"Idempotency-Key": "k"})
    held = requests.get(url + "/plan", params={"business_date": date}).json()["rows"]
    if answer.ok and held == len(rows):
        break
    requests.delete(url + "/plan", params={"business_date": date}).raise_for_status()
    time.sleep(60)
else:
    raise SystemExit("planning does not hold what was sent")
"""


@pytest.mark.parametrize(
    "fault",
    [RowsSwallowed(consumer="planning", times=1), HalfStored(consumer="planning", times=1)],
    ids=["swallowed", "half stored"],
)
def test_a_job_that_withdraws_what_is_wrong_and_sends_it_anew_has_recovered(
    tmp_path: Path, night_runner: NightRunner, fault: Fault
) -> None:
    (tmp_path / "runbook.md").write_text("Ask.\n")
    (tmp_path / "forecast.csv").write_text("key,quantity\na,1\nb,2\nc,3\n")
    (tmp_path / "night.yaml").write_text(SCENARIO)
    (tmp_path / "chain.yaml").write_text(CHAIN.partition("consumers:")[0] + "consumers: {planning: {key: [key]}}\n")
    (tmp_path / "send.py").write_text(MENDING)
    result = night_runner.run(load_scenario(tmp_path / "night.yaml").model_copy(update={"faults": (fault,)}))
    assert result.outcome is Outcome.RECOVERED, result.judgement
