"""The front where a fault acts: what a gate does at each point is what a real server's client would see."""

from __future__ import annotations

import socket
import struct
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
import sqlalchemy
from psycopg import errors
from psycopg.pq import TransactionStatus

from tests.calibration import patience_s
from tests.mocks.consumers.postgres.conftest import PASSWORD, Planning

ROW = "insert into plan values ('2026-11-24', 'north', 'a', 1, 2.5)"
TABLE = "public.plan"


def refuse(at: dict[str, Any], sqlstate: str = "40001", **more: Any) -> dict[str, Any]:
    return {"do": "refuse", "at": at, "sqlstate": sqlstate, "told": "as the test wants it"} | more


def drop(at: dict[str, Any], *, reset: bool = True) -> dict[str, Any]:
    return {"do": "drop", "at": at, "reset": reset}


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
