"""The front: messages pass unchanged, and what a gate does at each point is what a real server's client would see."""

from __future__ import annotations

import os
import socket
import struct
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from random import Random
from typing import Any

import psycopg
import pytest
import sqlalchemy
from psycopg import errors
from psycopg.pq import TransactionStatus

from harness.mocks.consumers.postgres.messages import execute, message, query, text
from tests.calibration import patience_s
from tests.mocks.consumers.postgres.conftest import PASSWORD, Planning

ROW = "insert into plan values ('2026-11-24', 'north', 'a', 1, 2.5)"
TABLE = "public.plan"


def refuse(at: dict[str, Any], sqlstate: str = "40001", **more: Any) -> dict[str, Any]:
    return {"do": "refuse", "at": at, "sqlstate": sqlstate, "told": "as the test wants it"} | more


def drop(at: dict[str, Any], *, reset: bool = True) -> dict[str, Any]:
    return {"do": "drop", "at": at, "reset": reset}


# -- nothing is done ------------------------------------------------------------------------------


def test_a_transaction_passes_and_is_seen_at_each_of_its_points(planning: Planning) -> None:
    with planning.connect(application_name="load") as connection:
        connection.execute(ROW)
    told = planning.tells()
    passed = [one for one in told["passed"] if one["point"] != "parse"]
    assert [(one["point"], one["verb"], one["wrote"]) for one in passed] == [
        ("connect", "", False),
        ("statement", "BEGIN", False),
        ("statement", "INSERT", True),
        ("statement", "COMMIT", True),
        ("commit", "COMMIT", True),
        ("committed", "COMMIT", True),
    ]
    assert {(one["user"], one["database"], one["application"]) for one in told["passed"]} == {
        ("planner", "planning", "load")
    }
    assert len(told["tables"][TABLE]) == 1


@pytest.mark.parametrize("simple", [True, False], ids=["simple", "extended"])
def test_an_autocommitted_statement_commits_by_itself_and_a_read_does_not(planning: Planning, simple: bool) -> None:
    with planning.connect(autocommit=True) as connection:
        if simple:
            connection.pgconn.exec_(ROW.encode())
        else:
            connection.execute(ROW)
        connection.execute("select 1")
    passed = [("statement", "INSERT"), ("commit", "INSERT"), ("committed", "INSERT"), ("statement", "SELECT")]
    assert planning.passed("statement", "commit", "committed") == passed


@pytest.mark.parametrize("autocommit", [True, False])
def test_a_copy_commits_at_its_end_outside_of_a_transaction(planning: Planning, autocommit: bool) -> None:
    with planning.connect(autocommit=autocommit) as connection:
        with connection.cursor().copy("copy plan from stdin") as copy:
            for number in range(1000):
                copy.write_row(("2026-11-24", "north", f"sku-{number}", number, "1.5"))
        if not autocommit:
            connection.execute("select 1")
    verb = "COPY" if autocommit else "COMMIT"
    assert planning.passed("commit", "committed") == [("commit", verb), ("committed", verb)]
    assert len(planning.rows()) == 1000


def test_encryption_is_refused_in_the_protocols_way(planning: Planning) -> None:
    with pytest.raises(psycopg.OperationalError, match="server does not support SSL"):
        planning.connect(sslmode="require")
    planning.connect(sslmode="prefer").close()


def test_a_wrong_password_is_the_servers_own_error(planning: Planning) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        planning.connect(password="another")


@pytest.mark.parametrize(
    "first", [b"", b"GET / HTTP/1.1\r\n\r\n", b"\0\0\0\x04", b"\x16\x03\x01\x02\0" * 9, b"\0\0\0\x08\0\x03\0\0"]
)
def test_what_is_no_client_of_postgresql_is_hung_up_on(planning: Planning, first: bytes) -> None:
    with socket.create_connection(("127.0.0.1", planning.port)) as client:
        client.sendall(first)
        client.shutdown(socket.SHUT_WR)
        with suppress(ConnectionResetError):
            while client.recv(65536):
                pass
    planning.connect().close()


def test_a_message_without_a_sound_length_ends_its_connection_alone(planning: Planning) -> None:
    with planning.connect() as other:
        broken = planning.connect()
        with socket.socket(fileno=broken.pgconn.socket) as wire:
            wire.setblocking(True)
            wire.sendall(b"Q" + struct.pack("!i", -1) + b"select 1\0")
            assert wire.recv(65536)[:1] in (b"E", b"")
            wire.detach()
        broken.close()
        assert other.execute("select 1").fetchone() == (1,)


def valid_messages() -> bytes:
    """What a client sends in a life: a query, and a statement that is parsed, bound, described, executed, closed."""
    parts = [
        query("select 1; begin; commit"),
        message(b"P", b"s\0" + text(ROW) + b"\0\0"),
        message(b"B", b"p\0s\0" + bytes(6)),
        message(b"D", b"Pp\0"),
        execute("p"),
        message(b"H"),
        message(b"C", b"Ss\0"),
        message(b"S"),
        query("copy staging from stdin"),
        message(b"d", b"2026-11-24\tnorth\ta\t1\t1.5\n"),
        message(b"c"),
        message(b"f", b"no\0"),
    ]
    return b"".join(parts)


@pytest.mark.parametrize("seed", range(12))
def test_whatever_a_client_sends_is_no_bug(planning: Planning, seed: int) -> None:
    """Bytes changed, left out, doubled: the connection may end by it, and nothing else does (the fixture looks)."""
    random = Random(seed)
    for _ in range(5):
        sent = bytearray(valid_messages())
        for _ in range(random.randint(1, 6)):
            at = random.randrange(len(sent))
            match random.randrange(3):
                case 0:
                    sent[at] = random.randrange(256)
                case 1:
                    del sent[at : at + random.randint(1, 9)]
                case _:
                    sent[at:at] = sent[at : at + random.randint(1, 40)]
        connection = planning.connect()
        with socket.socket(fileno=os.dup(connection.pgconn.socket)) as wire, suppress(ConnectionError):
            wire.setblocking(True)
            wire.sendall(sent)
            wire.shutdown(socket.SHUT_WR)
            while wire.recv(65536):
                pass
        connection.close()
    planning.connect().close()


def test_a_cancellation_reaches_the_statement(planning: Planning) -> None:
    sleep = ["psql", "-X", "-c", "select pg_sleep(3600)", "-c", "select 'goes on'"]
    code, printed = planning.runs("timeout", "-s", "INT", "600", *sleep)
    assert "canceling statement due to user request" in printed
    assert code == 124


# -- it refuses -----------------------------------------------------------------------------------


def test_a_refusal_at_connect_is_fatal(planning: Planning) -> None:
    planning.does(refuse({"point": "connect"}, "53300"))
    with pytest.raises(psycopg.OperationalError, match="FATAL:  as the test wants it"):
        planning.connect()
    planning.connect().close()


@pytest.mark.parametrize("simple", [True, False], ids=["simple", "extended"])
def test_a_refused_statement_leaves_its_transaction_failed(planning: Planning, simple: bool) -> None:
    planning.does(refuse({"point": "statement", "verb": "INSERT"}, "40P01"))
    with planning.connect() as connection:
        connection.execute("delete from plan")
        if simple:
            result = connection.pgconn.exec_(ROW.encode())
            assert result.error_field(psycopg.pq.DiagnosticField.SQLSTATE) == b"40P01"
        else:
            with pytest.raises(errors.DeadlockDetected, match="as the test wants it"):
                connection.execute(ROW)
        assert connection.info.transaction_status is TransactionStatus.INERROR
        with pytest.raises(errors.InFailedSqlTransaction):
            connection.execute("select 1")
        connection.rollback()
        connection.execute(ROW)
    assert len(planning.rows()) == 1


@pytest.mark.parametrize("simple", [True, False], ids=["simple", "extended"])
def test_a_refused_statement_of_its_own_leaves_nothing(planning: Planning, simple: bool) -> None:
    planning.does(refuse({"point": "commit", "verb": "INSERT"}))
    with planning.connect(autocommit=True) as connection:
        if simple:
            result = connection.pgconn.exec_(ROW.encode())
            assert result.error_field(psycopg.pq.DiagnosticField.SQLSTATE) == b"40001"
        else:
            with pytest.raises(errors.SerializationFailure):
                connection.execute(ROW)
        assert connection.info.transaction_status is TransactionStatus.IDLE
        assert connection.execute("select count(*) from plan").fetchone() == (0,)
        connection.execute(ROW)
    assert len(planning.rows()) == 1


def test_a_refused_commit_ends_its_transaction(planning: Planning) -> None:
    """As PostgreSQL does it: who commits in vain is outside of a transaction then, and nothing was kept."""
    planning.does(refuse({"point": "commit"}))
    connection = planning.connect()
    connection.execute(ROW)
    with pytest.raises(errors.SerializationFailure):
        connection.commit()
    assert connection.info.transaction_status is TransactionStatus.IDLE
    assert connection.execute("select count(*) from plan").fetchone() == (0,)
    connection.execute(ROW)
    connection.commit()
    connection.close()
    assert len(planning.rows()) == 1


def test_so_does_a_commit_that_was_prepared(planning: Planning) -> None:
    planning.does(refuse({"point": "commit"}))
    with planning.connect(autocommit=True) as connection:
        connection.execute("begin", prepare=True)
        connection.execute(ROW)
        with pytest.raises(errors.SerializationFailure):
            connection.execute("commit", prepare=True)
        assert connection.info.transaction_status is TransactionStatus.IDLE
        assert connection.execute("select count(*) from plan").fetchone() == (0,)


@pytest.mark.parametrize("autocommit", [True, False])
def test_a_refused_copy_stores_no_row(planning: Planning, autocommit: bool) -> None:
    planning.does(refuse({"point": "commit"}, "53100"))
    connection = planning.connect(autocommit=autocommit)

    def load() -> None:
        with connection.cursor().copy("copy plan from stdin") as copy:
            copy.write_row(("2026-11-24", "north", "a", 1, "1.5"))
        connection.commit()

    with pytest.raises(errors.DiskFull, match="as the test wants it"):
        load()
    assert connection.info.transaction_status is TransactionStatus.IDLE
    load()
    connection.close()
    assert len(planning.rows()) == 1


def test_a_refusal_in_a_pipeline_is_of_its_own_statement(planning: Planning) -> None:
    planning.does(refuse({"point": "statement", "verb": "UPDATE"}))
    with planning.connect(autocommit=True) as connection:

        def work() -> None:
            with connection.pipeline() as pipeline:
                connection.execute(ROW)
                pipeline.sync()
                connection.execute("update plan set quantity = 7")
                connection.execute("delete from plan")

        with pytest.raises(errors.SerializationFailure):
            work()
        assert connection.execute("select quantity from plan").fetchall() == [(1,)]


def test_a_fatal_refusal_ends_the_connection_and_its_transaction(planning: Planning) -> None:
    planning.does(refuse({"point": "commit"}, "57P01", fatal=True))
    connection = planning.connect()
    connection.execute(ROW)
    with pytest.raises(errors.AdminShutdown):
        connection.commit()
    assert connection.closed
    assert planning.rows() == []


def test_a_refusal_after_the_commit_is_a_lie(planning: Planning) -> None:
    planning.does(refuse({"point": "committed"}))
    connection = planning.connect()
    connection.execute(ROW)
    with pytest.raises(errors.SerializationFailure):
        connection.commit()
    assert connection.info.transaction_status is TransactionStatus.IDLE
    connection.close()
    assert len(planning.rows()) == 1


# -- it drops the connection ----------------------------------------------------------------------


@pytest.mark.parametrize("reset", [True, False], ids=["RST", "FIN"])
@pytest.mark.parametrize(("point", "kept"), [("statement", 0), ("commit", 0), ("committed", 1)])
def test_a_connection_lost_before_the_commit_loses_the_row_and_after_it_keeps_it(
    planning: Planning, point: str, kept: int, reset: bool
) -> None:
    planning.does(drop({"point": point, "verb": "INSERT" if point == "statement" else "COMMIT"}, reset=reset))
    connection = planning.connect()

    def work() -> None:
        connection.execute(ROW)
        connection.commit()

    with pytest.raises(psycopg.OperationalError):
        work()
    assert connection.closed
    assert len(planning.rows()) == kept


def test_a_connection_is_lost_while_it_is_made_by_a_reset_or_in_good_order(planning: Planning) -> None:
    startup = struct.pack("!ii", 22, 196608) + b"user\0planner\0\0"
    for reset in (True, False):
        planning.does(drop({"point": "connect"}, reset=reset))
        with socket.create_connection(("127.0.0.1", planning.port)) as client:
            client.sendall(startup)
            if reset:
                with pytest.raises(ConnectionResetError):
                    client.recv(1)
            else:
                assert client.recv(1) == b""
    planning.does(drop({"point": "connect"}))
    with pytest.raises(psycopg.OperationalError, match="server closed the connection unexpectedly"):
        planning.connect()


@pytest.mark.parametrize(("point", "kept"), [("commit", 0), ("committed", 3)])
def test_a_copy_of_psqls_whose_answer_is_lost(planning: Planning, point: str, kept: int) -> None:
    planning.does(drop({"point": point}))
    rows = "\n".join(f"2026-11-24,north,{sku},1,1.5" for sku in "abc")
    code, printed = planning.runs(
        "bash", "-c", f"psql -X -v ON_ERROR_STOP=1 -c '\\copy plan from stdin csv' <<< '{rows}'"
    )
    assert code == 2
    assert "connection" in printed
    assert len(planning.rows()) == kept


# -- it waits, in the night's time ----------------------------------------------------------------

TIMED = """
    import sys, time, psycopg
    begins = time.monotonic()
    try:
        with psycopg.connect() as connection:
            connection.execute("insert into plan values ('2026-11-24', 'north', 'a', 1, 2.5)")
        print("stored", round(time.monotonic() - begins))
    except psycopg.Error as error:
        print(type(error).__name__, round(time.monotonic() - begins))
"""


@pytest.mark.parametrize(
    ("point", "took_s"), [("connect", 60), ("statement", 600), ("commit", 600), ("committed", 600)]
)
def test_a_slow_answer_takes_its_virtual_time(planning: Planning, point: str, took_s: int) -> None:
    planning.does({"do": "wait", "at": {"point": point}, "for_ns": took_s * 10**9})
    assert planning.job(TIMED) == (0, f"stored {took_s}\n")


def test_a_client_gives_up_connecting_by_its_own_limit(planning: Planning) -> None:
    planning.does({"do": "wait", "at": {"point": "connect"}})
    assert planning.job(TIMED) == (0, "ConnectionTimeout 130\n")


@pytest.mark.parametrize(("point", "kept"), [("commit", 0), ("committed", 1)])
def test_who_gives_up_waiting_has_committed_or_not(planning: Planning, point: str, kept: int) -> None:
    planning.does({"do": "wait", "at": {"point": point}})
    load = f'psql -X -c "begin; {ROW}; commit"'
    code, _ = planning.runs("timeout", "-k", "1", "1800", "bash", "-c", f"exec {load}")
    assert code == 124
    assert len(planning.rows()) == kept


def test_who_waits_goes_on_when_the_fault_is_over(planning: Planning) -> None:
    planning.does({"do": "wait", "at": {"point": "commit"}})
    with ThreadPoolExecutor(1) as pool, planning.connect() as connection:
        connection.execute(ROW)
        committing = pool.submit(connection.commit)
        planning.played.done("POST", "release")
        committing.result(patience_s())
    assert len(planning.rows()) == 1


# -- real clients ---------------------------------------------------------------------------------


def engine(planning: Planning, **more: Any) -> sqlalchemy.Engine:
    url = sqlalchemy.URL.create("postgresql+psycopg", "planner", PASSWORD, "127.0.0.1", planning.port, "planning")
    return sqlalchemy.create_engine(url, **more)


def test_sqlalchemy_sees_each_action_as_its_own_error(planning: Planning) -> None:
    made = engine(planning)
    planning.does(refuse({"point": "statement", "verb": "INSERT"}, "40P01"))
    planning.does(refuse({"point": "commit"}, "40001"))
    planning.does(drop({"point": "committed"}))
    found = []
    for _ in range(4):
        try:
            with made.begin() as connection:
                connection.execute(sqlalchemy.text(ROW))
            found.append("stored")
        except sqlalchemy.exc.DBAPIError as error:
            found.append(f"{type(error.orig).__name__} {'lost' if error.connection_invalidated else ''}".strip())
    made.dispose()
    # The third was lost after it had committed, so the fourth finds its row.
    assert found == ["DeadlockDetected", "SerializationFailure", "OperationalError lost", "UniqueViolation"]
    assert len(planning.rows()) == 1


def test_sqlalchemys_pre_ping_replaces_a_lost_connection(planning: Planning) -> None:
    made = engine(planning, pool_pre_ping=True)
    with made.begin() as connection:
        connection.execute(sqlalchemy.text("select 1"))
    planning.does(drop({"point": "statement"}))
    with made.begin() as connection:
        connection.execute(sqlalchemy.text(ROW))
    made.dispose()
    assert len(planning.rows()) == 1
