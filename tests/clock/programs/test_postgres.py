"""PostgreSQL across virtual hours: its client, its server outside of the clock, and its server inside.

A server since 14 wakes its processes by SIGURG, the clock's own signal, and takes it from a signalfd. The clock's
waits may swallow one, but each ends by it, and the server then looks at the latch itself.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.calibration import patience_s
from tests.clock.needed import missing, needs
from tests.clock.virtual_night import Night

pytestmark = pytest.mark.exhaustive

PROGRAMS = Path("/usr/lib/postgresql")


class Database:
    """A database of its own, in a new folder, and the server that runs it: never as root, which it refuses."""

    def __init__(self, folder: Path) -> None:
        versions = sorted(PROGRAMS.glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
        if not versions:
            missing("there is no PostgreSQL server here: apt install postgresql")
        self.folder, self.programs = folder, versions[-1].parent
        self.user = "postgres" if os.geteuid() == 0 else None
        if self.user:
            shutil.chown(folder, self.user)
        initdb = self._start("initdb", "-D", "data", "-A", "trust", "-U", "postgres", "--no-sync", "--no-locale")
        assert initdb.wait() == 0, self.log()
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]

    def start(self, environment: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        """Start its server, and wait until it takes connections: in real time, for it works until then."""
        server = self._start("postgres", "-D", "data", "-F", "-k", "", "-p", str(self.port), environment=environment)
        while subprocess.run(
            [str(self.programs / "pg_isready"), "-q", "-p", str(self.port), "-h", "127.0.0.1"]
        ).returncode:
            assert server.poll() is None, self.log()
        return server

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def psql(self, *arguments: str) -> list[str]:
        """The command of a client that asks for nothing."""
        return psql(self.port, *arguments)

    def _start(
        self, program: str, *arguments: str, environment: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        command = [str(self.programs / program), *arguments]
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(command, env=environment, user=self.user, cwd=self.folder, stdout=log, stderr=log)


@pytest.fixture
def database() -> Iterator[Database]:
    with tempfile.TemporaryDirectory(prefix="database") as folder:  # not below a folder that is root's alone
        yield Database(Path(folder))


@pytest.fixture
def server_outside(night: Night, database: Database) -> Iterator[None]:
    """Its server runs outside of the clock, and the controller knows it."""
    server = database.start()
    night.controller.regard_as_server(server.pid)
    yield
    server.send_signal(signal.SIGQUIT)
    server.wait(patience_s())


@pytest.fixture
def server_inside(night: Night, database: Database) -> Iterator[None]:
    """Its server runs in virtual time."""
    night.path.parent.chmod(0o755)
    library = database.folder / "library.so"  # the one that is built may lie where the server's user may not look
    shutil.copy(night.environment()["LD_PRELOAD"], library)
    server = database.start(night.environment("database", {"LD_PRELOAD": str(library)}))
    yield
    server.send_signal(signal.SIGQUIT)
    night.go(hours=0.1)
    server.wait(patience_s())


def psql(port: int, *arguments: str) -> list[str]:
    needs("psql")
    return ["psql", "-X", "-A", "-t", "-q", "-h", "127.0.0.1", "-p", str(port), "-U", "postgres", *arguments]


def ask(night: Night, database: Database, *statements: str) -> list[list[str]]:
    """What clients side by side are answered, within two hours; complaints too."""
    clients = [night.start(*database.psql("-c", statement)) for statement in statements]
    night.go(hours=2)
    return [
        [line for text in client.communicate(timeout=patience_s()) for line in text.splitlines()] for client in clients
    ]


def test_psql_gives_up_on_a_silent_server_after_its_connect_timeout(night: Night, silent_port: int) -> None:
    ended = night.run(*psql(silent_port, "-c", "select 1"), more={"PGCONNECT_TIMEOUT": "600"})
    assert "timeout expired" in ended.err
    assert ended.code == 2
    assert 600 <= ended.virtual_s < 600.1


@pytest.mark.usefixtures("server_outside")
def test_psql_watches_a_server_that_is_outside_of_the_clock(night: Night, database: Database) -> None:
    watch = f"echo 'select 7 \\watch 600' | timeout 3500 {shlex.join(database.psql())}"
    ended = night.run("bash", "-c", watch)
    assert ended.out.split().count("7") == 6, ended.err
    assert 3500 <= ended.virtual_s < 3501


@pytest.mark.usefixtures("server_inside")
def test_a_server_inside_sleeps_a_virtual_hour_and_tells_the_time(night: Night, database: Database) -> None:
    took = "select extract(epoch from clock_timestamp() - now()) from (select pg_sleep(3600)) as slept"
    (slept,), (today,) = ask(night, database, took, "select current_date")
    assert 3600 <= float(slept) < 3600.1
    assert today == "2026-11-24"


@pytest.mark.usefixtures("server_inside")
def test_the_limits_of_a_server_inside_are_virtual(night: Night, database: Database) -> None:
    (said,) = ask(night, database, "set statement_timeout = '10min'; select pg_sleep(3600)")
    assert "canceling statement due to statement timeout" in said[0]


@pytest.mark.usefixtures("server_inside")
def test_processes_of_a_server_inside_wake_each_other(night: Night, database: Database) -> None:
    """One holds a lock for ten minutes; of those that come for it, one waits long enough."""
    holder = "select pg_advisory_xact_lock(1), pg_sleep(600)"
    comes = "select pg_sleep(1); set lock_timeout = '{}s'; select pg_advisory_xact_lock(1); select 'had it'"
    _, impatient, patient = ask(night, database, holder, comes.format(300), comes.format(3000))
    assert "canceling statement due to lock timeout" in "".join(impatient)
    assert patient[-1] == "had it"
