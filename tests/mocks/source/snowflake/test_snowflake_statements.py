"""Which statements the account understands, and where it says that it does not."""

from __future__ import annotations

import pytest

from harness.mocks.source.snowflake.errors import SqlRefused
from harness.mocks.source.snowflake.sessions import PARAMETERS, Session
from harness.mocks.source.snowflake.stages import place
from harness.mocks.source.snowflake.statements import (
    AlterSession,
    Get,
    ListFiles,
    Put,
    Remove,
    Select,
    ShowParameters,
    Statement,
    Transaction,
    Use,
    parse,
)


def session(database: str | None = "FEEDS") -> Session:
    return Session(1, "RETRIEVER", database, "PUBLIC" if database else None, None, None, dict(PARAMETERS))


@pytest.mark.parametrize(
    ("sql", "statement"),
    [
        ("get @inbox/a.csv file:///tmp/x/", Get("@inbox/a.csv", "/tmp/x/", {})),
        ("GET '@inbox/a b.csv' 'file:///tmp/my dir/'", Get("@inbox/a b.csv", "/tmp/my dir/", {})),
        (
            "get @inbox file:///tmp PATTERN = '.*[.]csv' parallel=4;",
            Get("@inbox", "/tmp", {"PATTERN": ".*[.]csv", "PARALLEL": "4"}),
        ),
        (
            'put file:///tmp/a.csv @"in box"/x auto_compress = false overwrite=TRUE',
            Put('@"in box"/x', "/tmp/a.csv", {"AUTO_COMPRESS": "false", "OVERWRITE": "TRUE"}),
        ),
        ("-- what is there?\nls @inbox /* all of it */", ListFiles("@inbox", {})),
        ("List @feeds.public.inbox/a", ListFiles("@feeds.public.inbox/a", {})),
        ("rm @inbox/a.csv", Remove("@inbox/a.csv", {})),
        ("use role loader", Use("ROLE", ("LOADER",))),
        ("use secondary roles all", Use("SECONDARY", ("ALL",))),
        ('use schema feeds."public"', Use("SCHEMA", ("FEEDS", "public"))),
        ("use feeds", Use("DATABASE", ("FEEDS",))),
        ("alter session set a = 1 b='two', c=true", AlterSession({"A": "1", "B": "two", "C": "true"})),
        ("alter session unset a, b", AlterSession({"A": None, "B": None})),
        ("show parameters like 'TIME%' in session", ShowParameters("TIME%")),
        ("begin transaction", Transaction()),
    ],
)
def test_a_statement_is_understood(sql: str, statement: Statement) -> None:
    assert parse(sql) == statement


def test_a_select_keeps_what_each_column_is_called() -> None:
    select = parse("select current_version() , 'it''s' as \"It\", -1.5, get_presigned_url(@inbox, 'a', 60) as u")
    assert isinstance(select, Select)
    assert [(one.source, one.alias) for one in select.columns] == [
        ("CURRENT_VERSION()", None),
        ("'IT''S'", "It"),
        ("-1.5", None),
        ("GET_PRESIGNED_URL(@INBOX, 'A', 60)", "U"),
    ]
    assert select.columns[1].value == "it's"


@pytest.mark.parametrize(
    ("sql", "code", "said"),
    [
        ("", "000900", "Empty SQL statement."),
        ("  frobnicate", "001003", "syntax error line 1 at position 2 unexpected 'frobnicate'."),
        ("select 1\n  from t", "001003", "syntax error line 2 at position 2 unexpected 'from'."),
        ("get @inbox", "001003", "syntax error line 1 at position 10 unexpected '<EOF>'."),
        ("get file:///tmp @inbox", "001003", "syntax error line 1 at position 4 unexpected 'file:///tmp'."),
        ("ls @inbox loudly=1", "001003", "syntax error line 1 at position 10 unexpected 'loudly'."),
        ("get @inbox file:///tmp parallel=many", "001003", "syntax error line 1 at position 32 unexpected 'many'."),
        ("select (1)", "001003", "syntax error line 1 at position 7 unexpected '('."),
        ("copy into @inbox from t", "001003", "syntax error line 1 at position 0 unexpected 'copy'."),
        ("select a", "000904", "error line 1 at position 7\ninvalid identifier 'A'"),
        ("select 1; select 2", "001003", "syntax error line 1 at position 8 unexpected ';'."),
    ],
)
def test_what_is_not_understood_is_named_with_its_place(sql: str, code: str, said: str) -> None:
    with pytest.raises(SqlRefused) as refused:
        parse(sql)
    assert (refused.value.code, refused.value.message) == (code, f"SQL compilation error:\n{said}")


@pytest.mark.parametrize("reference", ["@inbox", "@INBOX/", "@public.inbox", "@feeds.public.inbox", '@"INBOX"'])
def test_a_stage_has_many_names(reference: str) -> None:
    assert place(session(), reference).stage == "INBOX"


@pytest.mark.parametrize(
    ("reference", "missing"),
    [
        ("@outbox", "FEEDS.PUBLIC.OUTBOX"),
        ('@"inbox"', "FEEDS.PUBLIC.inbox"),
        ("@other.public.inbox/a", "OTHER.PUBLIC.INBOX"),
        ("@~/a", "FEEDS.PUBLIC.~"),
        ("@%table", "FEEDS.PUBLIC.%TABLE"),
    ],
)
def test_a_stage_that_the_account_does_not_have_is_named_in_full(reference: str, missing: str) -> None:
    with pytest.raises(SqlRefused, match=f"Stage '{missing}' does not exist or not authorized"):
        place(session(), reference)


def test_without_a_database_a_stage_must_be_named_in_full() -> None:
    with pytest.raises(SqlRefused, match="This session does not have a current database"):
        place(session(None), "@inbox")
    assert place(session(None), "@feeds.public.inbox/a/b").path == "a/b"
