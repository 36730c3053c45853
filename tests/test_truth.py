"""A fault that changes what a night is to deliver: it is compared with one in which that was so from the start."""

from __future__ import annotations

import datetime as dt
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from harness import NightRunner, On, Outcome, Scenario, load_chain
from harness.faults import Fault, SupersedeFile, System

CHAIN = load_chain(Path(__file__).parents[1] / "fixtures/chains/planning_feed/chain.yaml")
NIGHT = dt.date(2026, 11, 23)
LANDED = On(component="scheduler", action="job", type="ok", value={"job": "retrieve"})


def scenario(fault: Fault, **chain: object) -> Scenario:
    return Scenario(scenario="a correction", chain=CHAIN.model_copy(update=chain), night=NIGHT, faults=(fault,))


def test_a_chain_that_ignores_a_correction_is_found_out(night_runner: NightRunner) -> None:
    told = scenario(SupersedeFile(file="forecast", on=LANDED, times=1))
    result = night_runner.run(told.model_copy(update={"chain": CHAIN.without("recheck")}))
    assert result.outcome is Outcome.DAMAGED
    assert result.judgement.because.startswith("delivered_once: rows are wrong at the consumer")


def test_a_chain_that_takes_the_correction_is_compared_with_it_and_passes(night_runner: NightRunner) -> None:
    result = night_runner.run(scenario(SupersedeFile(file="forecast", on=LANDED, times=1)))
    assert result.outcome is Outcome.RECOVERED
    first, corrected = result.history.of("publish", component="source")
    [true] = result.baseline.of("publish", component="source")
    assert first.value["sha256"] != corrected.value["sha256"] == true.value["sha256"]


def test_a_correction_before_anybody_looks_is_all_that_the_chain_sees(night_runner: NightRunner) -> None:
    result = night_runner.run(scenario(SupersedeFile(file="forecast", after="10m")))
    assert result.outcome is Outcome.UNAFFECTED


def test_the_calm_night_of_the_same_chain_keeps_its_own_truth(night_runner: NightRunner) -> None:
    corrected = night_runner.run(scenario(SupersedeFile(file="forecast", after="10m")))
    other = night_runner.run(scenario(SupersedeFile(file="forecast", after="10m", version=2)))
    calm = night_runner.run(Scenario(scenario="calm", chain=CHAIN, night=NIGHT, faults=("no_fault",)))
    truths = {
        result.baseline.of("publish", component="source")[0].value["sha256"] for result in (corrected, other, calm)
    }
    assert len(truths) == 3
    assert calm.outcome is Outcome.UNAFFECTED


def test_a_correction_that_never_comes_proves_nothing(night_runner: NightRunner) -> None:
    never = On(component="scheduler", action="missed")
    result = night_runner.run(scenario(SupersedeFile(file="forecast", on=never)))
    assert result.outcome is Outcome.INCONCLUSIVE
    assert "its event (scheduler missed) was never seen" in result.judgement.because


def test_a_truth_that_does_not_come_true_makes_the_night_inconclusive(
    night_runner: NightRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def nowhere(self: SupersedeFile, system: System) -> AbstractContextManager[None]:
        effect = {"content": dict(system.content(self.file, seed=5))}
        return system.armed(self, component="source", point="arrive", where={"file": "another"}, effect=effect)

    monkeypatch.setattr(SupersedeFile, "truth", nowhere)
    alone = NightRunner(night_runner.stack, tmp_path)  # a planted truth must not be some other test's baseline
    result = alone.run(scenario(SupersedeFile(file="forecast", after="9m")))
    assert result.outcome is Outcome.INCONCLUSIVE
    assert "what supersede_file was to make true did not come" in result.judgement.because
