"""The same scenario comes to the same verdict in processes and in containers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.loading import load_scenario
from harness.night import NightRunner, Result
from harness.stack.docker import DockerStack
from harness.stack.local import LocalStack

SCENARIOS = Path(__file__).parents[2] / "scenarios"
COMPARED = (
    "calm/quiet_night",
    "launch/program_not_found",
    "waiting/publish_overrun_fragile",
    "delivery/truncated_all_night",
    "delivery/truncated_all_night_no_fallback",
)
"""One of each outcome."""


@pytest.fixture(scope="module")
def both(images: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[NightRunner, NightRunner]]:
    store = tmp_path_factory.mktemp("store")
    with LocalStack() as local, DockerStack() as docker:
        yield NightRunner(local, store), NightRunner(docker, store)


def verdict(result: Result) -> dict[str, object]:
    return {
        "outcome": result.outcome,
        "findings": [(finding.check, finding.state, finding.sentence) for finding in result.judgement.findings],
        "friction": result.friction.sentence,
        "pages": [(page.value["owner"], page.value["job"], page.value["cause"]) for page in result.pages],
    }


@pytest.mark.parametrize("name", COMPARED)
def test_both_stacks_come_to_the_same_verdict(name: str, both: tuple[NightRunner, NightRunner]) -> None:
    scenario = load_scenario(SCENARIOS / f"{name}.yaml")
    local, docker = (verdict(runner.run(scenario)) for runner in both)
    assert local == docker
