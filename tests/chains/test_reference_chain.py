"""The reference chain and its scenarios say of themselves only what is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from harness.chain.lint import lint
from harness.chain.loading import load_chain
from harness.content.shipped import fixtures, scenarios
from harness.night.times import night_times
from harness.scenario.loading import load_scenario
from tests.chains.bench import JOBS

CHAIN = fixtures() / "chains" / "planning_feed" / "chain.yaml"
FRAGILE = CHAIN.with_name("fragile.yaml")
SCENARIOS = sorted(scenarios().rglob("*.yaml"))


def listed_scenarios() -> list[tuple[str, str, str]]:
    """Name, outcome and what it is about, as the table of the scenarios' README says."""
    readme = (scenarios() / "README.md").read_text()
    return re.findall(r"^\| `(\w+/\w+)` \|.*\| (\w+) \| (.+) \|$", readme, flags=re.MULTILINE)


def test_every_defence_is_explained_where_the_chain_lies() -> None:
    readme = CHAIN.with_name("README.md").read_text()
    chain = load_chain(CHAIN)
    explained = set(re.findall(r"^\| `(\w+)`", readme.partition("## The defences")[2], flags=re.MULTILINE))
    assert explained == set(chain.defences)
    for name, defence in chain.defences.items():
        assert defence.variable is None or f"| `{name}` (`{defence.variable}`)" in readme


def test_every_variable_of_a_defence_is_asked_by_a_job() -> None:
    asked = {name for job in JOBS.glob("*.py") for name in re.findall(r'\bon\("(\w+)"\)', job.read_text())}
    names = ("chain", "inbox", "confirmed", "oncall", "pull", "handoff", "postgres", "queue")
    chains = [load_chain(CHAIN.with_name(f"{name}.yaml")) for name in names]
    assert asked == {defence.variable for chain in chains for defence in chain.defences.values() if defence.variable}


def test_the_fragile_chain_is_the_same_chain_without_any_defence() -> None:
    chain, fragile = load_chain(CHAIN), load_chain(FRAGILE)
    assert set(fragile.switched_off) == set(chain.defences)
    assert not any(job.rules or job.retry_on_failure for job in fragile.jobs.values())
    assert {name: job.run for name, job in fragile.jobs.items()} == {name: job.run for name, job in chain.jobs.items()}


def test_the_reference_chain_passes_its_own_lint() -> None:
    assert [str(found) for found in lint(CHAIN)] == []


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_scenario_loads_and_its_sentence_begins_small_and_has_no_full_stop(path: Path) -> None:
    sentence = load_scenario(path).scenario
    assert sentence[0].islower()
    assert not sentence.endswith(".")


def test_no_two_scenarios_claim_the_same() -> None:
    sentences = [load_scenario(path).scenario for path in SCENARIOS]
    assert len(sentences) == len(set(sentences))


def test_the_table_of_scenarios_is_complete_and_true() -> None:
    rows = re.findall(
        r"^\| `(\w+/\w+)` \|.*\| (\w+) \| (.+) \|$", (scenarios() / "README.md").read_text(), re.MULTILINE
    )
    listed = {name: outcome for name, outcome, _ in rows}
    about = {path: load_scenario(path) for path in SCENARIOS if path.parent.name != "calm"}
    resilient = {path: scenario for path, scenario in about.items() if not path.stem.endswith("_fragile")}
    assert listed == {
        f"{path.parent.name}/{path.stem}": str(scenario.expect.outcome) for path, scenario in resilient.items()
    }


def test_every_defence_has_a_scenario_that_is_about_it() -> None:
    named = " ".join(
        re.findall(r"^\| `\w+/\w+` \|.*\| (.+) \|$", (scenarios() / "README.md").read_text(), re.MULTILINE)
    )
    assert set(load_chain(CHAIN).defences) <= set(re.findall(r"\w+", named))


def test_every_fault_that_the_resilient_chain_survives_is_shown_on_the_fragile_one() -> None:
    shown: dict[str, set[str]] = {"planning-feed": set(), "planning-feed-fragile": set()}
    for path in SCENARIOS:
        scenario = load_scenario(path)
        if scenario.chain.chain in shown:
            shown[scenario.chain.chain] |= {fault.name for fault in scenario.faults}
    assert shown["planning-feed"] == shown["planning-feed-fragile"]


def test_a_fragile_night_is_damaged_or_nothing_happened_in_it() -> None:
    for path in SCENARIOS:
        scenario = load_scenario(path)
        if scenario.chain.chain == "planning-feed-fragile":
            assert str(scenario.expect.outcome) in ("damaged", "unaffected"), path


def test_all_retries_of_retrieve_end_before_the_deadline() -> None:
    """Three runs of six attempts, each of a minute's silence, the waits between them, and ten minutes between runs."""
    one_run_s = 6 * 60 + sum((30, 60, 120, 240, 480))
    chain = load_chain(CHAIN)
    retry = chain.jobs["retrieve"].retry_on_failure
    assert retry is not None
    runs = 1 + retry.attempts
    all_runs_s = runs * one_run_s + (runs - 1) * 600
    assert chain.jobs["retrieve"].at is not None
    times = night_times(chain, load_scenario(SCENARIOS[-1]).night)
    assert times.at(chain.jobs["retrieve"].at) + all_runs_s * 10**9 < times.deadline_ns
