"""What only the end of a fault at the deadline freed is not delivered, with real clients; what ends by itself is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.checks import Outcome
from harness.night.result import Result
from harness.night.runner import NightRunner
from harness.scenario.loading import load_scenario
from tests.ask import ASK
from tests.night.test_night import CHAIN, SCENARIO

RULES = """
    rules:
      - {when: exceeded_max_run_time, do: page}
      - {when: failed, do: page}
"""
PAGE_AT_03 = "rules: [{when: exceeded_max_run_time, do: page}]"
RETRY_PAST_06 = "retry_on_failure: {attempts: 9, every: 50m}"

FETCH = f"""
{ASK}
ask "$SOURCE/files/forecast_20261123.csv" >/dev/null || exit 1
ask "$PLANNING/batches" -H 'Idempotency-Key: k' -d '{{"business_date": "2026-11-23", "rows": [{{"key": "a"}}]}}'
"""

Lived = Callable[[str, str], Result]


@pytest.fixture
def lived(tmp_path: Path, store: Path, night_runner: NightRunner) -> Lived:
    def live(rules: str, fault: str) -> Result:
        (tmp_path / "fetch.sh").write_text(FETCH)
        (tmp_path / "chain.yaml").write_text(CHAIN.replace(RULES, f"\n    {rules}\n"))
        (tmp_path / "night.yaml").write_text(SCENARIO.replace("FAULT", fault))
        return night_runner.run(load_scenario(tmp_path / "night.yaml"))

    return live


def test_an_answer_that_hung_until_the_deadline_is_not_delivered_and_the_limit_that_was_missing_is_named(
    lived: Lived,
) -> None:
    with_a_retry = f"retry_on_failure: {{attempts: 1, every: 5m}}\n    {PAGE_AT_03}"
    result = lived(with_a_retry, "source_hang: {times: 1}")
    finding = result.judgement.of("complete")
    assert finding is not None
    assert "only because source_hang was ended at the deadline: fetch had no limit" in finding.sentence
    assert result.outcome in (Outcome.CONTAINED, Outcome.DAMAGED)


def test_a_retry_that_succeeds_only_because_the_outage_was_ended_at_the_deadline_is_not_delivered(
    lived: Lived,
) -> None:
    result = lived(RETRY_PAST_06, "server_error: {}")
    finding = result.judgement.of("complete")
    assert finding is not None
    assert "only because server_error was ended at the deadline" in finding.sentence
    assert result.outcome is Outcome.DAMAGED  # and nobody was told


def test_the_same_retry_after_an_outage_that_ended_by_itself_is_late_and_complete(lived: Lived) -> None:
    result = lived(RETRY_PAST_06, 'server_error: {until: "05:59"}')
    finding = result.judgement.of("complete")
    assert finding is not None
    assert finding.state == "holds"
