"""The reference chain with a planning that is a table: what it says of itself, and what its scenarios are about."""

from __future__ import annotations

import re

from harness.chain.lint import lint
from harness.chain.loading import load_chain
from harness.content.shipped import fixtures, scenarios
from harness.faults.model.consumers import MeetsAConsumer
from harness.scenario.loading import load_scenario
from tests.faults.examples_consumers import EXAMPLES

CHAIN = fixtures() / "chains" / "planning_feed" / "postgres.yaml"
FRAGILE = CHAIN.with_name("postgres_fragile.yaml")
SCENARIOS = sorted((scenarios() / "postgres").glob("*.yaml"))


def test_it_passes_the_lint() -> None:
    assert [str(found) for found in lint(CHAIN)] == []


def test_it_is_the_reference_chain_but_for_what_comes_after_validate() -> None:
    reference, chain = load_chain(CHAIN.with_name("chain.yaml")), load_chain(CHAIN)
    for name in ("retrieve", "validate"):
        assert chain.jobs[name] == reference.jobs[name]
    assert set(chain.environment) ^ set(reference.environment) == {"PLANNING_URL", "PLANNING_DSN"}


def test_the_fragile_one_has_no_defence() -> None:
    assert set(load_chain(FRAGILE).switched_off) == set(load_chain(CHAIN).defences)


def test_each_defence_of_its_own_has_a_night_that_is_about_it_and_one_that_misses_it() -> None:
    own = set(load_chain(CHAIN).defences) - set(load_chain(CHAIN.with_name("chain.yaml")).defences)
    readme = (scenarios() / "README.md").read_text()
    about = set(re.findall(r"\w+", " ".join(re.findall(r"^\| `postgres/\w+` \|.*\| (.+) \|$", readme, re.MULTILINE))))
    missed = {name for path in SCENARIOS for name in load_scenario(path).chain.switched_off}
    assert own == {"one_transaction", "replace", "exclusive", "load_log", "read_back"}
    assert own - about <= {"replace"}  # the load log is asked first, and each attempt is rolled back
    assert own <= missed


def test_every_fault_of_a_database_has_a_night_on_it() -> None:
    able = {
        name for name, fault in EXAMPLES.items() if isinstance(fault, MeetsAConsumer) and "postgres" in fault.able()
    }
    shown = {fault.name for path in SCENARIOS for fault in load_scenario(path).faults}
    assert able <= shown
