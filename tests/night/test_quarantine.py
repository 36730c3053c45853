"""A chain that says where it keeps what it refuses, and one that only says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.checks import Outcome
from harness.content import shipped
from harness.night.runner import NightRunner
from harness.scenario.loading import load_scenario

SET_ASIDE = shipped.scenarios() / "content"


@pytest.mark.parametrize("name", ["flip_bit_set_aside", "yesterdays_content_set_aside"])
def test_a_refused_file_lies_there_with_its_reason(name: str, night_runner: NightRunner) -> None:
    result = night_runner.run(load_scenario(SET_ASIDE / f"{name}.yaml"))
    assert not result.mismatches
    finding = result.judgement.of("bad_file_quarantined")
    assert (finding and finding.sentence) == "forecast_20261123.csv is in quarantine, with its reason"


def test_a_chain_that_throws_it_away_is_degraded_although_every_row_is_right(night_runner: NightRunner) -> None:
    scenario = load_scenario(Path(SET_ASIDE / "flip_bit_set_aside.yaml"))
    kept = {name: value for name, value in scenario.chain.environment.items() if name != "QUARANTINE"}
    careless = scenario.chain.model_copy(update={"environment": kept})
    result = night_runner.run(scenario.model_copy(update={"chain": careless}))
    assert result.outcome is Outcome.DEGRADED
    assert result.judgement.because == (
        "bad_file_quarantined: a bad file was not set aside: forecast_20261123.csv is not in quarantine"
    )
