"""A chain's watermark, as its job moves it: what stands behind it must be stored, on whatever night."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.checks import Outcome
from harness.night.result import Result
from harness.night.runner import NightRunner
from harness.scenario.loading import load_scenario
from tests.night.test_night import CHAIN, SCENARIO, STORE

MARKED = CHAIN.replace("environment:\n", "folders: {state: {}}\nenvironment:\n  STATE: {from: folder.state}\n") + (
    "watermarks:\n  loaded: {folder: state, file: loaded.json, field: through}\n"
)
MOVE = 'echo \'{"through": "2026-11-23"}\' >"$STATE/.new" && mv "$STATE/.new" "$STATE/loaded.json"\n'

Night = Callable[[str], Result]


@pytest.fixture
def night(tmp_path: Path, night_runner: NightRunner) -> Night:
    for name, text in {"runbook.md": "Ask.\n", "forecast.csv": "key\na\n", "chain.yaml": MARKED}.items():
        (tmp_path / name).write_text(text)

    def run(script: str) -> Result:
        (tmp_path / "fetch.sh").write_text(script)
        (tmp_path / "night.yaml").write_text(SCENARIO.replace("FAULT", "no_fault: {}"))
        return night_runner.run(load_scenario(tmp_path / "night.yaml"))

    return run


def test_one_that_moves_after_the_commit_is_right(night: Night) -> None:
    result = night(STORE + MOVE)
    assert result.outcome is Outcome.UNAFFECTED
    assert result.judgement.of("watermark_behind_commit").state == "holds"  # type: ignore[union-attr]


def test_one_that_moves_before_the_commit_is_damaged_on_a_calm_night_too(night: Night) -> None:
    result = night(MOVE + STORE)
    assert result.outcome is Outcome.DAMAGED
    assert "loaded said 2026-11-23 when planning had stored 0 of 1 rows" in result.judgement.because


def test_one_that_is_never_written_proves_nothing(night: Night) -> None:
    result = night(STORE)
    assert result.outcome is Outcome.INCONCLUSIVE
    assert "the watermark loaded was not written" in result.judgement.because


def test_one_that_goes_back_behind_what_its_folder_began_with_is_damaged(tmp_path: Path, night: Night) -> None:
    held = 'holds: [{name: loaded.json, text: "{\\"through\\": \\"2026-11-24\\"}"}]'
    (tmp_path / "chain.yaml").write_text(MARKED.replace("{state: {}}", f"{{state: {{{held}}}}}"))
    result = night(STORE + MOVE)
    assert result.outcome is Outcome.DAMAGED
    assert result.judgement.because.endswith("a watermark went back: loaded from 2026-11-24 to 2026-11-23")
