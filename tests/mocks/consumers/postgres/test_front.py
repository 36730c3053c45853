"""The front where no fault acts: messages pass unchanged, whoever sends them, and each point is passed."""

from __future__ import annotations

import os
import socket
import struct
from contextlib import suppress
from random import Random

import psycopg
import pytest

from harness.mocks.consumers.postgres.messages import execute, message, query, text
from tests.mocks.consumers.postgres.conftest import Planning

ROW = "insert into plan values ('2026-11-24', 'north', 'a', 1, 2.5)"
TABLE = "public.plan"


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
