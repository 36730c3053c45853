"""asyncio: eight tasks at once in each client, against one asyncio server."""

from __future__ import annotations

import asyncio
import os
import socket

from counting import LIMIT_S, asked, end_with_parent, report, work

CLIENTS, TASKS = 2, 8


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Work on every line, then send it back."""
    while line := await reader.readline():
        work(100)
        writer.write(line)
    writer.close()


async def serve(listening: socket.socket) -> None:
    """For ever."""
    await (await asyncio.start_server(answer, sock=listening)).serve_forever()


async def task(port: int, calls: int) -> int:
    """Call again and again on one connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    false = 0
    for call in range(calls):
        writer.write(b"%d\n" % call)
        try:
            assert int(await asyncio.wait_for(reader.readline(), LIMIT_S)) == call
        except TimeoutError:
            false += 1
            await reader.readline()
    writer.close()
    return false


async def client(port: int, calls: int) -> int:
    """All tasks of one process."""
    return sum(await asyncio.gather(*(task(port, calls // TASKS) for _ in range(TASKS))))


if __name__ == "__main__":
    calls = -(-asked(CLIENTS) // TASKS) * TASKS
    listening = socket.create_server(("127.0.0.1", 0), backlog=64)
    port = listening.getsockname()[1]
    if os.fork() == 0:
        end_with_parent()
        asyncio.run(serve(listening))
    report([lambda: asyncio.run(client(port, calls))] * CLIENTS, calls)
