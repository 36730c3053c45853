"""A job that is killed at its commits: of a table before and after, of a queue, and what its next run makes of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.checks import Outcome
from harness.mocks.consumers.postgres.programs import find as find_postgres
from harness.mocks.consumers.postgres.unavailable import PostgresUnavailable
from harness.mocks.consumers.queue.programs import find as find_queue
from harness.mocks.consumers.queue.unavailable import QueueUnavailable
from harness.night.result import Result
from harness.night.runner import NightRunner
from harness.scenario.loading import load_scenario
from tests.sample import sample

CHAIN = """
chain: feed
timezone: Europe/Paris
owner: data-ops
runbook: runbook.md
deadline: "06:00"
files:
  forecast: {name: "forecast_{date:%Y%m%d}.csv", arrives: "01:00", content: {copy: forecast.csv}}
environment:
  SOURCE: {from: source.url}
  TO: {from: it.url}
jobs:
  load:
    run: [python, load.py]
    at: "02:00"
    max_run_time: 30m
    rules: [{when: failed, do: restart, after: 5m, times: 2}]
consumers:
"""
SCENARIO = """
scenario: a night
chain: chain.yaml
night: 2026-11-23
faults: [FAULT]
expect: {outcome: unaffected}
"""
BEGIN = """
import csv, io, json, os, psycopg, redis, urllib.request
text = urllib.request.urlopen(os.environ["SOURCE"] + "/files/forecast_20261123.csv").read().decode()
rows = list(csv.DictReader(io.StringIO(text)))
"""
TABLE = "it: {kind: postgres, schema: schema.sql, table: plan, key: [sku]}"
SCHEMA = "create table plan (sku text not null, quantity text not null);"
EACH_ROW = """
with psycopg.connect(os.environ["TO"], autocommit=True) as connection:
    for row in rows:
        connection.execute("insert into plan values (%s, %s)", list(row.values()))
"""
EACH_ROW_ONCE = EACH_ROW.replace(
    '"insert into plan values (%s, %s)", list(row.values())',
    '"insert into plan select %(sku)s, %(quantity)s where not exists (select from plan where sku = %(sku)s)", row',
)
AT_ONCE = """
with psycopg.connect(os.environ["TO"]) as connection:
    connection.execute("delete from plan")
    connection.cursor().executemany("insert into plan values (%s, %s)", [list(row.values()) for row in rows])
"""
QUEUE = "it: {kind: queue, stream: plans, key: [sku]}"
EACH_ENTRY = """
queue = redis.from_url(os.environ["TO"])
for row in rows:
    queue.xadd("plans", row)
"""
EACH_ENTRY_ONCE = """
queue = redis.from_url(os.environ["TO"])
for number, row in enumerate(rows, start=1):
    try:
        queue.xadd("plans", row, id=f"20261123-{number}")
    except redis.ResponseError as error:
        assert "smaller" in str(error), error
"""

Night = Callable[..., Result]


def installed(consumer: str) -> None:
    """Skip where the machine has no server for it."""
    try:
        find_postgres() if consumer == TABLE else find_queue()
    except (PostgresUnavailable, QueueUnavailable) as why:
        pytest.skip(str(why))


@pytest.fixture
def night(tmp_path: Path, night_runner: NightRunner) -> Night:
    (tmp_path / "runbook.md").write_text("Ask.\n")
    (tmp_path / "forecast.csv").write_text("sku,quantity\na,1\nb,2\nc,3\n")
    (tmp_path / "schema.sql").write_text(SCHEMA)

    def run(consumer: str, program: str, fault: str) -> Result:
        installed(consumer)
        (tmp_path / "load.py").write_text(BEGIN + program)
        (tmp_path / "chain.yaml").write_text(f"{CHAIN}  {consumer}\n")
        (tmp_path / "night.yaml").write_text(SCENARIO.replace("FAULT", f"{{{fault}}}"))
        return night_runner.run(load_scenario(tmp_path / "night.yaml"))

    return run


def crash(place: str, call: int = 2) -> str:
    return f"job_crash: {{job: load, how: out_of_memory, {place}, call: {call}}}"


BEFORE, AFTER = "at_commit: {consumer: it, when: before}", "at_commit: {consumer: it, when: after}"
ASKED, ANSWERED = "at_request: {to: it}", "at_answer: {to: it}"

STRUCK = [
    (TABLE, EACH_ROW, BEFORE, 2),
    (QUEUE, EACH_ENTRY, BEFORE, 2),
    (TABLE, EACH_ROW, AFTER, 2),
    (QUEUE, EACH_ENTRY, AFTER, 2),
    (QUEUE, EACH_ENTRY, ASKED, 2),
    (QUEUE, EACH_ENTRY, ANSWERED, 2),
]
"""A loader that begins anew, where it is killed at its second commit, and how many rows were stored by then."""


@pytest.mark.parametrize(("consumer", "program", "place", "stored"), sample(STRUCK, 2))
def test_who_is_killed_at_a_commit_has_stored_it_and_does_not_know(
    night: Night, consumer: str, program: str, place: str, stored: int
) -> None:
    result = night(consumer, program, crash(place))
    action = "commit" if consumer == TABLE else "push"
    again = result.history.of("launch", type="ok", job="load")[1].at
    kept = [event for event in result.history.of(action, type="ok", component="it") if event.at < again]
    assert sum(event.value["stored"] for event in kept) == stored
    assert result.outcome is Outcome.DAMAGED
    assert "2 doubled" in result.judgement.because, "two were stored twice"


SOUND = [
    (TABLE, EACH_ROW_ONCE, BEFORE),
    (TABLE, AT_ONCE, AFTER),
    (QUEUE, EACH_ENTRY_ONCE, AFTER),
    (TABLE, EACH_ROW_ONCE, AFTER),
    (TABLE, AT_ONCE, BEFORE),
    (QUEUE, EACH_ENTRY_ONCE, BEFORE),
]


@pytest.mark.parametrize(("consumer", "program", "place"), sample(SOUND, 1))
def test_who_stores_each_row_once_recovers_wherever_it_is_killed(
    night: Night, consumer: str, program: str, place: str
) -> None:
    each = program is not AT_ONCE
    for call in (1, 2, 3) if each else (1,):
        result = night(consumer, program, crash(place, call))
        assert result.outcome is Outcome.RECOVERED, result.judgement.because


def test_a_job_that_is_frozen_at_its_commit_goes_on(night: Night) -> None:
    result = night(TABLE, EACH_ROW, f"job_overrun: {{job: load, lasts: 1h, {AFTER}, call: 1}}")
    first, second, _ = (event.at for event in result.history.of("commit", type="ok"))
    assert second - first >= 3600 * 10**9
    assert result.outcome is Outcome.RECOVERED, result.judgement.because
