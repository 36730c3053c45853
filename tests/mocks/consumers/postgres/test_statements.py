"""What a client's SQL is, as far as its words say."""

from __future__ import annotations

import time

import pytest

from harness.mocks.consumers.postgres.messages import query
from harness.mocks.consumers.postgres.statements import split
from harness.mocks.consumers.postgres.transaction import Transaction


@pytest.mark.parametrize(
    ("sql", "verbs"),
    [
        ("", []),
        (" ; -- nothing\n;", []),
        ("begin; insert into t values (';'); commit", ["BEGIN", "INSERT", "COMMIT"]),
        ("select '--', E'it\\'s;', \"a;b\" /* ; commit */ from t; end", ["SELECT", "END"]),
        ("do $$ begin; commit; end $$; select $x$;$$;$x$", ["DO", "SELECT"]),
        ("create function f() returns int begin atomic; select 1; end; drop table t", ["CREATE", "DROP"]),
        ("select 'never ended; commit", ["SELECT"]),
    ],
)
def test_a_text_is_cut_into_its_statements(sql: str, verbs: list[str]) -> None:
    assert [one.verb for one in split(sql)] == verbs


@pytest.mark.parametrize(
    "sql",
    [
        "insert into t values (1)",
        "merge into t using s on true when matched then delete",
        "with gone as (delete from t returning *) select * from gone",
        "copy t from stdin",
        "select 1 into t",
        "call load()",
        "truncate t",
        "create table t ()",
    ],
)
def test_what_writes_commits_by_itself(sql: str) -> None:
    assert split(sql)[0].writes


@pytest.mark.parametrize(
    "sql", ["select 'insert into t'", "with a as (select 1) select 1", "copy t to stdout", "show all"]
)
def test_what_reads_does_not(sql: str) -> None:
    assert not split(sql)[0].writes


@pytest.mark.parametrize(
    ("sql", "commits"),
    [
        ("begin; insert into t values (1)", False),
        ("begin; insert into t values (1); commit", True),
        ("insert into t values (1); select 1", True),
        ("begin; insert into t values (1); rollback", False),
        ("commit", False),
        ("commit prepared 'x'", True),
        ("copy t from stdin", False),
    ],
)
def test_a_query_commits_when_what_it_wrote_is_over(sql: str, commits: bool) -> None:
    assert Transaction().sent(b"Q", query(sql)).commits is commits


def test_a_failed_transaction_commits_nothing() -> None:
    transaction = Transaction()
    transaction.answered(b"E")
    assert not transaction.sent(b"Q", query("commit")).commits


def test_a_large_statement_takes_moments() -> None:
    begins = time.process_time()
    split("insert into t values " + ", ".join("('2026-11-24', 'north', 1.5)" for _ in range(20_000)))
    for hostile in ("$a$b$c$" * 9_000, "/*" * 9_000, "(" * 9_000, "'" * 9_001):
        split(hostile)
    assert time.process_time() - begins < 5
