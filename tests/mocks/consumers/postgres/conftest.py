"""A PostgreSQL in virtual time, and its clients: in the test itself while time stands still, or as jobs."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import psycopg
import pytest

from harness.mocks.consumers.postgres.programs import find
from harness.mocks.consumers.postgres.unavailable import PostgresUnavailable
from harness.stack.cleanup.directories import clock_directory, remove_clock_directory
from tests.calibration import patience_s
from tests.mocks.conftest import NightOfMocks, Played

SCHEMA = """
create table plan (
    business_date date, site text, sku text, quantity int not null, price numeric(12,4),
    primary key (business_date, site, sku)
);
create table staging (like plan);
"""
PASSWORD = "it's \\ secret"


class Planning:
    """A consumer whose database is `planning`, and the night that it is in."""

    def __init__(self, night: NightOfMocks) -> None:
        self.night = night
        self.played: Played
        self.begin()

    def begin(self, schema: str = SCHEMA) -> None:
        """A night with this schema."""
        (self.night.dir / "schema.sql").write_text(schema)
        self.night.begin()
        self.played = self.night.start("consumers", program="tests.mocks.consumers.postgres.playing")

    @property
    def port(self) -> int:
        return self.played.endpoints["postgres"]

    @property
    def environment(self) -> dict[str, str]:
        """What libpq's clients take from it."""
        at = {"PGHOST": "127.0.0.1", "PGPORT": str(self.port), "PGUSER": "planner", "PGPASSWORD": PASSWORD}
        return at | {"PGDATABASE": "planning"}

    def connect(self, **more: Any) -> psycopg.Connection[Any]:
        """A client in the test's own process."""
        at = {"host": "127.0.0.1", "port": self.port, "user": "planner", "password": PASSWORD, "dbname": "planning"}
        return psycopg.connect(**(at | more))

    def does(self, *actions: dict[str, Any]) -> None:
        """Tell the gate what to do."""
        self.played.done("POST", "do", {"actions": list(actions)})

    def tells(self) -> dict[str, Any]:
        """What it holds, what was committed, what has passed."""
        self.played.done("POST", "tell")
        told: dict[str, Any] = json.loads((self.night.dir / "told.json").read_text())
        return told

    def rows(self, table: str = "public.plan") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.tells()["tables"][table]
        return found

    def passed(self, *points: str) -> list[tuple[str, str]]:
        """Point and verb of what has passed."""
        return [(one["point"], one["verb"]) for one in self.tells()["passed"] if not points or one["point"] in points]

    def job(self, code: str, *arguments: str) -> tuple[int, str]:
        """A job of the night in Python, run to its end: its exit code, and all that it printed."""
        return self.runs(sys.executable, "-c", textwrap.dedent(code), *arguments)

    def runs(self, *command: str) -> tuple[int, str]:
        """The same of any command."""
        (ended,) = self.run_side_by_side(command)
        return ended

    def run_side_by_side(self, *commands: Sequence[str]) -> list[tuple[int, str]]:
        """Several, until the last has ended; a server never does."""
        processes = [self.night.job(*one, env=self.environment, stderr=subprocess.STDOUT) for one in commands]
        with ThreadPoolExecutor(len(processes) + 1) as pool:
            printing = [pool.submit(one.communicate) for one in processes]
            pool.submit(lambda: (wait(printing), self.night.page.stop("they have ended")))
            self.stop = self.night.settle()
            return [
                (one.wait(patience_s()), told.result()[0].decode())
                for one, told in zip(processes, printing, strict=True)
            ]


@pytest.fixture(scope="package")
def stack() -> Iterator[Planning]:
    try:
        find()
    except PostgresUnavailable as why:
        pytest.skip(str(why))
    folder = clock_directory()  # where root makes what other users reach
    for name in ("control", "history", "logs"):
        (folder / name).mkdir()
    night = NightOfMocks(folder)
    try:
        yield Planning(night)
    finally:
        if night.played:
            night.played["consumers"].done("POST", "stop")
        night.close()
        remove_clock_directory(Path(folder))


@pytest.fixture
def planning(stack: Planning) -> Iterator[Planning]:
    stack.begin()
    yield stack
    stack.night.end()
    bugs = stack.night.history().of("bug")
    assert not bugs, "\n".join(str(bug.error) for bug in bugs)
