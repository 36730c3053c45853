"""Consumers that are tables of a PostgreSQL: what real clients load, what they hold, and how it is judged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.checks import Outcome
from harness.content.shipped import scenarios
from harness.errors import AuthorError, StackError
from harness.mocks.consumers.postgres.programs import find
from harness.mocks.consumers.postgres.unavailable import PostgresUnavailable
from harness.night.result import Result
from harness.night.runner import NightRunner
from harness.scenario.loading import load_scenario
from harness.stack import Stack
from harness.stack.cleanup.processes import python as python_of_harness
from harness.stack.local.stack import LocalStack
from tests.ask import ASK
from tests.night.feed import FEED

try:
    find()
except PostgresUnavailable as missing:
    pytest.skip(str(missing), allow_module_level=True)

CHAIN = (
    FEED
    + """\
  PGHOST: {from: warehouse.host}
  PGPORT: {from: warehouse.port}
  PGUSER: {from: warehouse.user}
  PGPASSWORD: {from: warehouse.password}
  PGDATABASE: {from: warehouse.database}
  DSN: {from: warehouse.url}
  NIGHT: {from: night.date}
jobs:
  load:
    run: [bash, load.sh]
    at: "02:00"
    max_run_time: 45m
    rules: [{when: failed, do: restart, after: 5m, times: 2}]
consumers:
  warehouse:
    kind: postgres
    schema: schema.sql
    table: sales.plan
    key: [sku]
    business_date: for_date
    owner: dwh
"""
)
SCHEMA = """
create schema sales;
create table sales.plan (for_date date not null, sku text not null, quantity int not null);
create index on sales.plan (for_date);
"""
SCENARIO = """
scenario: a night
chain: chain.yaml
night: 2026-11-23
faults: [{faults}]
expect: {{outcome: unaffected}}
"""
FETCH = f"""
set -e
{ASK}
sleep 5
ask "$SOURCE/files/forecast_20261123.csv" > fetched.csv
"""
HEAD = """
import csv, os, time, psycopg
rows = [(os.environ["NIGHT"], row["sku"], int(row["quantity"])) for row in csv.DictReader(open("fetched.csv"))]
INSERT = "insert into sales.plan values (%s, %s, %s)"
DELETE = "delete from sales.plan where for_date = %s"
"""
BATCHES = """
with psycopg.connect(os.environ["DSN"]) as connection, connection.cursor() as cursor:
    cursor.execute(DELETE, rows[0][:1])
    for begin in range(0, len(rows), 2):
        cursor.executemany(INSERT, rows[begin:begin + 2])
        time.sleep(60)
"""
COPY = """
with psycopg.connect() as connection, connection.cursor() as cursor:
    cursor.execute(DELETE, rows[0][:1])
    with cursor.copy("copy sales.plan from stdin") as copy:
        for row in rows:
            copy.write_row(row)
"""
AUTOCOMMIT = """
with psycopg.connect(autocommit=True) as connection:
    for row in rows:
        connection.execute(INSERT, row)
        time.sleep(60)
"""
TWO_TRANSACTIONS = """
with psycopg.connect() as connection:
    for _ in range(2):
        connection.execute(DELETE, rows[0][:1])
        connection.commit()
        connection.cursor().executemany(INSERT, rows)
        connection.commit()
        time.sleep(60)
"""
PSQL = """
{ echo for_date,sku,quantity; tail -n +2 fetched.csv | sed "s/^/$NIGHT,/"; } > dated.csv
psql -X -q -v ON_ERROR_STOP=1 -1 -c "delete from sales.plan where for_date = '$NIGHT'" \\
    -c "\\\\copy sales.plan from dated.csv with (format csv, header)"
"""

Night = Callable[..., Result]


def python(program: str) -> str:
    return f"{FETCH}\ncat > load.py <<'END'\n{HEAD}{program}\nEND\npython load.py\n"


@pytest.fixture
def night(tmp_path: Path, night_runner: NightRunner) -> Night:
    (tmp_path / "runbook.md").write_text("Ask.\n")
    (tmp_path / "forecast.csv").write_text("sku,quantity\na,1\nb,2\nc,3\n")

    def run(
        script: str,
        *,
        faults: str = "no_fault",
        schema: str = SCHEMA,
        chain: str = CHAIN,
        runner: NightRunner | None = None,
    ) -> Result:
        for name, text in ("load.sh", script), ("schema.sql", schema), ("chain.yaml", chain):
            (tmp_path / name).write_text(text)
        (tmp_path / "night.yaml").write_text(SCENARIO.format(faults=faults))
        return (runner or night_runner).run(load_scenario(tmp_path / "night.yaml"))

    return run


def commits(result: Result) -> list[tuple[int, int, int]]:
    events = result.history.of("commit", type="ok", component="warehouse")
    return [(event.value["stored"], event.value["removed"], event.value["rows"]) for event in events]


@pytest.mark.parametrize("script", [python(BATCHES), python(COPY), f"{FETCH}{PSQL}"], ids=["batches", "copy", "psql"])
def test_what_clients_load_is_held_and_each_commit_is_told(night: Night, script: str) -> None:
    result = night(script)
    assert commits(result) == [(3, 0, 3)]
    (committed,) = result.history.of("commit", type="ok")
    assert committed.value["from"] == "load"
    (held,) = result.history.of("holds", component="warehouse")
    assert (held.value["business_date"], held.value["rows"]) == ("2026-11-23", 3)
    assert result.outcome is Outcome.UNAFFECTED, result.judgement.because


MID_LOAD = "{job_crash: {job: load, after: 70s, call: 1}}"


def test_a_crash_in_the_middle_of_a_transaction_leaves_nothing_and_the_restart_loads_all(night: Night) -> None:
    result = night(python(BATCHES), faults=MID_LOAD)
    assert commits(result) == [(3, 0, 3)]
    assert result.outcome is Outcome.RECOVERED, result.judgement.because


def test_a_crash_between_commits_of_each_row_doubles_them(night: Night) -> None:
    result = night(python(AUTOCOMMIT), faults=MID_LOAD)
    assert commits(result) == [(1, 0, rows) for rows in range(1, 6)]
    assert result.outcome is Outcome.DAMAGED, result.judgement.because
    assert "doubled" in result.judgement.because


def test_a_reload_in_two_transactions_is_seen_half(night: Night) -> None:
    result = night(python(TWO_TRANSACTIONS))
    assert commits(result) == [(3, 0, 3), (0, 3, 0), (3, 0, 3)]
    assert result.outcome is Outcome.DAMAGED
    assert "warehouse had 0 of 3 rows from 02:01 to 02:01" in result.judgement.because


def test_rows_of_another_date_are_stale(night: Night) -> None:
    result = night(python('rows = [("2026-11-22", *row[1:]) for row in rows]' + COPY))
    (held,) = result.history.of("holds", component="warehouse")
    assert held.value["business_date"] == "2026-11-22"
    assert result.outcome is not Outcome.UNAFFECTED


@pytest.mark.parametrize(
    ("schema", "says"),
    [
        (
            "create schema sales;\ncreate tabel x ();\n",
            r"schema\.sql:2: found SQL that .*: syntax error",
        ),
        ("create table t (a int unique);\n\ninsert into t\n values (1), (1);", r"schema\.sql:3: .*duplicate key"),
        (
            "create schema sales; create table sales.plan (sku text);",
            r"schema\.sql: .*the columns sku, and not for_",
        ),
    ],
)
def test_a_wrong_schema_is_its_authors(night: Night, schema: str, says: str) -> None:
    with pytest.raises(AuthorError, match=says):
        night("true", schema=schema)


def test_without_a_postgresql_the_night_says_what_to_install(tmp_path: Path) -> None:
    """Its mock is told that there is none, as on a machine where nothing is installed."""
    (tmp_path / "runbook.md").write_text("Ask.\n")
    (tmp_path / "forecast.csv").write_text("sku,quantity\na,1\n")
    for name, text in ("load.sh", "true"), ("schema.sql", SCHEMA), ("chain.yaml", CHAIN):
        (tmp_path / name).write_text(text)
    (tmp_path / "night.yaml").write_text(SCENARIO.format(faults="no_fault"))
    program = [*python_of_harness(), "tests.night.without_postgres"]
    with LocalStack(mocks={"consumers": program}) as stack:
        runner = NightRunner(stack, stack.scratch)
        with pytest.raises(StackError, match="the programs of PostgreSQL") as caught:
            runner.run(load_scenario(tmp_path / "night.yaml"))
    assert 'pip install "night-harness[postgres]"' in caught.value.todo


COMMITTED = "{job_crash: {job: load, on: {component: warehouse, action: commit, type: ok}, call: 1}}"


@pytest.mark.parametrize(
    ("program", "outcome"),
    [(COPY, Outcome.RECOVERED), (COPY.replace("cursor.execute(DELETE, rows[0][:1])", "pass"), Outcome.DAMAGED)],
    ids=["replaces", "adds"],
)
def test_a_crash_after_the_commit_is_harmless_to_who_replaces_the_rows_of_the_night(
    night: Night, program: str, outcome: Outcome
) -> None:
    result = night(python(program), faults=COMMITTED)
    assert [rows for _, _, rows in commits(result)] == [3, 3 if outcome is Outcome.RECOVERED else 6]
    assert result.outcome is outcome, result.judgement.because


def test_the_server_of_an_earlier_night_lets_who_waits_for_nothing_be_stuck(
    night: Night, own_stack: Stack, tmp_path: Path
) -> None:
    """It wakes every so often, and would for ever."""
    runner = NightRunner(own_stack, tmp_path / "results")
    assert commits(night(python(COPY), runner=runner))
    assert runner.run(load_scenario(scenarios() / "waiting" / "source_hang_fragile.yaml")).history.of("stuck")


def test_a_table_that_nobody_makes_is_told_with_those_that_are_there(night: Night) -> None:
    script = python(COPY.replace("sales.plan", "sales.plans")).replace("sales.plan ", "sales.plans ")
    result = night(script, schema=SCHEMA.replace("sales.plan", "sales.plans"))
    assert result.outcome is Outcome.INCONCLUSIVE
    assert "no table sales.plan is there; there are: sales.plans" in result.judgement.because
