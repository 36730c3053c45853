"""A job that is struck when it is answered has done with the answer all that it can, but for the last piece of it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from harness.history import History
from harness.night.runner import NightRunner
from harness.scenario.loading import load_scenario

CHAIN = f"""
chain: feed
timezone: Europe/Paris
owner: data-ops
deadline: "06:00"
files:
  forecast:
    name: "forecast_{{date}}.csv"
    source: SOURCE
    arrives: "01:30"
    content: {{factory: forecast, rows: 20000}}
environment:
  URL: {{from: source.url}}
  HOST: {{from: sftp.host}}
  PORT: {{from: sftp.port}}
  LOGIN: {{from: sftp.user}}
  PASSWORD: {{from: sftp.password}}
  LANDING: {{from: folder.landing}}
folders: {{landing: {{}}}}
jobs:
  fetch: {{run: ["{sys.executable}", fetch.py], at: "02:00", RULES}}
"""

PIECE_BYTES = 32768

WAYS = {
    "http": """
import os, urllib.request
with open(os.environ["LANDING"] + "/part", "wb", buffering=0) as to:
    answer = urllib.request.urlopen(os.environ["URL"] + "/files/forecast_2026-11-23.csv")
    while piece := answer.read1(10000):
        to.write(piece)
""",
    "sftp": f"""
import asyncio, os, asyncssh
async def main():
    of = {{"username": os.environ["LOGIN"], "password": os.environ["PASSWORD"], "known_hosts": None, "config": None}}
    async with asyncssh.connect(os.environ["HOST"], int(os.environ["PORT"]), **of) as ssh:
        async with ssh.start_sftp_client() as sftp:
            async with sftp.open("/inbox/forecast_2026-11-23.csv", "rb", block_size=None) as file:
                with open(os.environ["LANDING"] + "/part", "wb", buffering=0) as to:
                    while piece := await file.read({PIECE_BYTES}):
                        to.write(piece)
asyncio.run(main())
""",
}


NOTHING: dict[str, list[int]] = {"http": [0], "sftp": []}
"""Sizes of what is there when the source has been asked: the one program has made its file by then, and it is empty."""


def _night(folder: Path, runner: NightRunner, source: str, fault: str, rules: str = "optional: true") -> History:
    (folder / "fetch.py").write_text(WAYS[source])
    (folder / "chain.yaml").write_text(CHAIN.replace("SOURCE", source, 1).replace("RULES", rules))
    scenario = folder / "scenario.yaml"
    said = f"faults:\n  - {fault}\nexpect: {{outcome: recovered}}\n"
    scenario.write_text(f"scenario: a night\nchain: chain.yaml\nnight: 2026-11-23\n{said}")
    return runner.run(load_scenario(scenario)).history


@pytest.mark.parametrize("source", WAYS)
def test_all_but_the_last_piece_is_worked_on_and_that_one_is_not(
    tmp_path: Path, night_runner: NightRunner, source: str
) -> None:
    crash = "job_crash: {job: fetch, how: out_of_memory, at_answer: {to: source}}"
    history = _night(tmp_path, night_runner, source, crash)
    [published] = history.of("publish")
    whole = published.value["size"]
    last = 1 if source == "http" else whole % PIECE_BYTES or PIECE_BYTES
    [kept] = history.of("keeps", component="folders")
    assert (kept.value["name"], kept.value["size"]) == ("part", whole - last)
    assert [event.value["signal"] for event in history.of("job", type="fail")] == [9]


@pytest.mark.parametrize("source", WAYS)
def test_at_its_request_nothing_is_there(tmp_path: Path, night_runner: NightRunner, source: str) -> None:
    crash = "job_crash: {job: fetch, how: out_of_memory, at_request: {to: source}}"
    history = _night(tmp_path, night_runner, source, crash)
    assert [event.value["size"] for event in history.of("keeps", component="folders")] == NOTHING[source]


def test_who_is_frozen_at_its_answer_has_it_when_it_thaws(tmp_path: Path, night_runner: NightRunner) -> None:
    freeze = "job_overrun: {job: fetch, lasts: 1h, at_answer: {to: source}, times: 1}"
    history = _night(tmp_path, night_runner, "http", freeze, "max_run_time: 5m")
    [published] = history.of("publish")
    [kept] = history.of("keeps", component="folders")
    assert kept.value["size"] == published.value["size"]
    [served], [ended] = history.of("serve", type="ok"), history.of("job", type="ok")
    assert ended.at - served.at >= 3600 * 10**9
