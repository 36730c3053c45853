"""What the chain with people on call has against a desk that fails: without it, the scenario about it fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.night.runner import NightRunner
from harness.scenario.loading import load_scenario
from tests.sample import sample

SCENARIOS = Path(__file__).parents[2] / "scenarios/desk"
ABOUT = {
    "desk_down": ("page_again",),
    "desk_slow": ("page_again", "second_channel"),  # either of them is enough
    "page_lost": ("second_channel",),
    "page_twice": ("page_key",),
    "wrong_channel": ("second_channel",),
    "mail_bounces": ("second_channel",),
}


@pytest.mark.parametrize("name", sample(ABOUT, {"desk_down", "page_twice", "page_lost"}))
def test_without_its_defence_the_night_is_damaged(name: str, night_runner: NightRunner) -> None:
    given = load_scenario(SCENARIOS / f"{name}.yaml")
    off = (*given.chain.switched_off, "fallback", *ABOUT[name])
    result = night_runner.run(given.model_copy(update={"chain": given.chain.without(off)}))
    assert result.outcome.value == "damaged", result.judgement
