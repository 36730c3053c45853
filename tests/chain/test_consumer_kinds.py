"""Consumers are of kinds: each takes its own keys, has its own places, and its mistakes are told where they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from harness.chain.consumers.postgres import PostgresConsumer
from harness.chain.consumers.rules import consumer_mistakes
from harness.chain.loading import load_chain
from harness.chain.model import Chain
from harness.contract.codec import read, write
from harness.contract.consumers import (
    FileForm,
    PlannedConsumer,
    PlannedFolder,
    PlannedHttp,
    PlannedPostgres,
    PlannedPull,
    consumer_places,
)
from harness.errors import AuthorError, LoadError
from harness.scenario.schemas import chain_schema

HEAD = """\
chain: c
owner: data-ops
deadline: "06:00"
folders: {outbox: {}}
jobs: {a: {run: [x], at: "02:00"}}
consumers:
"""
NAME = 'name: "plan_{date}.csv"'


def told(tmp_path: Path, consumer: str) -> list[str]:
    (tmp_path / "chain.yaml").write_text(f"{HEAD}  it: {{{consumer}}}\n")
    with pytest.raises(LoadError) as refused:
        load_chain(tmp_path / "chain.yaml")
    return [f"{one.line}: {one.text}" for one in refused.value.mistakes]


@pytest.mark.parametrize(
    ("consumer", "says"),
    [
        ("kind: foldr", "7: found 'foldr', expected http, postgres, folder, pull, queue"),
        (f"kind: folder, folder: outbx, {NAME}", "7: unknown folder 'outbx'. Did you mean 'outbox'? Known: outbox"),
        (f"kind: folder, {NAME}", "7: missing key 'folder'"),
        ("kind: folder, folder: outbox", "7: missing key 'name'"),
        (
            'kind: folder, folder: outbox, name: "out/plan.csv"',
            "7: found 'out/plan.csv', expected a name without folders",
        ),
        (
            'kind: folder, folder: outbox, name: "{day}.csv"',
            "7: found '{day}.csv', expected a name, with {date} in it or",
        ),
        (f"kind: folder, folder: outbox, {NAME}, key: [a], fallback_of: a", "7: found the column 'a' of the key"),
        (
            f'kind: folder, folder: outbox, {NAME}, flag: "plan_{{date}}.csv"',
            "7: found 'plan_{date}.csv', which",
        ),
        (f'kind: folder, folder: outbox, {NAME}, flag: "done"', "7: found 'done', expected a name with {name}"),
        (f'kind: folder, folder: outbox, {NAME}, at: "02:00"', "7: unknown key 'at'."),
        (f"kind: pull, folder: outbox, {NAME}", "7: missing key 'at'"),
        (f'kind: pull, folder: outbox, {NAME}, at: "13:00"', '7: found "13:00", expected a time within the night'),
        (f'kind: pull, folder: outbox, {NAME}, at: "02:00", format: csw', "7: unknown format 'csw'."),
        (f'kind: pull, folder: outbox, {NAME}, at: "02:00", format: jsonl, delimiter: ";"', "7: a jsonl file has no"),
        ("kind: http, folder: outbox", "7: unknown key 'folder'."),
        ("kind: http, auth: digest", "7: found 'digest', expected bearer or basic"),
        ("kind: http, page_rows: 0", "7: found 0, expected"),
        ("kind: folder, auth: basic, folder: outbox, " + NAME, "7: unknown key 'auth'."),
        ("unique: [at], columns: {at: volatile}", "7: found 'at', a column that is said to be volatile"),
        ("required: [at], columns: {at: volatile}", "7: found 'at', a column that is said to be volatile"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, consumer: str, says: str) -> None:
    (found,) = told(tmp_path, consumer)
    assert found.startswith(says)


@pytest.mark.parametrize(
    "consumer",
    [
        {},
        {"kind": "http", "owner": "team", "contact": "team@example.org"},
        {"auth": "bearer", "page_rows": 500, "versions": True, "required": ["quantity"], "unique": ["sku", "week"]},
        {"kind": "folder", "folder": "outbox", "name": "plan_{date}.csv", "flag": "{name}.done", "header": True},
        {"kind": "pull", "folder": "outbox", "name": "plan_{date}.csv", "at": "03:45", "key": ["sku"]},
        {"kind": "pull", "folder": "outbox", "name": "plan.csv", "at": "03:45", "fallback_of": "instead_of"},
    ],
)
def test_what_loads_is_in_the_published_schema(consumer: dict[str, Any]) -> None:
    jobs = {"a": {"run": ["x"], "at": "02:00"}}
    data = {"chain": "c", "owner": "o", "deadline": "06:00", "folders": {"outbox": {}}, "jobs": jobs}
    data |= {"consumers": {"it": consumer}}
    Chain.model_validate(data)
    assert list(Draft202012Validator(chain_schema()).iter_errors(data)) == []
    wrong = data | {"consumers": {"it": consumer | {"kind": "foldr"}}}
    assert list(Draft202012Validator(chain_schema()).iter_errors(wrong)) != []


def test_only_who_is_asked_for_something_has_a_place(tmp_path: Path) -> None:
    environment = "\nenvironment: {URL: {from: it.url}}\n"
    (tmp_path / "chain.yaml").write_text(f"{HEAD}  it: {{kind: folder, folder: outbox, {NAME}}}{environment}")
    with pytest.raises(LoadError, match=r"'it\.url', of a consumer of kind folder, .* to folder\.outbox"):
        load_chain(tmp_path / "chain.yaml")


def test_a_place_that_a_kind_does_not_have_is_told_with_those_that_it_has(tmp_path: Path) -> None:
    environment = "\nenvironment: {URL: {from: it.dsn}}\n"
    (tmp_path / "chain.yaml").write_text(f"{HEAD}  it: {{kind: http}}{environment}")
    with pytest.raises(LoadError, match=r"'it\.dsn'.* Known: it\.url, it\.token, it\.user, it\.password, of 'it'"):
        load_chain(tmp_path / "chain.yaml")


def test_a_name_stands_in_an_address_as_addresses_write_it() -> None:
    places = consumer_places({"plan ü?": "http", "gate 3": "dock"}, {"consumers.url": "http://consumers:8081"})
    assert places["plan ü?.url"] == "http://consumers:8081/plan%20%C3%BC%3F"
    assert places["gate 3.url"] == "http://consumers:8081/gate%203"


@pytest.mark.parametrize(
    "planned",
    [
        PlannedHttp(key=("a",)),
        PlannedFolder(folder="outbox", name="a.csv", flag=None, form=FileForm(header=1)),
        PlannedPull(folder="outbox", name="a.csv", at_ns=7, volatile=("b",)),
        PlannedPostgres(
            database="plan", schema_sql="create table t ()", schema_file="s.sql", table="t", business_date="day"
        ),
    ],
)
def test_a_planned_consumer_survives_the_way_to_its_mock(planned: PlannedConsumer) -> None:
    assert read(PlannedConsumer, write(planned), "consumer") == planned  # type: ignore[arg-type]  # a union


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"schema": None}, "schema: found nothing"),
        ({"table": "a.b.c"}, "table: found 'a.b.c', expected a table, such as forecast or sales.forecast"),
        ({"key": ["sku", "day"]}, "business_date: found the column 'day' of the key"),
        ({"fallback_of": "day"}, "fallback_of: found 'day', which is business_date's"),
    ],
)
def test_a_table_is_of_a_schema_and_its_dates_are_no_key(more: dict[str, Any], says: str) -> None:
    table = {"kind": "postgres", "schema": "s.sql", "table": "sales.plan", "key": ["sku"], "business_date": "day"}
    assert PostgresConsumer(**table).schema_file == "s.sql"
    with pytest.raises(AuthorError, match=f"PostgresConsumer: {says}"):
        PostgresConsumer(**table | more)


@pytest.mark.parametrize(
    ("name", "more", "says"),
    [
        ("it", "database: template1", "found the database 'template1', which is the server's own"),
        ("template0", "key: [a]", "found the database 'template0', which is the server's own"),
        ("x" * 64, "key: [a]", "found a database's name of 64 characters, expected 63 at most; say another one"),
        ("x" * 201, "database: short", "found a name of 201 characters, expected 200 at most"),
    ],
)
def test_a_database_is_none_of_the_servers_own_and_has_a_name_that_it_keeps(
    tmp_path: Path, name: str, more: str, says: str
) -> None:
    (tmp_path / "s.sql").write_text("create table t (a int)")
    (tmp_path / "chain.yaml").write_text(f"{HEAD}  {name}: {{kind: postgres, schema: s.sql, table: t, {more}}}\n")
    with pytest.raises(LoadError) as refused:
        load_chain(tmp_path / "chain.yaml")
    assert [(one.line, one.text.startswith(says)) for one in refused.value.mistakes] == [(7, True)]


def test_a_schema_that_is_no_text_is_told_where_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "s.sql").write_bytes("create table t (a int); -- é".encode("latin-1"))
    (found,) = told(tmp_path, "kind: postgres, schema: s.sql, table: t")
    assert found == "7: found in s.sql byte 0xe9, which is not UTF-8; expected the file in UTF-8: save it so"


def test_who_shares_a_database_has_its_schema() -> None:
    plan, orders = ({"kind": "postgres", "database": "dwh", "schema": f"{name}.sql"} for name in ("plan", "orders"))
    told = "found 'orders.sql', and the database 'dwh', which it shares with 'plan', is made by 'plan.sql'"
    assert list(consumer_mistakes({"consumers": {"plan": plan, "orders": orders}})) == [
        (("consumers", "orders", "schema"), f"{told}; expected one file for both")
    ]
    assert list(consumer_mistakes({"consumers": {"plan": plan, "orders": {**orders, "schema": "plan.sql"}}})) == []
