"""However a stack with a PostgreSQL ends, no process, no folder and no shared memory of it is left."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.clock.library import unusable_because
from harness.mocks.consumers.postgres.programs import find
from harness.mocks.consumers.postgres.unavailable import PostgresUnavailable
from harness.stack.cleanup import directories
from harness.stack.cleanup.processes import descendants_of
from tests.stack.waiting import is_gone_soon, name_of, seen_to_end

TOP = Path(__file__).parents[4]


@pytest.fixture(scope="module", autouse=True)
def _programs() -> None:
    try:
        find()
    except PostgresUnavailable as why:
        pytest.skip(str(why))


class Owned:
    """A stack that another process owns, in the middle of its night."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.mocks.consumers.postgres.in_a_stack"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=TOP)
        assert self.process.stdout is not None
        self.told: dict[str, Any] = json.loads(self.process.stdout.readline())
        self.directories = [Path(one) for one in self.told["directories"]]

    def named(self, name: str) -> list[int]:
        """Its processes that are called so."""
        return [pid for pid in self.told["members"] if name_of(pid) == name]

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            assert stream is not None
            stream.close()


@pytest.fixture
def owned() -> Iterator[Owned]:
    if (why := unusable_because()) is not None:
        pytest.skip(why)
    one = Owned()
    try:
        yield one
    finally:
        one.close()


def test_a_night_with_it_ends_in_good_order(owned: Owned) -> None:
    assert len(owned.named("postgres")) >= 4
    assert [row["sku"] for row in owned.told["rows"]] == ["a"]  # and not what is not committed
    with seen_to_end(owned.told["members"]):
        owned.process.communicate("\n")
    assert all(map(is_gone_soon, owned.directories))


def test_the_owner_is_killed(owned: Owned) -> None:
    with seen_to_end(owned.told["members"]):
        owned.process.kill()
    assert all(map(is_gone_soon, owned.directories))


@pytest.mark.exhaustive
def test_the_mock_is_killed(owned: Owned) -> None:
    (mock,) = [pid for pid in owned.told["members"] if owned.named("postgres")[0] in descendants_of(pid)][-1:]
    with seen_to_end(owned.named("postgres")):
        os.kill(mock, signal.SIGKILL)
    with seen_to_end(owned.told["members"]):
        owned.process.communicate("\n")
    assert all(map(is_gone_soon, owned.directories))


@pytest.mark.exhaustive
def test_owner_and_supervisor_are_killed_together(owned: Owned) -> None:
    with seen_to_end(owned.told["members"]):
        os.kill(owned.told["supervisor"], signal.SIGKILL)
        owned.process.kill()
    owned.process.wait()
    directories.sweep()
    assert all(map(is_gone_soon, owned.directories))


BARE = """
import asyncio, sys
from pathlib import Path
from harness.mocks.consumers.postgres.server import Server

async def main():
    place = Path(sys.argv[1])
    server = Server(place, place / "log")
    await server.start()
    print(server.pid, (server.data / "postmaster.pid").read_text().splitlines()[6].split()[1], flush=True)
    if sys.stdin.readline():
        await server.stop()

asyncio.run(main())
"""


@pytest.mark.parametrize("killed", [True, False])
def test_outside_of_a_stack_its_shared_memory_goes_too(killed: bool) -> None:
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o711)
        with subprocess.Popen(
            [sys.executable, "-c", BARE, place], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=TOP
        ) as owner:
            assert owner.stdout is not None
            pid, segment = map(int, owner.stdout.readline().split())
            assert segment in _segments()
            with seen_to_end([pid, *descendants_of(pid)]):
                if killed:
                    owner.kill()
                else:
                    owner.communicate("\n")
        assert segment not in _segments()
        assert (Path(place) / "pg").exists() is killed  # the sweep takes it with the stack's directory


def _segments() -> set[int]:
    """The segments of shared memory of this IPC namespace."""
    lines = Path("/proc/sysvipc/shm").read_text().splitlines()[1:]
    return {int(line.split()[1]) for line in lines}
