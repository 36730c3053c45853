"""What a consumer's database holds, and what every transaction has changed, whatever jobs do to its tables."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from psycopg import errors

from tests.mocks.consumers.postgres.conftest import Planning

VALUES = """
create table kinds (
    id int primary key, flag bool, small int2, large int8, exact numeric, money_like numeric(12,4), real4 float4,
    real8 float8, said text, fixed char(4), bytes bytea, day date, at timestamp, at_utc timestamptz, took interval,
    doc jsonb, list int[], uid uuid
);
"""
ONE = """insert into kinds values (
1, true, -2, 9007199254740993, 1.10, 2.5, 0.1, 1e300, E'a\\tb\\\\c\\né', 'x', '\\x00ff',
'2026-11-24', '2026-11-24 02:00:00.5', '2026-11-24 03:00+01', '1 day 02:00', '{"b": 1.10, "a": null}', '{1,null}',
'00000000-0000-0000-0000-000000000001')"""
HELD = {
    "id": 1,
    "flag": True,
    "small": -2,
    "large": 9007199254740993,
    "exact": "1.10",
    "money_like": "2.5000",
    "real4": 0.1,
    "real8": 1e300,
    "said": "a\tb\\c\né",
    "fixed": "x",
    "bytes": "\\x00ff",
    "day": "2026-11-24",
    "at": "2026-11-24T02:00:00.5",
    "at_utc": "2026-11-24T02:00:00+00:00",
    "took": "1 day 02:00:00",
    "doc": '{"a": null, "b": 1.10}',
    "list": "{1,NULL}",
    "uid": "00000000-0000-0000-0000-000000000001",
}


def changes(planning: Planning, *kinds: str) -> list[list[tuple[str, str, Any]]]:
    """Of each commit its changes: kind, table, and the new row's or else the old row's key or first value."""
    found = []
    for commit in planning.tells()["commits"]:
        told = [
            (one["kind"], one["table"], _first(one["new"] or one["old"]))
            for one in commit["changes"]
            if not kinds or one["kind"] in kinds
        ]
        found += [told] if told else []
    return found


def _first(row: dict[str, Any] | None) -> Any:
    return None if row is None else row.get("sku", next(iter(row.values())))


def insert(sku: str, quantity: int = 1) -> str:
    return f"insert into plan values ('2026-11-24', 'north', '{sku}', {quantity}, 2.5)"


def test_values_are_the_same_from_a_table_and_from_the_log(planning: Planning) -> None:
    planning.begin(VALUES)
    with planning.connect() as connection:
        connection.execute("set datestyle = 'German'; set timezone = 'Asia/Tokyo'; set bytea_output = 'escape'")
        connection.execute(ONE)
        connection.execute("insert into kinds (id, real8, at) values (2, 'nan', 'infinity')")
    told = planning.tells()
    (commit,) = told["commits"]
    rows = told["tables"]["public.kinds"]
    assert rows[0] == HELD
    assert (rows[1]["real8"], rows[1]["at"], rows[1]["said"]) == ("NaN", "infinity", None)
    assert [one["new"] for one in commit["changes"]] == rows


def test_a_role_that_writes_dates_otherwise_changes_nothing(planning: Planning) -> None:
    with planning.connect(autocommit=True) as connection:
        connection.execute("alter role planner set datestyle = 'German'")
        connection.execute(insert("a"))
    assert planning.rows()[0]["business_date"] == "2026-11-24"


def test_commits_come_in_their_order_and_what_is_rolled_back_does_not(planning: Planning) -> None:
    with planning.connect() as first, planning.connect() as second, planning.connect() as third:
        first.execute(insert("first began"))
        second.execute(insert("second began"))
        third.execute(insert("never"))
        third.rollback()
        second.commit()
        first.execute("savepoint s")
        first.execute(insert("taken back"))
        first.execute("rollback to s")
        first.commit()
    told = planning.tells()["commits"]
    assert [[_first(one["new"]) for one in commit["changes"]] for commit in told] == [["second began"], ["first began"]]
    assert told[0]["at_ns"] < told[1]["at_ns"]
    assert told[0]["xid"] > told[1]["xid"]


def test_a_commit_has_the_nights_time(planning: Planning) -> None:
    planning.job("""
        import time, psycopg
        for _ in range(2):
            with psycopg.connect(autocommit=True) as connection:
                connection.execute("insert into plan select current_date, 'north', clock_timestamp()::text, 1, 1")
            time.sleep(3600)
    """)
    first, second = (commit["at_ns"] for commit in planning.tells()["commits"])
    assert 3600 <= (second - first) / 1e9 < 3601
    assert abs(first - planning.night.plan["begins_ns"]) < 5e9


def test_old_and_new_rows_of_every_kind_of_change(planning: Planning) -> None:
    with planning.connect(autocommit=True) as connection:
        connection.execute("create table log (line text)")  # without a key
        with connection.cursor().copy("copy log from stdin") as copy:
            copy.write("copied\n")
        connection.execute(insert("a"))
        connection.execute(f"{insert('a', 2)} on conflict (business_date, site, sku) do update set quantity = 7")
        connection.execute("update log set line = 'changed'")
        connection.execute("delete from log")
        connection.execute("truncate plan, log")
    told = [one for commit in planning.tells()["commits"] for one in commit["changes"] if one["kind"] != "define"]
    assert [(one["kind"], one["table"], _first(one["old"]), _first(one["new"])) for one in told] == [
        ("insert", "log", None, "copied"),
        ("insert", "plan", None, "a"),
        ("update", "plan", "a", "a"),
        ("update", "log", "copied", "changed"),
        ("delete", "log", "changed", None),
        ("truncate", "plan", None, None),
        ("truncate", "log", None, None),
    ]
    assert (told[2]["old"]["quantity"], told[2]["new"]["quantity"]) == (1, 7)


def test_a_long_value_that_stays_is_told_in_the_new_row(planning: Planning) -> None:
    planning.begin("create table docs (id int primary key, n int, body text)")
    with planning.connect(autocommit=True) as connection:
        connection.execute("insert into docs select 1, 1, string_agg(md5(n::text), '') from generate_series(1, 9000) n")
        connection.execute("update docs set n = 2")
    (row,) = planning.rows("public.docs")
    assert planning.tells()["commits"][-1]["changes"][0]["new"] == row
    assert len(row["body"]) == 9000 * 32


def test_a_table_that_is_swapped_by_name_is_followed(planning: Planning) -> None:
    with planning.connect() as connection:
        connection.execute(insert("old"))
        connection.commit()
        connection.execute("create table fresh (like plan including all)")
        connection.execute(insert("new").replace("plan", "fresh"))
        connection.execute("alter table plan rename to gone; alter table fresh rename to plan; drop table gone")
    told = [
        (one["kind"], one["table"], one["command"], one["oid"]) for one in planning.tells()["commits"][1]["changes"]
    ]
    made, fresh = told[0], told[0][3]
    assert made == ("define", "fresh", "CREATE TABLE", fresh)
    assert told[1][:3] == ("insert", "fresh", "")
    assert ("define", "plan", "ALTER TABLE", fresh) in told
    assert told[-1][:3] == ("drop", "gone", "DROP TABLE")
    assert [row["sku"] for row in planning.rows()] == ["new"]


@pytest.mark.parametrize(
    "made",
    [
        "create table again (a int)",
        "create table again as select 0 as a where false",
        "select 0 as a into again where false",
        "create schema other; create table other.again (a int); set search_path = other",
        "create unlogged table again (a int)",
    ],
)
def test_a_table_that_is_made_anew_is_watched(planning: Planning, made: str) -> None:
    with planning.connect() as connection:
        connection.execute(made)
        connection.execute("insert into again values (1)")
        connection.execute("update again set a = 2")
        connection.execute("delete from again")
    assert [one[0] for one in changes(planning, "insert", "update", "delete")[0]] == ["insert", "update", "delete"]


def test_a_partition_says_what_it_is_a_part_of(planning: Planning) -> None:
    planning.begin("""
        create table parts (day date, n int) partition by range (day);
        create table parts_11 partition of parts for values from ('2026-11-01') to ('2026-12-01');
    """)
    with planning.connect() as connection:
        connection.execute("insert into parts values ('2026-11-24', 1)")
        connection.execute("truncate parts_11")
    told = planning.tells()
    assert [(one["table"], one["root"]) for one in told["commits"][0]["changes"]] == [("parts_11", "parts")] * 2
    assert told["tables"] == {"public.parts": []}


def test_a_job_that_writes_late_to_disk_is_told_too(planning: Planning) -> None:
    with planning.connect(autocommit=True) as connection:
        connection.execute("set synchronous_commit = off")
        connection.execute(insert("a"))
        assert changes(planning) == [[("insert", "plan", "a")]]


@pytest.mark.parametrize(
    "statement",
    [
        "drop event trigger night_harness_defined",
        "alter event trigger night_harness_defined disable",
        "drop publication night_harness",
        "select night_harness.defined()",
        "create table night_harness.mine ()",
        "set session_replication_role = replica",
        "select pg_drop_replication_slot(slot_name) from pg_replication_slots",
        "select * from pg_logical_slot_peek_binary_changes('x', null, null)",
        "drop schema night_harness cascade",
    ],
)
def test_a_job_cannot_take_the_journal_away(planning: Planning, statement: str) -> None:
    with planning.connect(autocommit=True) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute(statement)


def test_a_job_that_turns_its_own_tables_triggers_and_identity_off_is_told_as_before(planning: Planning) -> None:
    with planning.connect() as connection:
        connection.execute("alter table staging disable trigger all; alter table staging replica identity nothing")
        connection.execute("insert into staging select current_date, 'north', 'a', 1, 2")
        connection.execute("delete from staging")
    assert [one[0] for one in changes(planning, "insert", "delete")[0]] == ["insert", "delete"]


def test_another_night_finds_nothing_of_the_last(planning: Planning) -> None:
    stays = planning.connect(autocommit=True)
    stays.execute("select pg_advisory_lock(1)")
    stays.execute(insert("a"))
    stays.execute("create schema other; create table other.t (); create type mood as enum ('ok'); listen news")
    stays.execute("alter role planner set work_mem = '1MB'; alter role planner password 'mine'")
    planning.begin()
    with pytest.raises(psycopg.OperationalError):
        stays.execute("select 1")
    stays.close()
    with planning.connect() as connection:
        assert connection.execute("show work_mem").fetchone() == ("4MB",)
        assert connection.execute("select pg_try_advisory_lock(1)").fetchone() == (True,)
        assert connection.execute("select 1 from pg_type where typname = 'mood'").fetchone() is None
    told = planning.tells()
    assert told["commits"] == []
    assert told["tables"] == {"public.plan": [], "public.staging": []}


def test_what_the_schema_itself_puts_in_is_there_and_is_no_change(planning: Planning) -> None:
    planning.begin("create table t (a int); insert into t values (1)")
    told = planning.tells()
    assert (told["tables"], told["commits"]) == ({"public.t": [{"a": 1}]}, [])


@pytest.mark.parametrize("schema", ["create tabel t ()", "begin; create table t (); select 1/0", "copy t from stdin"])
def test_a_schema_that_is_refused_says_so_and_the_next_is_taken(planning: Planning, schema: str) -> None:
    (planning.night.dir / "schema.sql").write_text(f"create table t (a int); {schema}")
    status, answer = planning.played.call("POST", "reset", planning.night.plan)
    assert status == 500
    assert "SQLSTATE" in answer["error"]
    planning.begin()
    assert planning.tells()["tables"] == {"public.plan": [], "public.staging": []}
