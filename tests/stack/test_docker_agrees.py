"""The same scenario ends the same on both stacks: outcome, pages, and what every job did."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.data import fixtures
from harness.loading import load_chain, load_scenario
from harness.night import NightRunner, Result
from harness.stack.docker import DockerStack
from harness.stack.local import LocalStack

SCENARIOS = Path(__file__).parents[2] / "scenarios"
ONE_OF_EACH = sorted(next(iter(sorted(folder.glob("*.yaml")))) for folder in SCENARIOS.iterdir() if folder.is_dir())

pytestmark = pytest.mark.usefixtures("images")


@pytest.fixture(scope="module")
def runners(tmp_path_factory) -> Iterator[list[NightRunner]]:
    with LocalStack() as local, DockerStack() as docker:
        yield [NightRunner(stack, tmp_path_factory.mktemp(stack.name)) for stack in (local, docker)]


@pytest.mark.parametrize("path", ONE_OF_EACH, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_scenario_ends_the_same_on_both_stacks(path, runners):
    scenario = load_scenario(path)
    local, docker = (what_happened(runner.run(scenario)) for runner in runners)
    assert docker == local


def test_a_night_with_snowflakes_connector_ends_the_same_on_both_stacks(runners):
    scenario = load_scenario(SCENARIOS / "delivery" / "half_a_file.yaml")
    chain = load_chain(fixtures() / "chains" / "planning_feed" / "snowflake.yaml")
    local, docker = (what_happened(runner.run(scenario.model_copy(update={"chain": chain}))) for runner in runners)
    assert docker == local
    assert docker["outcome"] is scenario.expect.outcome


def what_happened(result: Result) -> dict[str, object]:
    jobs = [
        (event.value["job"], event.type, event.value.get("exit"))
        for event in result.history
        if event.action == "job" and event.component == "scheduler"
    ]
    pages = [(page.value["owner"], page.value["job"], page.value["cause"]) for page in result.pages]
    return {"outcome": result.outcome, "pages": pages, "jobs": jobs}
