"""What an agent said before it closed the connection counts, even if the scheduler was just about to write to it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from harness.mocks.scheduler.running.agent import AgentLost, Launch, LaunchRefused, Process

LAUNCH = Launch(["true"], "/", "/dev/null", "/dev/null", {})


def with_agent(folder: Path, client: Callable[[Process, socket.socket], Awaitable[Any]]) -> Any:
    """What a client comes to with an agent whose end of the connection the test holds."""

    async def meet() -> Any:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(folder / "agent.sock"))
            listener.listen()
            process = await Process.connect(str(folder / "agent.sock"))
            agent, _ = listener.accept()
            with agent:
                return await client(process, agent)

    return asyncio.run(meet())


@pytest.mark.parametrize("said", [b"exited 3 0\n", b""])
def test_a_signal_that_crosses_the_end_of_the_program_does_not_hide_it(tmp_path: Path, said: bytes) -> None:
    async def client(process: Process, agent: socket.socket) -> int | AgentLost:
        ended: asyncio.Future[int | AgentLost] = asyncio.get_running_loop().create_future()
        process.ended = ended.set_result
        agent.send(b"started 4194303\n")
        await process.launch(LAUNCH)
        agent.send(said)
        agent.close()
        process.signal(9)
        return await ended

    told = with_agent(tmp_path, client)
    if said:
        assert told == 3
    else:
        assert str(told) == "the agent is gone: [Errno 32] Broken pipe"


def test_an_agent_that_has_no_process_left_refuses_the_order_and_says_why(tmp_path: Path) -> None:
    async def client(process: Process, agent: socket.socket) -> None:
        agent.send(b"error 11 Resource temporarily unavailable: no process for a keeper\n")
        agent.close()
        await process.launch(LAUNCH)

    with pytest.raises(LaunchRefused, match="no process for a keeper"):
        with_agent(tmp_path, client)
