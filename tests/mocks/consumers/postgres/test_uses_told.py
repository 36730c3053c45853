"""How jobs in public repositories put a night's rows into a table: what is told of each commit, and what is held."""

from __future__ import annotations

import pytest

from tests.mocks.conftest import NightOfMocks, Played, night
from tests.mocks.consumers.postgres.test_kind import TABLE, connect, consumers, held, stage

__all__ = ["consumers", "night", "stage"]

SCHEMA = """
create table plan (
    day date, stands_for date, sku text, quantity int, at timestamptz default now(), primary key (day, sku)
);
create table staging (like plan including all);
"""
ROWS = "select '2026-11-23'::date, null::date, 'sku-' || n, n, now() from generate_series(1, 4) n"
TEMPORARY = "create temp table t (like plan) on commit drop"
UPSERT = "on conflict (day, sku) do update set quantity = excluded.quantity"
STAGE = f"truncate staging; insert into staging {ROWS}"
SWAP = "alter table plan rename to plan_old; alter table staging rename to plan"
MERGE = """
    merge into plan using staging on (plan.day = staging.day and plan.sku = staging.sku)
    when matched then update set quantity = staging.quantity
    when not matched then insert values (staging.day, staging.stands_for, staging.sku, staging.quantity, staging.at)
"""
PARTS = """
create table plan (day date not null, stands_for date, sku text, quantity int, at timestamptz default now())
    partition by range (day);
create table plan_22 partition of plan for values from ('2026-11-22') to ('2026-11-23');
insert into plan values ('2026-11-22', null, 'old', 1);
"""
ATTACH = "alter table plan attach partition plan_23 for values from ('2026-11-23') to ('2026-11-24')"
DETACH = "alter table plan detach partition plan_23"
GENERATED = """
create table plan (
    loaded timestamp, day date generated always as (loaded::date) {},
    stands_for date, sku text primary key, quantity int
);
"""
FILL = "insert into plan (loaded, sku, quantity) select '2026-11-23', 'sku-' || n, n from generate_series(1, 4) n"
PART_23 = "create table plan_23 partition of plan for values from ('2026-11-23') to ('2026-11-24');"
ELSEWHERE = f"create schema parts; {PART_23.replace('plan_23', 'parts.plan_23')}"
MOVE = "with moved as (delete from staging returning *) insert into plan select * from moved"
MAKE = f"create table plan_23 (like plan); insert into plan_23 {ROWS}"

USES = {
    "temp_table_and_upsert": (
        SCHEMA,
        [f"{TEMPORARY}; insert into t {ROWS}; insert into plan select * from t {UPSERT}"] * 2,
        [(4, 0, 0, 4), (4, 0, 4, 4)],
    ),
    "copy_and_merge": (
        SCHEMA,
        [f"truncate staging; insert into staging {ROWS}; {MERGE}"] * 2,
        [(4, 0, 0, 4), (4, 0, 4, 4)],
    ),
    "truncate_and_insert": (SCHEMA, [f"truncate plan; insert into plan {ROWS}"] * 2, [(4, 0, 0, 4), (4, 4, 4, 4)]),
    "truncate_committed_first": (
        SCHEMA,
        [f"insert into plan {ROWS}", "truncate plan", f"insert into plan {ROWS}"],
        [(4, 0, 0, 4), (0, 4, 4, 0), (4, 0, 0, 4)],
    ),
    "swap_by_name": (
        SCHEMA,
        [
            f"insert into plan {ROWS}",
            f"{STAGE}; {SWAP}; drop table plan_old",
        ],
        [(4, 0, 0, 4), (4, 4, 4, 4)],
    ),
    "attached_partition": (PARTS, [MAKE, ATTACH], [(4, 0, 0, 4)]),
    "partition_detached_and_attached": (
        PARTS,
        [
            MAKE,
            ATTACH,
            "alter table plan detach partition plan_23",
            f"truncate plan_23; insert into plan_23 {ROWS}",
            ATTACH,
        ],
        [(4, 0, 0, 4), (0, 4, 4, 0), (4, 0, 0, 4)],
    ),
    "old_partition_detached_or_emptied": (
        PARTS + PART_23,
        [f"insert into plan {ROWS}", "truncate plan_22", "drop table plan_22"],
        [(4, 0, 0, 4), (0, 1, 4, 4)],
    ),
    "partition_emptied_that_had_rows_before": (
        PARTS + PART_23 + f"insert into plan {ROWS};",
        ["truncate plan_23", f"insert into plan {ROWS}"],
        [(0, 4, 4, 0), (4, 0, 0, 4)],
    ),
    "partition_in_another_schema": (
        PARTS + ELSEWHERE,
        [f"insert into plan {ROWS}", f"truncate plan; insert into plan {ROWS}"],
        [(4, 0, 0, 4), (4, 5, 4, 4)],
    ),
    "generated_columns": (
        GENERATED.format("stored"),
        [FILL, "update plan set quantity = 9", "delete from plan", FILL],
        [(4, 0, 0, 4), (4, 0, 4, 4), (0, 4, 4, 0), (4, 0, 0, 4)],
    ),
    "advisory_lock": (SCHEMA, [f"select pg_advisory_xact_lock(7); insert into plan {ROWS}"], [(4, 0, 0, 4)]),
    "cte_that_moves": (
        SCHEMA,
        [
            f"insert into staging {ROWS}",
            "with moved as (delete from staging returning *) insert into plan select * from moved",
        ],
        [(4, 0, 0, 4)],
    ),
}


@pytest.mark.parametrize("use", USES)
def test_each_commit_is_told_as_it_was(night: NightOfMocks, consumers: Played, use: str) -> None:
    schema, transactions, commits = USES[use]
    night.plan["consumers"] = {"planning": TABLE | {"schema_sql": schema}}
    consumers.done("POST", "reset", night.plan)
    for sql in transactions:
        with connect(consumers) as connection:
            connection.execute(sql)
    found = [
        (value["stored"], value["removed"], value["before"], value["rows"])
        for type_, value, _ in night.events("commit")
        if type_ == "ok"
    ]
    assert found == commits
    assert held(night, consumers)[-1] == ("2026-11-23", None, 4)


@pytest.mark.parametrize(
    ("type_name", "tonight"),
    [
        ("timestamptz", "'2026-11-23 00:00 Europe/Paris'"),
        ("timestamp", "'2026-11-23 23:30'"),
        ("text", "'20261123'"),
        ("integer", "20261123"),
    ],
)
def test_a_night_is_said_in_any_of_these_ways(
    night: NightOfMocks, consumers: Played, type_name: str, tonight: str
) -> None:
    made = f"create table plan (day {type_name}, stands_for date, sku text primary key, quantity int);"
    fill = f"insert into plan select {tonight}, null, 'sku-' || n, n from generate_series(1, 4) n;"
    night.plan["consumers"] = {"planning": TABLE | {"schema_sql": made + fill}}
    consumers.done("POST", "reset", night.plan)
    with connect(consumers) as connection:
        connection.execute(f"delete from plan; {fill}")
    found = [(value["before"], value["rows"]) for type_, value, _ in night.events("commit") if type_ == "ok"]
    assert found == [(4, 4)]
    assert held(night, consumers)[-1] == ("2026-11-23", None, 4)


def test_a_column_that_the_server_does_not_store_is_in_nobodys_way(night: NightOfMocks, consumers: Played) -> None:
    night.plan["consumers"] = {"planning": TABLE | {"schema_sql": GENERATED.format("virtual")}}
    if consumers.call("POST", "reset", night.plan)[0] != 200:
        pytest.skip("this server is older than 18: it has no virtual columns")
    for sql in (FILL, "update plan set quantity = 9", "delete from plan where quantity = 9", FILL):
        with connect(consumers) as connection:
            connection.execute(sql)
    found = [
        (value["stored"], value["removed"], value["rows"])
        for type_, value, _ in night.events("commit")
        if type_ == "ok"
    ]
    assert found == [(4, 0, 4), (4, 0, 4), (0, 4, 0), (4, 0, 4)]
    assert held(night, consumers)[-1] == ("2026-11-23", None, 4)


def test_a_transaction_that_is_prepared_is_refused_as_by_a_server_with_its_defaults(
    night: NightOfMocks, consumers: Played
) -> None:
    with connect(consumers, autocommit=True) as connection:
        connection.execute("begin")
        connection.execute("insert into plan values ('2026-11-23', null, 'a', 1)")
        with pytest.raises(Exception, match="prepared transactions are disabled"):
            connection.execute("prepare transaction 'p'")
    assert held(night, consumers) == []
