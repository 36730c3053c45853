"""Starts of the server that do not come to their end: what sleeps in them, what is stuck, what is cut off midway."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import pytest

from harness.clock.library import preload_environment, unusable_because
from harness.clock.page import ClockPage
from harness.contract.effects.consumers import FailOver
from harness.mocks.consumers.postgres import failing_over
from harness.mocks.consumers.postgres.failing_over import FailingOver
from harness.mocks.consumers.postgres.programs import Programs
from harness.mocks.consumers.postgres.server import READY, Server
from harness.mocks.consumers.postgres.unavailable import PostgresUnavailable
from harness.stack.cleanup.directories import clock_directory, remove_clock_directory
from tests.calibration import patience_s
from tests.clock.virtual_night import AT_NS

TOP = Path(__file__).parents[4]


@pytest.fixture
def place() -> Iterator[Path]:
    """Where the server's user gets to."""
    folder = clock_directory()
    yield folder
    remove_clock_directory(folder)


SLEEPS = """
import asyncio, sys
from pathlib import Path
from harness.mocks.consumers.postgres.account import account
code, _ = asyncio.run(account().run("/bin/sleep", "0.001", cwd=Path("/")))
sys.exit(code)
"""


def test_what_sleeps_for_a_moment_in_a_start_goes_on_while_time_stands_still(place: Path) -> None:
    """PostgreSQL does, for a process of its own that is not as far, or that has lost its CPU with a lock."""
    if (why := unusable_because()) is not None:
        pytest.skip(why)
    page = ClockPage.create(place / "page", at_ns=AT_NS)
    try:
        night = {"PATH": os.environ["PATH"], "PYTHONPATH": str(TOP)} | preload_environment(place / "page", "consumers")
        ended = subprocess.run([sys.executable, "-c", SLEEPS], env=night, timeout=patience_s(), check=False)
    finally:
        page.close()
    assert ended.returncode == 0


INITDB = """#!/bin/sh
mkdir "$2"
"""
POSTGRES = """#!/bin/sh
[ "$1" = --version ] && echo "postgres (PostgreSQL) 18.0" && exit
touch "$2/postmaster.pid"
cat "${0%/*}/says" >&2
exec sleep 1000000
"""
STUCK = b"it waits for something\n"


class Starting:
    """A server whose programs say what the test wants, and then do nothing."""

    def __init__(self, place: Path) -> None:
        self._programs = place / "bin"
        self._log = place / "log"
        self._programs.mkdir()
        for name, text in (("initdb", INITDB), ("postgres", POSTGRES)):
            (self._programs / name).write_text(text)
            (self._programs / name).chmod(0o755)
        self.server = Server(place, self._log, Programs(self._programs, "the test"))

    def says(self, what: bytes) -> None:
        """What the next start says."""
        (self._programs / "says").write_bytes(what)

    async def is_stuck(self) -> int:
        """The process of a start that has come that far."""
        deadline = time.monotonic() + patience_s()
        while not self._log.exists() or STUCK not in self._log.read_bytes():
            assert time.monotonic() < deadline
            await asyncio.sleep(0)
        return self.server.pid


@pytest.fixture
def starting(place: Path) -> Starting:
    return Starting(place)


def is_gone(pid: int) -> bool:
    """Whether there is no such process, not even one that has ended."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_one_that_never_was_ready_is_not_there_and_the_next_start_ends_it(starting: Starting) -> None:
    async def start_twice() -> None:
        server = starting.server
        starting.says(STUCK)
        first = asyncio.create_task(server.start())
        stuck = await starting.is_stuck()
        assert not server.running
        starting.says(READY)
        await server.start()
        assert server.running
        assert is_gone(stuck)
        with pytest.raises(PostgresUnavailable, match=STUCK.decode().strip()):
            await first
        await server.stop()

    asyncio.run(start_twice())


def test_a_start_that_is_given_up_leaves_a_server_that_can_be_ended(starting: Starting) -> None:
    async def give_up() -> None:
        starting.says(STUCK)
        start = asyncio.create_task(starting.server.start())
        stuck = await starting.is_stuck()
        start.cancel()
        await asyncio.gather(start, return_exceptions=True)
        ending = asyncio.create_task(starting.server.kill())
        await asyncio.sleep(0)
        ending.cancel()  # whose end is given up as well
        await asyncio.gather(ending, return_exceptions=True)
        await starting.server.kill()
        assert is_gone(stuck)

    asyncio.run(give_up())


class NoSql:
    """A connection to a server that does as it is told."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Nothing is open."""

    async def run(self, _: str) -> list[tuple[str]]:
        return [("",)]


@pytest.fixture
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(failing_over, "AFTER_NS", 0)
    monkeypatch.setattr(FailingOver, "_admin", lambda _: NoSql())


async def cut() -> None:
    """Nobody is connected."""


@pytest.mark.usefixtures("_at_once")
@pytest.mark.parametrize("where", ["in the start of its standby", "before its users know the standby"])
def test_a_failover_that_is_forgotten_midway_leaves_no_server(starting: Starting, where: str) -> None:
    async def fail_over() -> None:
        reached, server = asyncio.Event(), starting.server

        async def back() -> None:
            reached.set()
            await asyncio.Event().wait()

        starting.says(READY)
        await server.start()
        failing = FailingOver(server, cut, back)
        await failing.prepare()
        starting.says(STUCK if "start" in where else READY)
        failing.begin(FailOver(loses_ns=1, away_ns=1))
        await (starting.is_stuck() if "start" in where else reached.wait())
        standby = server.pid
        await failing.forget()
        assert not server.running
        assert not failing.away
        assert is_gone(standby)
        starting.says(READY)
        await server.start()
        assert server.running
        await server.stop()

    asyncio.run(fail_over())


@pytest.mark.usefixtures("_at_once")
def test_one_that_is_over_leaves_its_standby(starting: Starting) -> None:
    async def fail_over() -> None:
        server = starting.server
        starting.says(READY)
        await server.start()
        failing = FailingOver(server, cut, cut)
        await failing.prepare()
        failing.begin(FailOver(loses_ns=1, away_ns=1))
        await failing.over()
        standby = server.pid
        await failing.forget()
        assert server.running
        assert server.pid == standby
        await server.stop()

    asyncio.run(fail_over())
