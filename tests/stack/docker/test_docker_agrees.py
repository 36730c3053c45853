"""A scenario comes to the same end in processes and in containers: verdict, pages, friction, and what every job did."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from harness.chain.loading import load_chain
from harness.content.shipped import fixtures
from harness.night.result import Result
from harness.scenario.loading import load_scenario
from tests.sample import sample
from tests.stack.docker.conftest import Both

SCENARIOS = Path(__file__).parents[3] / "scenarios"
ONE_OF_EACH_FOLDER = {next(iter(sorted(folder.glob("*.yaml")))) for folder in SCENARIOS.iterdir() if folder.is_dir()}
ONE_OF_EACH_OUTCOME = {
    SCENARIOS / f"{name}.yaml"
    for name in (
        "calm/quiet_night",
        "launch/program_not_found",
        "waiting/publish_overrun_fragile",
        "delivery/truncated_all_night",
        "delivery/truncated_all_night_no_fallback",
    )
}

AT_A_PLACE = {
    SCENARIOS / f"{name}.yaml"
    for name in (
        "access/server_error_for_one_job",
        "landing/disk_full_at_a_byte",
        "landing/read_only_at_the_rename",
        "launch/crash_at_half_of_the_file",
        "launch/crash_at_the_answer",
        "launch/crash_at_the_request",
        "launch/crash_between_two_batches",
    )
}


def what_happened(result: Result) -> dict[str, object]:
    return {
        "outcome": result.outcome,
        "findings": [(finding.check, finding.state, finding.sentence) for finding in result.judgement.findings],
        # Whole minutes: how a container's start falls among the milliseconds of requests may tip their rounding.
        "friction": re.sub(r"[\d.,]+ min", "some min", result.friction.sentence),
        "pages": [(page.value["owner"], page.value["job"], page.value["cause"]) for page in result.pages],
        "jobs": [
            (event.value["job"], event.type, event.value.get("exit"))
            for event in result.history.of("job", component="scheduler")
        ],
    }


@pytest.mark.parametrize(
    "path",
    sample(
        sorted(ONE_OF_EACH_FOLDER | ONE_OF_EACH_OUTCOME | AT_A_PLACE),
        {SCENARIOS / "delivery/truncated_all_night.yaml", SCENARIOS / "access/server_error_for_one_job.yaml"},
    ),
    ids=lambda path: f"{path.parent.name}-{path.stem}",
)
def test_a_scenario_ends_the_same_on_both_stacks(path: Path, both: Both) -> None:
    scenario = load_scenario(path)
    local, docker = (runner.run(scenario) for runner in both)
    assert what_happened(docker) == what_happened(local)
    assert docker.friction.later_s == pytest.approx(local.friction.later_s, abs=60)


@pytest.mark.parametrize(
    "chain", sample(["snowflake", "orchestrated", "cron", "postgres", "queue", "pull", "handoff"], 0)
)
def test_so_does_a_night_of_another_variant_of_the_chain(chain: str, both: Both) -> None:
    scenario = load_scenario(SCENARIOS / "delivery" / "half_a_file.yaml")
    variant = load_chain(fixtures() / "chains" / "planning_feed" / f"{chain}.yaml")
    scenario = scenario.model_copy(update={"chain": variant})
    local, docker = (what_happened(runner.run(scenario)) for runner in both)
    assert docker == local
    assert docker["outcome"] is scenario.expect.outcome
