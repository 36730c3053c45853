"""Nights with a roster: escalation makes of a page that nobody reads one that tells, and of an outcome another."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.chain.model import Chain
from harness.faults import DeskDown, LaunchFailure, OwnerAway
from harness.night.result import Result
from harness.night.runner import NightRunner
from harness.scenario.loading import load_scenario
from harness.scenario.model import Scenario
from harness.values.units import Duration

SCENARIOS = Path(__file__).parents[2] / "scenarios"


def scenario(name: str) -> Scenario:
    return load_scenario(SCENARIOS / f"desk/{name}.yaml")


def with_people(chain: Chain, *order: str, **owner: object) -> Chain:
    """The same chain with another order."""
    assert chain.roster is not None
    said = chain.roster.owners["data-ops"].model_copy(update={"on_call": order, **owner})
    return chain.with_roster(chain.roster.model_copy(update={"owners": {"data-ops": said}}))


def found(result: Result) -> dict[str, str]:
    return {finding.check: finding.state for finding in result.judgement.findings}


def test_escalation_changes_what_is_found(night_runner: NightRunner) -> None:
    given = scenario("owner_away")
    escalated = night_runner.run(given)
    alone = night_runner.run(given.model_copy(update={"chain": with_people(given.chain, "ada")}))
    assert [found(one)["owner_paged"] for one in (escalated, alone)] == ["holds", "violated"]
    assert [found(one)["escalated"] for one in (escalated, alone)] == ["holds", "violated"]
    assert [one.outcome.value for one in (escalated, alone)] == ["contained", "damaged"]
    assert "acknowledged" not in found(alone)  # nobody was told who could
    first = escalated.history.of("escalate", component="desk").first()
    assert first is not None
    assert (first.type, first.value["told"]) == ("ok", "bob")


def test_who_is_away_stays_away_when_the_chain_has_done_its_work(night_runner: NightRunner) -> None:
    given = scenario("owner_away")
    away = (OwnerAway(person="ada"), OwnerAway(person="bob"))
    result = night_runner.run(given.model_copy(update={"faults": (given.faults[0], *away)}))
    told = {event.value["told"] for event in result.history.of("escalate", component="desk", type="ok")}
    assert told == {"bob", "lead"}
    assert result.outcome.value == "contained", result.judgement


def test_who_acknowledges_after_the_deadline_has_acknowledged_nothing(night_runner: NightRunner) -> None:
    given = scenario("mail_bounces")
    chain = with_people(given.chain, "ada", acknowledges=Duration.parse("5h"))
    result = night_runner.run(given.model_copy(update={"chain": chain}))
    assert (found(result)["owner_paged"], found(result)["acknowledged"]) == ("holds", "violated")
    assert result.outcome.value == "damaged", result.judgement


def test_that_somebody_was_told_who_has_left_stands_beside_what_came_of_it(night_runner: NightRunner) -> None:
    result = night_runner.run(scenario("owner_left"))
    assert found(result)["no_leaver_paged"] == "violated"
    assert result.outcome.value == "contained"


@pytest.mark.parametrize("name", ["owner_away", "desk_slow"])
def test_the_same_night_is_the_same_history(name: str, night_runner: NightRunner) -> None:
    given = scenario(name)
    assert night_runner.run(given).digest == night_runner.run(given).digest


def test_a_desk_that_is_down_is_no_bug_of_the_scheduler(night_runner: NightRunner) -> None:
    told = load_scenario(SCENARIOS / "launch/program_gone_for_good.yaml")
    faults = (LaunchFailure(job="validate", cause="program_not_found"), DeskDown())
    result = night_runner.run(told.model_copy(update={"faults": faults}))
    assert not result.pages
    assert result.outcome.value == "damaged"
