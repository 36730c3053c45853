"""The kind `postgres` as the night's mock plays it: what faults do to real clients, what is told, what is held."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest
from jsonschema import Draft202012Validator

from harness.contract.endpoints import POSTGRES
from harness.contract.events.schema import history_schema
from harness.mocks.consumers.postgres.answers import OF_STATEMENTS
from harness.mocks.consumers.postgres.programs import find
from harness.mocks.consumers.postgres.unavailable import PostgresUnavailable
from harness.stack.cleanup.directories import clock_directory, remove_clock_directory
from tests.mocks.conftest import NightOfMocks, Played

try:
    find()
except PostgresUnavailable as missing:
    pytest.skip(str(missing), allow_module_level=True)

VALIDATOR = Draft202012Validator(history_schema())
SCHEMA = """
create table plan (day date, stands_for date, sku text, quantity numeric(8,2), at timestamptz default now());
create table staging (like plan);
"""
INSERT = "insert into plan values ('2026-11-23', null, 'a', 1.50), ('2026-11-23', null, 'b', 2)"
TABLE = {
    "kind": "postgres",
    "database": "planning",
    "schema_sql": SCHEMA,
    "schema_file": "schema.sql",
    "table": "plan",
    "business_date": "day",
    "fallback_of": "stands_for",
    "key": ["sku"],
    "volatile": ["at"],
}


@pytest.fixture(scope="module")
def stage() -> Iterator[NightOfMocks]:
    """A directory that the server's user can pass through."""
    folder = clock_directory()
    for name in ("control", "history", "logs"):
        (folder / name).mkdir()
    stage = NightOfMocks(folder)
    try:
        yield stage
    finally:
        stage.close()
        remove_clock_directory(folder)


@pytest.fixture
def consumers(night: NightOfMocks) -> Iterator[Played]:
    night.plan["consumers"] = {"planning": TABLE}
    yield night.start("consumers")
    night.plan["consumers"] = {}


def connect(consumers: Played, **more: Any) -> psycopg.Connection[Any]:
    at = {"host": "127.0.0.1", "port": consumers.endpoints["postgres"], "dbname": "planning", **POSTGRES}
    return psycopg.connect(**(at | {"connect_timeout": 0} | more))


def load(consumers: Played, sql: str = INSERT) -> None:
    with closing(connect(consumers)) as connection, connection:
        connection.execute(sql)


def arm(consumers: Played, when: str, effect: dict[str, Any], operation: str = "store", **more: Any) -> None:
    where = {"consumer": "planning", "operation": operation, "when": when}
    consumers.arm("exchange", effect, where=where, **({"times": 1} | more))


def told(night: NightOfMocks) -> list[str]:
    return [type_ for type_, _, _ in night.events("commit")]


def held(night: NightOfMocks, consumers: Played) -> list[tuple[str, str | None, int]]:
    consumers.done("POST", "settle")
    wrong = [error.message for event in night.history() for error in VALIDATOR.iter_errors(json.loads(event.to_json()))]
    assert wrong == []
    return [(value["business_date"], value["fallback_of"], value["rows"]) for _, value, _ in night.events("holds")]


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("read_only", "25006"),
        ("disk_full", "53100"),
        ("deadlock", "40P01"),
        ("serialization_failure", "40001"),
        ("unavailable", "57P01"),
    ],
)
@pytest.mark.parametrize("when", ["asked", "before_commit"])
def test_what_is_refused_is_not_there_and_the_next_try_is(
    night: NightOfMocks, consumers: Played, word: str, state: str, when: str
) -> None:
    arm(consumers, when, {"refuse": word})
    with pytest.raises(psycopg.Error) as caught:
        load(consumers)
    assert caught.value.sqlstate == state
    load(consumers)
    at_commit = when == "before_commit" and word not in OF_STATEMENTS
    assert told(night) == [*(["invoke"] if at_commit else []), "fail", "invoke", "ok"]
    assert held(night, consumers) == [("2026-11-23", None, 2)]


def test_who_is_one_too_many_is_not_let_in(night: NightOfMocks, consumers: Played) -> None:
    arm(consumers, "asked", {"refuse": "too_many_connections"}, operation="connect")
    with pytest.raises(psycopg.OperationalError, match="too many clients already"):
        connect(consumers)
    load(consumers)
    assert told(night) == ["invoke", "ok"]


@pytest.mark.parametrize("effect", [{"reset": True}, {"lose_answer": True}])
@pytest.mark.parametrize(("when", "rows"), [("before_commit", []), ("after_commit", [("2026-11-23", None, 2)])])
def test_who_loses_the_connection_at_a_commit_does_not_know(
    night: NightOfMocks, consumers: Played, effect: dict[str, Any], when: str, rows: list[Any]
) -> None:
    arm(consumers, when, effect)
    with pytest.raises(psycopg.OperationalError):
        load(consumers)
    assert held(night, consumers) == rows
    assert told(night) == ["invoke", "ok" if rows else "fail"]


def test_a_read_is_no_store(night: NightOfMocks, consumers: Played) -> None:
    arm(consumers, "asked", {"refuse": "read_only"}, operation="read")
    load(consumers)
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        load(consumers, "select * from plan")
    assert held(night, consumers) == [("2026-11-23", None, 2)]


def test_rows_are_told_by_date_and_fallback_with_what_differs_from_run_to_run_left_out(
    night: NightOfMocks, consumers: Played
) -> None:
    load(consumers)
    load(consumers, "insert into plan values ('2026-11-22', null, 'c', 3), ('2026-11-23', '2026-11-22', 'd', 4)")
    found = held(night, consumers)
    assert found == [("2026-11-22", None, 1), ("2026-11-23", "2026-11-22", 1), ("2026-11-23", None, 2)]
    lines = (night.dir / "history" / "held.rows").read_bytes().splitlines()
    contents = [json.loads(line.rpartition(b"\t")[2]) for line in lines]
    assert contents[-2:] == [{"sku": "a", "quantity": "1.50"}, {"sku": "b", "quantity": "2.00"}]
    values = [value for type_, value, _ in night.events("commit") if type_ == "ok"]
    assert values == [
        {"stored": 2, "removed": 0, "before": 0, "rows": 2},
        {"stored": 2, "removed": 0, "before": 2, "rows": 3, "fallback_of": "2026-11-22"},
    ]


def test_each_commit_tells_what_the_table_has_however_it_came_to_it(night: NightOfMocks, consumers: Played) -> None:
    load(consumers)
    load(consumers, "update plan set quantity = 7 where sku = 'a'; delete from plan where sku = 'b'")
    load(consumers, "insert into staging select '2026-11-23', null, 'x' || n, n from generate_series(1, 5) n")
    load(consumers, "alter table plan rename to old; alter table staging rename to plan; drop table old")
    load(consumers, "truncate plan")
    load(consumers, "select 1")
    found = [
        (value["stored"], value["removed"], value["before"], value["rows"])
        for type_, value, _ in night.events("commit")
        if type_ == "ok"
    ]
    assert found == [(2, 0, 0, 2), (1, 1, 2, 1), (5, 1, 1, 5), (0, 5, 5, 0)]
    assert held(night, consumers) == []


def test_what_the_server_refuses_at_its_commit_fails(night: NightOfMocks, consumers: Played) -> None:
    load(consumers, "alter table plan add unique (sku) deferrable initially deferred")
    load(consumers)
    with pytest.raises(psycopg.errors.UniqueViolation):
        load(consumers)
    assert told(night)[-4:] == ["invoke", "ok", "invoke", "fail"]


def test_a_night_begins_with_what_the_schema_says(night: NightOfMocks, consumers: Played) -> None:
    load(consumers)
    night.plan["consumers"] = {"planning": TABLE | {"schema_sql": f"{SCHEMA}; {INSERT}"}}
    consumers.done("POST", "reset", night.plan)
    load(consumers, "delete from plan where sku = 'a'")
    assert [value for _, value, _ in night.events("commit")][-1] == {"stored": 0, "removed": 1, "before": 2, "rows": 1}


def test_a_night_without_one_has_no_server(night: NightOfMocks) -> None:
    consumers = night.start("consumers")
    with pytest.raises(psycopg.OperationalError, match=r"not running|closed the connection"):
        connect(consumers)


def test_two_consumers_may_share_a_database(night: NightOfMocks, consumers: Played) -> None:
    night.plan["consumers"] = {"planning": TABLE, "stage": TABLE | {"table": "staging"}}
    consumers.done("POST", "reset", night.plan)
    load(consumers, INSERT.replace("plan", "staging"))
    assert [event.component for event in night.history().of("commit")] == ["stage", "stage"]


TELLS = "insert into plan (day, sku, quantity) values ('2026-11-23', 'c', 1)"


@pytest.mark.parametrize(
    ("word", "operation", "when", "kind", "severity", "message"),
    [
        (
            "read_only",
            "store",
            "before_commit",
            "ReadOnlySqlTransaction",
            "ERROR",
            "cannot execute INSERT in a read-only",
        ),
        (
            "disk_full",
            "store",
            "before_commit",
            "DiskFull",
            "ERROR",
            "could not extend file .*: No space left on device",
        ),
        ("deadlock", "store", "before_commit", "DeadlockDetected", "ERROR", "deadlock detected"),
        ("serialization_failure", "store", "asked", "SerializationFailure", "ERROR", "due to concurrent update"),
        ("serialization_failure", "store", "before_commit", "SerializationFailure", "ERROR", "read/write dependencies"),
        (
            "schema_changed",
            "store",
            "before_commit",
            "UndefinedColumn",
            "ERROR",
            'column "quantity" of relation "plan"',
        ),
        ("unavailable", "store", "asked", "AdminShutdown", "FATAL", "terminating connection due to administrator"),
    ],
)
def test_a_refusal_is_the_servers_own_error(
    night: NightOfMocks, consumers: Played, word: str, operation: str, when: str, kind: str, severity: str, message: str
) -> None:
    arm(consumers, when, {"refuse": word}, operation)
    with pytest.raises(getattr(psycopg.errors, kind), match=message) as caught:
        load(consumers, TELLS)
    assert caught.value.diag.severity == severity


def test_another_release_is_there_while_the_fault_acts_and_no_longer(night: NightOfMocks, consumers: Played) -> None:
    arm(consumers, "before_commit", {"refuse": "schema_changed"}, times=2)
    with pytest.raises(psycopg.errors.UndefinedColumn, match='column "quantity"'):
        load(consumers, TELLS)
    with closing(connect(consumers)) as connection:
        columns = connection.execute("select * from plan").description or []
    assert [column.name for column in columns] == ["day", "stands_for", "sku", "quantity_v2", "at"]
    load(consumers, TELLS)
    assert held(night, consumers) == [("2026-11-23", None, 1)]


def test_rows_without_their_columns_names_are_taken_by_another_release(night: NightOfMocks, consumers: Played) -> None:
    arm(consumers, "before_commit", {"refuse": "schema_changed"}, times=9)
    load(consumers)
    assert held(night, consumers) == [("2026-11-23", None, 2)]
    lines = (night.dir / "history" / "held.rows").read_bytes().splitlines()
    assert json.loads(lines[0].rpartition(b"\t")[2]) == {"sku": "a", "quantity": "1.50"}


def test_an_open_transaction_keeps_another_release_out(night: NightOfMocks, consumers: Played) -> None:
    with closing(connect(consumers)) as connection, connection:
        connection.execute("select from plan")
        arm(consumers, "before_commit", {"refuse": "schema_changed"})
        connection.execute(TELLS)
    assert [event for event in night.events("fault") if event[0] == "info"] == []
    assert held(night, consumers) == [("2026-11-23", None, 1)]
