"""A job that overwrites the clock's page: its night is a stack error, told within seconds, and is never judged.

The next night pays nothing for it: it has the stack anew.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from harness.errors import StackError
from harness.night.runner import NightRunner
from harness.scenario.loading import load_scenario
from harness.stack.local.stack import LocalStack
from tests.calibration import patience_s
from tests.runs import PYTEST, user_in
from tests.sample import sample

REFERENCE = Path(__file__).parents[2] / "fixtures/chains/planning_feed/chain.yaml"
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


def write_night(folder: Path, fetch: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "runbook.md").write_text("Ask.\n")
    (folder / "chain.yaml").write_text(CHAIN)
    (folder / "fetch.py").write_text(fetch)
    (folder / "night.yaml").write_text(SCENARIO)
    return folder / "night.yaml"


@pytest.mark.parametrize("name", sample(list(OVERWRITES), {"zeros", "random bytes at its time", "cut off"}))
def test_a_job_that_overwrites_the_clocks_page_ends_the_night(name: str, tmp_path: Path) -> None:
    scenario = load_scenario(write_night(tmp_path, FETCH.format(overwrite=OVERWRITES[name])))
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
            stack.require_sound()


def broken(stack: LocalStack, part: str) -> None:
    if part == "page":
        stack.directory.page.write_bytes(b"")
    else:
        health = stack.door.ask("GET", "/health")
        os.kill(health["pid"] if part == "supervisor" else health["mocks"][part], signal.SIGKILL)


@pytest.mark.parametrize("part", sample(["desk", "page", "supervisor"]))
def test_the_night_after_a_stack_error_has_the_stack_anew(part: str, tmp_path: Path) -> None:
    scenario = load_scenario(write_night(tmp_path, "import time; time.sleep(60)"))
    told: list[str] = []
    with LocalStack() as stack:
        if stack.clock != "virtual" and part == "page":
            pytest.skip(f"there is no clock page: {stack.clock}")
        runner = NightRunner(stack, tmp_path / "store", tell=told.append)
        before = runner.run(scenario)
        broken(stack, part)
        with pytest.raises(StackError):
            runner.run(scenario)
        after = runner.run(scenario)
        assert (after.outcome, after.digest) == (before.outcome, before.digest)
        [line] = told
        assert line.startswith("the local stack is started anew: ")
        pid = stack.door.ask("GET", "/health")["pid"]
        runner.run(scenario)
        assert stack.door.ask("GET", "/health")["pid"] == pid


def test_a_stack_that_cannot_be_started_again_tells_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = load_scenario(write_night(tmp_path, "import time; time.sleep(60)"))
    with LocalStack() as stack:
        runner = NightRunner(stack, tmp_path / "store", tell=lambda _: None)
        broken(stack, "supervisor")
        with pytest.raises(StackError):
            runner.run(scenario)
        with monkeypatch.context() as patch:
            patch.setattr("harness.stack.local.stack.python", lambda: ["/nowhere/python"])
            for _ in range(2):
                with pytest.raises(StackError, match="/nowhere/python cannot be started"):
                    runner.run(scenario)
        assert runner.run(scenario).history.of("end")


def test_the_next_scenario_of_a_test_run_passes(tmp_path: Path) -> None:
    write_night(tmp_path / "first", FETCH.format(overwrite=OVERWRITES["zeros"]))
    (tmp_path / "second.yaml").write_text(SCENARIO.replace("chain.yaml", str(REFERENCE)))
    with user_in(tmp_path) as user:
        run = user.runs(*PYTEST, "-v", "first/night.yaml", "second.yaml")
    if "the clock was real" in run.out:
        pytest.skip("there is no clock page")
    assert "1 failed, 1 passed" in run.out, run.said
    assert "FAILED first/night.yaml" in run.out
    assert "the local stack is started anew: the clock's page" in run.err
