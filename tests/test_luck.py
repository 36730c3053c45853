"""A fault that nothing in the chain can detect is a finding, and a night that ends well all the same is no pass."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.checks import Outcome
from harness.night.result import Result
from harness.night.runner import NightRunner
from harness.scenario.loading import load_scenario
from tests.ask import ASK
from tests.fetching import run_night, write_chain

READS_BY_NAME = rf"""{ASK}
ask "$SOURCE/files/feed_${{BUSINESS_DATE//-/}}.csv" -o landed.csv || exit 1
CHECK
keys=$(tail -n +2 landed.csv | tr -d '\r' | cut -d, -f1 | sed 's/.*/{{"key": "&"}}/' | paste -sd,)
ask "$PLANNING/batches" -d "{{\"business_date\": \"$BUSINESS_DATE\", \"rows\": [$keys]}}"
"""
LINE_ENDS = "wrong_line_ends: {file: feed, times: 1}"

Night = Callable[..., Result]


@pytest.fixture
def night(tmp_path: Path, night_runner: NightRunner) -> Night:
    """One night of one shell script that takes the first column of a file and does not mind how its lines end."""
    (tmp_path / "feed.csv").write_text("key,note\na,x\nb,y\n")

    def run(fault: str, defences: str = "{}", check: str = "") -> Result:
        script = READS_BY_NAME.replace("CHECK", check)
        name, content = "feed_{date:%Y%m%d}.csv", "{copy: feed.csv}"
        write_chain(tmp_path, script, name=name, content=content, key="key", defences=defences)
        return run_night(night_runner, tmp_path, fault)

    return run


def test_right_by_luck_is_inconclusive_and_says_which_control_is_missing(night: Night) -> None:
    result = night(LINE_ENDS)
    assert result.outcome is Outcome.INCONCLUSIVE
    assert result.judgement.because == (
        "the data is right by luck: no control of the chain can detect wrong_line_ends (by schema): "
        "it has none; a defence says what it detects: [checksum]"
    )
    assert result.mismatches


@pytest.mark.exhaustive
def test_a_control_that_cannot_see_it_does_not_help(night: Night) -> None:
    result = night(LINE_ENDS, "{trailer: {variable: TRAILER, detects: [trailer record]}}")
    assert result.outcome is Outcome.INCONCLUSIVE
    assert "it has trailer record" in result.judgement.because


def test_one_that_can_makes_it_what_it_is(night: Night) -> None:
    schema = "{schema: {variable: SCHEMA, detects: [schema]}}"
    assert night(LINE_ENDS, schema).outcome is Outcome.UNAFFECTED
    refusing = night(LINE_ENDS, schema, "! grep -q $'\\r' landed.csv || exit 3")
    assert refusing.outcome is Outcome.RECOVERED


def test_a_fault_that_shows_by_itself_needs_no_control(night: Night) -> None:
    assert night("launch_failure: {job: fetch, cause: agent_away, times: 1}").outcome is not Outcome.INCONCLUSIVE


@pytest.mark.exhaustive
def test_another_days_content_and_anothers_come_from_the_store(night_runner: NightRunner) -> None:
    shipped = Path(__file__).parents[1] / "scenarios/content"
    for name, days in (("yesterdays_content", 1), ("another_customers_file", 0)):
        result = night_runner.run(load_scenario(shipped / f"{name}.yaml"))
        [restated, *_] = result.history.of("restate")
        [receipt, *_] = result.history.of("fault")
        assert restated.value["sha256"] == receipt.value["effect"]["replace"]["sha256"]
        if days:
            assert result.baseline.of("begin")[0].value["seeds"] == [restated.value["sha256"]]


def test_what_has_no_other_content_leaves_the_night_inconclusive_and_says_why(night: Night) -> None:
    assert "the file holds the same every day" in night("stale_content: {file: feed}").judgement.because
