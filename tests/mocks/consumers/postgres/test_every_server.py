"""Each PostgreSQL that this machine has: the same consumer on all of them, two of it on one server, in real time."""

from __future__ import annotations

import asyncio
import itertools
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from harness.mocks.consumers.postgres import programs
from harness.mocks.consumers.postgres.account import account
from harness.mocks.consumers.postgres.consumer import Postgres
from harness.mocks.consumers.postgres.front import Front
from harness.mocks.consumers.postgres.gate import Action, Passing, Refuse
from harness.mocks.consumers.postgres.programs import DEBIAN, NEEDED, OLDEST, PACKAGES, Programs
from harness.mocks.consumers.postgres.server import Server

MANY = 1_000_000


def servers() -> Iterator[Programs]:
    found = {}
    for one in programs._places(PACKAGES, DEBIAN, None):
        if all((one.folder / name).is_file() for name in NEEDED):
            found.setdefault(one.folder.resolve(), one)
    for one in found.values():
        told = subprocess.run([one.path("postgres"), "--version"], capture_output=True, text=True, check=False).stdout
        if (version := programs.major_version(told)) >= OLDEST:
            yield pytest.param(one, id=f"{one.origin.strip('/').replace('/', '-')}-{version}")


ALL = list(servers())
FIRST = ALL[:1] or [
    pytest.param(None, marks=pytest.mark.skip("no PostgreSQL here: pip install night-harness[postgres]"))
]


class RefusesOnce:
    def __init__(self) -> None:
        self.refused = False

    async def passes(self, passing: Passing) -> Action:
        if passing.point != "commit" or passing.database != "planning" or self.refused:
            return None
        self.refused = True
        return Refuse("40001", "as the test wants it")


def load(port: int, database: str) -> None:
    at = f"host=127.0.0.1 port={port} user={database}er password=secret dbname={database}"
    with psycopg.connect(at, autocommit=True) as connection:
        for attempt in itertools.count():
            try:
                with connection.transaction():
                    connection.execute("create unlogged table fresh as select 1 as a, 1.10 as b")
                    connection.execute("insert into fresh values (2, 2.5)")
                    connection.execute("alter table fresh rename to plan")
                    connection.execute("update plan set b = 3 where a = 2")
                break
            except psycopg.errors.SerializationFailure:
                assert attempt == 0


async def two_consumers(chosen: Programs, place: Path) -> None:
    server = Server(place, place / "log", chosen)
    await server.start()
    try:
        front = Front(server.socket, RefusesOnce())
        port = await front.listen("127.0.0.1", 0)
        consumers = [Postgres(server, name, f"{name}er", "secret") for name in ("planning", "billing")]
        for one in consumers:
            await one.make()
        for _night in range(2):
            for one in consumers:
                await one.reset("create table kept (a int)")
                await asyncio.to_thread(load, port, one.name)
            for one in consumers:
                held = {table.name: [row async for row in one.rows(table)] for table in await one.tables()}
                assert held == {"kept": [], "plan": [{"a": 1, "b": "1.10"}, {"a": 2, "b": "3"}]}
                (commit,) = await one.commits()
                assert [change.kind for change in commit.changes if change.new] == ["insert", "insert", "update"]
                assert ("define", "plan") in [(change.kind, change.table) for change in commit.changes]
        for one in consumers:
            await one.close()
    finally:
        await server.stop()
    assert not server.folder.exists()
    with pytest.raises(psycopg.OperationalError, match="the database system is not running"):
        await asyncio.to_thread(load, port, "planning")
    await front.close()


def in_a_place(work: Any, *arguments: Any) -> None:
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o711)
        asyncio.run(work(*arguments, Path(place)))


@pytest.mark.parametrize("chosen", FIRST)
def test_two_consumers_on_the_first_server(chosen: Programs) -> None:
    in_a_place(two_consumers, chosen)


@pytest.mark.exhaustive
@pytest.mark.parametrize("chosen", ALL[1:])
def test_two_consumers_on_every_other_server(chosen: Programs) -> None:
    in_a_place(two_consumers, chosen)


async def a_million_rows(chosen: Programs, place: Path) -> None:
    server = Server(place, place / "log", chosen)
    await server.start()
    try:
        consumer = Postgres(server, "planning", "planner", "secret")
        await consumer.make()
        rows = f"select n, md5(n::text) as name, n / 4.0 as price from generate_series(1, {MANY}) n"
        await consumer.reset("create table plan (n int primary key, name text, price numeric)")
        async with consumer._admin() as admin:
            await admin.run(f"insert into public.plan {rows}")
        (table,) = await consumer.tables()
        before = _resident_bytes()
        assert sum([1 async for _ in consumer.rows(table)]) == MANY
        assert sum([1 async for _, change in consumer.changes() if change.kind == "insert"]) == MANY
        assert _resident_bytes() - before < 64 << 20  # 8 MB for the list of ones; the rows themselves would take 400
        await consumer.close()
    finally:
        await server.stop()


@pytest.mark.exhaustive
@pytest.mark.parametrize("chosen", FIRST)
def test_a_million_rows_take_little_memory(chosen: Programs) -> None:
    in_a_place(a_million_rows, chosen)


def _resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_the_user_of_the_server_is_never_root() -> None:
    assert account().uid != 0
