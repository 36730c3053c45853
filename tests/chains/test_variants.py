"""The reference chain by another protocol ends every night as it does by HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.data import fixtures, scenarios
from harness.lint import lint
from harness.loading import load_chain, load_scenario
from harness.night import NightRunner
from harness.scenario import Scenario

FOLDER = fixtures() / "chains" / "planning_feed"
VARIANTS = ("s3", "sftp", "snowflake")
TWINS = {"planning-feed": "{}.yaml", "planning-feed-fragile": "{}_fragile.yaml"}
"""The variant's file that stands for each chain."""

WITHOUT_WORDS: dict[str, set[str]] = {"s3": set(), "sftp": {"throttle_requests", "token_expired"}, "snowflake": set()}
"""Faults that a variant's protocol has no words for: they cannot be in a scenario of it."""


def on_variant(path: Path, variant: str) -> Scenario | None:
    """A shipped scenario with the variant's chain in place of its own; None when it is about another chain."""
    scenario = load_scenario(path)
    if scenario.chain.chain not in TWINS:
        return None
    chain = load_chain(FOLDER / TWINS[scenario.chain.chain].format(variant))
    if scenario.chain.switched_off and not scenario.chain.chain.endswith("fragile"):
        chain = chain.without(scenario.chain.switched_off)
    if any(fault.name in WITHOUT_WORDS[variant] for fault in scenario.faults):
        return None
    changed = scenario.model_copy(update={"chain": chain})
    assert Scenario.model_validate(changed) is changed
    return changed


NIGHTS = [
    pytest.param(changed, id=f"{variant}-{path.parent.name}-{path.stem}")
    for variant in VARIANTS
    for path in sorted(scenarios().rglob("*.yaml"))
    if (changed := on_variant(path, variant)) is not None
]


@pytest.mark.parametrize("scenario", NIGHTS)
def test_a_night_ends_as_its_scenario_says_whatever_the_protocol(scenario: Scenario, night_runner: NightRunner) -> None:
    result = night_runner.run(scenario)
    assert not result.mismatches, "\n".join(map(str, result.mismatches))


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_variant_is_the_reference_chain_but_for_where_its_files_come_from(variant: str) -> None:
    reference, chain = load_chain(FOLDER / "chain.yaml"), load_chain(FOLDER / f"{variant}.yaml")
    assert {file.source for file in chain.files.values()} == {variant}
    changed = {"chain", "files", "environment", "image"}
    assert chain.model_dump(exclude=changed) == reference.model_dump(exclude=changed)
    added = {name for name in chain.environment if name.startswith(variant.upper())} | {"SOURCE"}
    assert chain.environment.keys() - added == reference.environment.keys() - {"SOURCE_URL"}


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_variant_passes_the_lint(variant: str) -> None:
    assert [str(found) for found in lint(FOLDER / f"{variant}.yaml")] == []
