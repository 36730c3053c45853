"""The README shows what is there, and what it shows is run."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from harness.checks import Outcome
from harness.faults import FAULTS
from harness.night.runner import NightRunner
from harness.report.terminal import failure
from harness.scenario.loading import load_scenario

TOP = Path(__file__).parents[1]
README = (TOP / "README.md").read_text()
EXAMPLES = TOP / "tests/examples"


def blocks(language: str) -> list[str]:
    found = re.findall(r"^```(\w*)\n(.*?)^```$", README, flags=re.DOTALL | re.MULTILINE)
    return [text for kind, text in found if kind == language]


def test_its_scenario_is_one_that_is_run() -> None:
    assert blocks("yaml") == [(EXAMPLES / "launch_failure.yaml").read_text()]


def test_its_python_test_is_one_that_is_run() -> None:
    [shown] = blocks("python")
    assert (EXAMPLES / "test_launch_failure.py").read_text().endswith(shown)


def test_the_failure_that_it_shows_is_what_the_chain_without_defences_prints(night_runner: NightRunner) -> None:
    scenario = load_scenario(EXAMPLES / "launch_failure.yaml")
    fragile = scenario.model_copy(update={"chain": scenario.chain.without("all")})
    printed = failure(night_runner.run(fragile), repeat="").splitlines()
    [shown] = blocks("")
    assert [line for line in shown.splitlines() if line not in printed] == []


def test_it_names_every_group_of_faults_in_its_own_words_and_every_outcome() -> None:
    rows = dict(re.findall(r"^\| \[(\w+)\]\(harness/faults/\w+\) \| (.+) \|$", README, flags=re.MULTILINE))
    groups = {kind.__module__.split(".")[2] for kind in FAULTS.values()}
    assert rows == {group: import_module(f"harness.faults.{group}").__doc__ for group in groups}
    assert all(f"| {outcome} |" in README for outcome in Outcome)


def test_it_names_every_command_and_no_other() -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "harness.cli", "--help"], capture_output=True, text=True, check=False
    )
    commands = set(re.findall(r"^    (\w+) ", answer.stdout, flags=re.MULTILINE))
    assert commands
    assert set(re.findall(r"`harness (\w+)", README)) == commands


@pytest.mark.parametrize("target", re.findall(r"\]\(([^)#]+)\)", README))
def test_its_links_lead_somewhere(target: str) -> None:
    assert (TOP / target).exists()
