"""Servers one after the other on one stack: after a night that needs none, and after one that has lost its own."""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
from pathlib import Path

import pytest

from harness.errors import StackError
from harness.mocks.consumers.postgres.programs import find
from harness.mocks.consumers.postgres.server import READY, Server
from harness.mocks.consumers.postgres.unavailable import PostgresUnavailable
from harness.stack.cleanup.processes import descendants_of
from harness.stack.local.stack import LocalStack
from tests.stack.plans import plan, with_postgres
from tests.stack.waiting import name_of, seen_to_end


def servers(stack: LocalStack) -> list[int]:
    found = descendants_of(stack.door.ask("GET", "/health")["pid"])
    return [pid for pid in found if name_of(pid) == "postgres"]


@pytest.fixture(scope="module", autouse=True)
def _programs() -> None:
    try:
        find()
    except PostgresUnavailable as why:
        pytest.skip(str(why))


def test_the_next_one_is_waited_for_as_the_first_was(monkeypatch: pytest.MonkeyPatch) -> None:
    counts: list[int] = []

    async def look(server: Server, _: object) -> None:
        """What comes first when the server is held to be ready."""
        counts.append((server.folder.parent / "log").read_bytes().count(READY))

    async def one_after_the_other(place: Path) -> None:
        server = Server(place, place / "log")
        for _ in range(2):
            await server.start()
            await server.stop()

    monkeypatch.setattr(Server, "_let_shared_memory_go", look)
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o711)  # the server may be another user's
        asyncio.run(one_after_the_other(Path(place)))
    assert counts == [1, 2]


def test_a_night_that_has_lost_it_is_not_judged_and_the_next_one_is() -> None:
    """Somebody has killed it: that is an error of the machine's."""
    with LocalStack() as stack:
        stack.reset(with_postgres(plan()))
        with seen_to_end(servers(stack)):
            os.kill(servers(stack)[0], signal.SIGKILL)
        with pytest.raises(StackError, match="it has ended in the night") as caught:
            stack.settle()
        assert caught.value.where == "the server of PostgreSQL"
        stack.reset(with_postgres(plan()))
        stack.settle()
        assert servers(stack)
