"""Consumers that take files: what they hold when the night is over, and how it is judged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.checks import Outcome
from harness.night.result import Result
from harness.night.runner import NightRunner
from harness.scenario.loading import load_scenario
from tests.ask import ASK
from tests.night.feed import FEED

CHAIN = (
    FEED
    + """\
  OUT: {from: folder.outbox}
folders:
  outbox: {}
jobs:
  send: {run: [bash, send.sh], at: "02:00", max_run_time: 45m}
consumers:
"""
)
SCENARIO = """
scenario: a night
chain: chain.yaml
night: 2026-11-23
faults: [no_fault]
expect: {outcome: unaffected}
"""
FLAGGED = 'portal: {kind: folder, folder: outbox, name: "plan_{date:%Y%m%d}.csv", flag: "{name}.done", key: [key]}'
WHOLE = 'portal: {kind: folder, folder: outbox, name: "plan_{date:%Y%m%d}.csv", key: [key]}'
PULLED = 'board: {kind: pull, at: "03:45", folder: outbox, name: "plan_{date:%Y%m%d}.csv", key: [key]}'

FETCH = f"""
{ASK}
sleep 5
ask "$SOURCE/files/forecast_20261123.csv" > fetched.csv
"""
PLAN = '"$OUT/plan_20261123.csv"'
SEND = f"{FETCH}\ncp fetched.csv {PLAN}\n"
FLAG = "touch $OUT/plan_20261123.csv.done\n"

Night = Callable[..., Result]


@pytest.fixture
def night(tmp_path: Path, night_runner: NightRunner) -> Night:
    (tmp_path / "runbook.md").write_text("Ask.\n")
    (tmp_path / "forecast.csv").write_text("key,quantity\na,1\nb,2\nc,3\n")

    def run(script: str, *consumers: str, fault: str = "no_fault: {}", deadline: str = "06:00") -> Result:
        (tmp_path / "night.yaml").write_text(SCENARIO.replace("no_fault", f"{{{fault}}}"))
        (tmp_path / "send.sh").write_text(script)
        chain = CHAIN.replace('deadline: "06:00"', f'deadline: "{deadline}"')
        (tmp_path / "chain.yaml").write_text(chain + "".join(f"  {one}\n" for one in consumers))
        return night_runner.run(load_scenario(tmp_path / "night.yaml"))

    return run


def taken(result: Result) -> list[tuple[str, str, Any]]:
    events = result.history.of("taken")
    return [(event.component, event.type, event.value.get("rows", event.error)) for event in events]


def test_each_takes_its_file_and_holds_the_records(night: Night) -> None:
    result = night(SEND + FLAG, FLAGGED, PULLED)
    assert taken(result) == [("portal", "ok", 3), ("board", "ok", 3)]
    assert result.outcome is Outcome.UNAFFECTED, result.judgement.because
    assert f"{result.finished_at:%H:%M:%S}" == "02:00:05"  # when it was there, and not when the last of them looked


def test_a_file_without_a_flag_is_taken_when_it_is_closed_or_renamed(night: Night) -> None:
    half = f"{FETCH}\nhead -2 fetched.csv > {PLAN}; sleep 60; cp fetched.csv $OUT/.part; mv $OUT/.part {PLAN}\n"
    result = night(half, WHOLE)
    assert taken(result) == [("portal", "ok", 1), ("portal", "ok", 3)]
    assert [event.value["replaces"] for event in result.history.of("taken")] == [False, True]
    assert result.outcome is Outcome.UNAFFECTED, result.judgement.because


def test_a_flag_before_its_file_takes_nothing(night: Night) -> None:
    result = night(f"{FETCH}\n{FLAG}sleep 60; cp fetched.csv {PLAN}\n", FLAGGED)
    assert taken(result) == [("portal", "fail", "there is no plan_20261123.csv in outbox")]
    assert result.outcome is not Outcome.UNAFFECTED


def test_who_comes_too_early_goes_without(night: Night) -> None:
    result = night(f"{FETCH}\nsleep 7200; cp fetched.csv {PLAN}\n", PULLED)
    assert taken(result) == [("board", "fail", "there is no plan_20261123.csv in outbox")]
    assert result.outcome is not Outcome.UNAFFECTED


def test_a_file_that_has_its_name_a_minute_later_is_not_there(night: Night) -> None:
    result = night(f"{FETCH}sleep 6270; cp fetched.csv $OUT/.part; sleep 90; mv $OUT/.part {PLAN}\n", PULLED)
    assert taken(result) == [("board", "fail", "there is no plan_20261123.csv in outbox")]
    assert result.outcome is Outcome.INCONCLUSIVE, "it is so on every night"


def test_a_deadline_at_which_somebody_comes_is_met_by_what_was_there_before(night: Night) -> None:
    result = night(SEND, PULLED, deadline="03:45")
    assert result.outcome is Outcome.UNAFFECTED, result.judgement.because
    assert f"{result.finished_at:%H:%M:%S}" == "02:00:05"


def test_what_was_looked_for_in_vain_is_told_with_when_it_came(night: Night) -> None:
    frozen = "job_overrun: {job: send, at_write: {folder: outbox, byte: 5}, lasts: 1h46m}"
    result = night(f"{FETCH}cp fetched.csv $OUT/.part; mv $OUT/.part {PLAN}\n", PULLED, fault=frozen)
    found = result.judgement.of("complete")
    assert found is not None
    said = "board looked at 03:45: there is no plan_20261123.csv in outbox; it came 1.1 min later"
    assert found.evidence["looked_in_vain"].first == (said,)
    assert result.outcome is Outcome.DAMAGED, "nobody was told"


STANDING_IN = "board: {kind: pull, at: '03:45', folder: outbox, name: plan.csv, key: [key], fallback_of: instead_of}"
WITH_A_COLUMN = "sed -e '1s/$/,instead_of/' -e '2,$s/$/,{}/' fetched.csv > $OUT/plan.csv\n"


@pytest.mark.parametrize("day", ["", "2026-11-22"])
def test_a_column_says_for_which_night_a_file_stands_in(night: Night, day: str) -> None:
    history = night(FETCH + WITH_A_COLUMN.format(day), STANDING_IN).history
    (read,), (held,) = history.of("taken"), history.of("holds")
    assert (read.value["rows"], read.value.get("fallback_of", "")) == (3, day)
    assert held.value["fallback_of"] == (day or None)
    assert all("instead_of" not in row for row in history.rows(held).values())


def test_a_column_that_says_no_date_makes_a_file_that_cannot_be_read(night: Night) -> None:
    ((_, kind, said),) = taken(night(FETCH + WITH_A_COLUMN.format("yesterday"), STANDING_IN))
    assert kind == "fail"
    assert said == (
        'plan.csv cannot be read: found "yesterday" in instead_of, expected a date as YYYY-MM-DD, or nothing'
    )


def test_a_file_without_its_key_cannot_be_read(night: Night) -> None:
    result = night(f"{FETCH}\nprintf 'quantity,other\\n1,2\\n' > {PLAN}\n", PULLED)
    (found,) = taken(result)
    assert found[:2] == ("board", "fail")
    assert "record 1 has nothing in the column 'key'" in found[2]


@pytest.mark.parametrize(
    ("damage", "outcome", "says"),
    [
        ("sed -i s/2/7/", Outcome.DAMAGED, "b: quantity was published as 2, and is held as 7"),
        ("sed -i 2d", Outcome.INCONCLUSIVE, "portal holds 2 rows, and not a"),
    ],
)
def test_wrong_rows_are_found_as_at_any_consumer(night: Night, damage: str, outcome: Outcome, says: str) -> None:
    result = night(f"{FETCH}\n{damage} fetched.csv; cp fetched.csv {PLAN}\n", WHOLE)
    assert result.outcome is outcome, result.judgement.because
    assert says in result.judgement.because
