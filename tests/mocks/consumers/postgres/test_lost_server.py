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
from tests.stack.waiting import seen_to_end


def servers(stack: LocalStack) -> list[int]:
    found = descendants_of(stack.door.ask("GET", "/health")["pid"])
    return [pid for pid in found if Path(f"/proc/{pid}/comm").read_text().strip() == "postgres"]


@pytest.fixture(scope="module", autouse=True)
def _programs() -> None:
    try:
        find()
    except PostgresUnavailable as why:
        pytest.skip(str(why))


def test_the_next_one_is_waited_for_as_the_first_was() -> None:
    async def one_after_the_other(place: Path) -> None:
        server = Server(place, place / "log")
        for count in 1, 2:
            await server.start()
            assert (place / "log").read_bytes().count(READY) == count
            await server.stop()

    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o711)  # the server may be another user's
        asyncio.run(one_after_the_other(Path(place)))


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
