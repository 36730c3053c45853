"""Programs that an agent starts in the place of the mock: their ends and their words, as if they were its own."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.contract.servers import POSTGRES_AGENT, agent_socket, program_file
from harness.mocks.consumers.postgres.contained import Contained, contained_in
from harness.mocks.consumers.postgres.unavailable import PostgresUnavailable
from harness.stack.agent import COMPILED
from tests.stack.waiting import seen_to_end

HERE = Path("/")


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """It runs, and answers."""
    if not COMPILED.exists():
        pytest.skip("the agent of containers was not compiled here")
    (tmp_path / "control").mkdir()
    socket = agent_socket(tmp_path, POSTGRES_AGENT)
    with subprocess.Popen([COMPILED, socket]) as process:
        while not socket.is_socket():
            os.sched_yield()
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture
def contained(agent: subprocess.Popen[bytes], tmp_path: Path) -> Contained:
    found = contained_in(tmp_path)
    assert found is not None
    return found


def test_a_stack_that_has_no_such_agent_has_no_container(tmp_path: Path) -> None:
    assert contained_in(tmp_path) is None


def test_its_code_and_all_that_it_printed(contained: Contained, tmp_path: Path) -> None:
    said = asyncio.run(contained.run("/bin/sh", "-c", "echo one; echo other >&2; exit 3", cwd=HERE))
    assert said == (3, "one\nother")
    assert [path.suffix for path in (tmp_path / "control").iterdir()] == [".sock"]


def test_the_signal_that_ended_it(contained: Contained) -> None:
    assert asyncio.run(contained.run("/bin/sh", "-c", "kill -15 $$", cwd=HERE)) == (-15, "")


def test_what_it_says_is_heard_while_it_runs(contained: Contained) -> None:
    async def hear() -> tuple[bytes, int]:
        process = await contained.start("/bin/sh", "-c", "echo ready; exec sleep 600", cwd=HERE)
        said = await process.stderr.readline()
        assert process.returncode is None
        os.kill(process.pid, signal.SIGTERM)
        return said, await process.wait()

    assert asyncio.run(hear()) == (b"ready\n", -15)


def test_it_ends_with_its_agent(contained: Contained, agent: subprocess.Popen[bytes]) -> None:
    async def end() -> int:
        process = await contained.start("/bin/sleep", "600", cwd=HERE)
        with seen_to_end([process.pid]):
            agent.kill()
        return await process.wait()

    assert asyncio.run(end()) == -9


@pytest.mark.parametrize(("command", "says"), [("/no/such", "No such file"), ("/etc/passwd", "Permission denied")])
def test_one_that_cannot_be_started(contained: Contained, command: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(PostgresUnavailable, match=f"{command} in the container of PostgreSQL: found .*{says}"):
        asyncio.run(contained.run(command, cwd=HERE))
    assert [path.suffix for path in (tmp_path / "control").iterdir()] == [".sock"]


def test_an_agent_that_has_gone(contained: Contained, agent: subprocess.Popen[bytes]) -> None:
    agent.kill()
    agent.wait()
    with pytest.raises(PostgresUnavailable, match="its agent does not answer"):
        asyncio.run(contained.run("/bin/true", cwd=HERE))


def test_where_the_image_has_its_programs(contained: Contained, tmp_path: Path) -> None:
    told = program_file(agent_socket(tmp_path, POSTGRES_AGENT))
    told.write_text("/usr/lib/postgresql/18/bin/postgres\n")
    assert contained.programs().path("initdb") == "/usr/lib/postgresql/18/bin/initdb"
    told.write_text("")
    with pytest.raises(PostgresUnavailable, match="no postgres on the PATH that the image sets"):
        contained.programs()
