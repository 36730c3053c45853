"""A job that overwrites the clock's page: its night is a stack error, told within seconds, and is never judged."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from harness.errors import StackError
from harness.night.runner import NightRunner
from harness.scenario.loading import load_scenario
from harness.stack.local.stack import LocalStack
from tests.calibration import patience_s
from tests.sample import sample

CHAIN = """
chain: feed
timezone: Europe/Paris
owner: data-ops
runbook: runbook.md
deadline: "06:00"
jobs:
  before: {run: [sleep, "60"], at: "01:50"}
  fetch: {run: [python, fetch.py], at: "02:00"}
  after: {run: [sleep, "60"], after: [fetch]}
"""
SCENARIO = (
    "scenario: a night\nchain: chain.yaml\nnight: 2026-11-23\nfaults: [no_fault: {}]\nexpect: {outcome: unaffected}\n"
)
FETCH = """
import os, random, time
path = os.environ["NIGHT_CLOCK"]
size = os.path.getsize(path)
time.sleep(60)
with open(path, "r+b") as file:
    {overwrite}
time.sleep(60)
"""
OVERWRITES = {
    "zeros": "file.write(bytes(size))",
    "random bytes": "file.write(random.Random(1).randbytes(size))",
    "random bytes at its time": "file.seek(64); file.write(random.Random(7).randbytes(24))",
    "cut off": "file.truncate(0)",
    "its time set back": "file.seek(64); file.write((10**14).to_bytes(8, 'little'))",
    "another date": "file.seek(128); file.write((10**18).to_bytes(8, 'little'))",
    "removed": "os.unlink(path)",
}


@pytest.mark.parametrize("name", sample(list(OVERWRITES), {"zeros", "random bytes at its time", "cut off"}))
def test_a_job_that_overwrites_the_clocks_page_ends_the_night(name: str, tmp_path: Path) -> None:
    (tmp_path / "runbook.md").write_text("Ask.\n")
    (tmp_path / "chain.yaml").write_text(CHAIN)
    (tmp_path / "fetch.py").write_text(FETCH.format(overwrite=OVERWRITES[name]))
    (tmp_path / "night.yaml").write_text(SCENARIO)
    scenario = load_scenario(tmp_path / "night.yaml")
    with LocalStack() as stack:
        if stack.clock != "virtual":
            pytest.skip(f"there is no clock page: {stack.clock}")
        runner = NightRunner(stack, tmp_path / "store")
        began = time.monotonic()
        with pytest.raises(StackError, match="the clock's page") as told:
            runner.run(scenario)
        assert time.monotonic() - began < patience_s()
        assert "its file" in told.value.found or told.value.found.startswith("it was overwritten: ")
        assert "NIGHT_CLOCK" in told.value.todo
        with pytest.raises(StackError, match="the clock's page"):  # no later night is judged on it either
            runner.run(scenario)
