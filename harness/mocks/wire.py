"""The wire: a TCP proxy in front of the chain's endpoints, where network faults act."""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from harness.endpoints import MOCK_OF
from harness.mocks.armed import Order
from harness.mocks.control import Mock, run

CHUNK_BYTES = 256 * 1024
RESET_ON_CLOSE = struct.pack("ii", 1, 0)
HANGS = ("first_byte", "body")


@dataclass(frozen=True)
class Route:
    """An endpoint: the port it is reached at, and who is behind it."""

    endpoint: str
    port: int
    target_host: str
    target_port: int

    @property
    def neighbour(self) -> str:
        """The mock behind it, which may have several endpoints."""
        return MOCK_OF.get(self.endpoint, self.endpoint)

    @classmethod
    def parse(cls, text: str) -> Route:
        """``NAME=LISTENPORT=HOST:PORT``."""
        try:
            endpoint, port, target = text.split("=")
            host, target_port = target.rsplit(":", 1)
            return cls(endpoint, int(port), host, int(target_port))
        except ValueError:
            raise argparse.ArgumentTypeError(f"found {text!r}, expected NAME=LISTENPORT=HOST:PORT") from None


class Line:
    """One connection through the wire: the client's side, and the endpoint's once it is reached."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.hung_by: Order | None = None
        self.released = asyncio.Event()
        self.behind: asyncio.StreamWriter | None = None

    def reset(self) -> None:
        """End it as a network does that lost it: with a reset, on both sides."""
        self.released.set()
        for writer in (self.writer, self.behind):
            if writer is not None:
                raw = writer.get_extra_info("socket")
                if raw is not None and raw.fileno() >= 0:
                    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
                writer.transport.abort()


class Wire(Mock):
    """The wire: passes bytes through unchanged, with back-pressure and half-closed connections, until a fault hangs it.

    A hung connection takes whatever is sent on either side and passes nothing on. Taking the fault out resets it.
    """

    component = "wire"
    points = frozenset({"connect"})

    def __init__(self, options: argparse.Namespace) -> None:
        super().__init__(options)
        self._routes: list[Route] = options.route
        self._lines: set[Line] = set()

    @classmethod
    def options(cls, parser: argparse.ArgumentParser) -> None:
        """One ``--route`` for each endpoint."""
        parser.add_argument(
            "--route",
            action="append",
            default=[],
            type=Route.parse,
            metavar="NAME=LISTENPORT=HOST:PORT",
            help="an endpoint: where to listen (0: any port) and where to connect; repeat for more",
        )

    async def serve(self) -> dict[str, int]:
        """Listen for every route."""
        endpoints = {}
        for route in self._routes:

            async def taken(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, route: Route = route) -> None:
                await self._taken(route, Line(reader, writer))

            server = await asyncio.start_server(taken, self.host, route.port, limit=CHUNK_BYTES, backlog=1024)
            endpoints[route.endpoint] = server.sockets[0].getsockname()[1]
        return endpoints

    async def reset(self, _: dict[str, Any]) -> None:
        """Drop what is left of the last night's connections."""
        for line in list(self._lines):
            line.reset()

    async def disarmed(self, order: Order) -> None:
        """Drop the connections that the fault has hung."""
        for line in list(self._lines):
            if line.hung_by is order:
                line.reset()

    def check(self, order: Order) -> None:
        """The wire can hang, before the first byte or after some."""
        effect = order.effect
        if effect.get("hang") not in HANGS:
            raise ValueError(
                f"effect of the wire: found hang={effect.get('hang')!r}, expected one of {', '.join(HANGS)}"
            )
        if effect["hang"] == "body" and not isinstance(effect.get("after_bytes"), int):
            raise ValueError(f"hang=body: found after_bytes={effect.get('after_bytes')!r}, expected a number of bytes")

    def state(self) -> dict[str, Any]:
        """How many connections there are."""
        return {"connections": len(self._lines), "hung": sum(line.hung_by is not None for line in self._lines)}

    async def _taken(self, route: Route, line: Line) -> None:
        self._lines.add(line)
        try:
            self.recorder.record("info", "connect", {"endpoint": route.endpoint})
            where = {"endpoint": route.endpoint, "neighbour": route.neighbour}
            struck = self.armory.struck("connect", lambda order: not _is_later(order), **where)
            if struck:
                line.hung_by = struck[0]
                await _swallow(line.reader)
                await line.released.wait()
                return
            try:
                back, line.behind = await asyncio.open_connection(
                    route.target_host, route.target_port, limit=CHUNK_BYTES
                )
            except OSError as unreached:
                # The kernel's own words: asyncio's name the port, which is another one on every run.
                number = unreached.errno or 0
                text = os.strerror(number) if number > 0 else f"no such host: {route.target_host}"
                self.recorder.record("fail", "connect", {"endpoint": route.endpoint}, error=text)
                return
            later = next(filter(_is_later, self.armory.awake("connect", **where)), None)
            async with asyncio.TaskGroup() as both:
                both.create_task(_pass_on(line.reader, line.behind))
                both.create_task(self._answer(back, line, later, where))
            line.writer.close()
            line.behind.close()
        except* ConnectionError:
            pass  # one side was reset: so is the other one, below
        except* Exception as errors:
            for error in errors.exceptions:
                self.bug(f"connection to {route.endpoint}", error)
        finally:
            self._lines.discard(line)
            if not line.writer.is_closing():
                line.reset()

    async def _answer(
        self, reader: asyncio.StreamReader, line: Line, later: Order | None, where: dict[str, str]
    ) -> None:
        """Pass the answer on: all of it, or only so many bytes and then silence."""
        # A connection that never gets so far has not met the fault, and does not use it up.
        if (
            later is not None
            and await _so_many(reader, line.writer, later.effect["after_bytes"])
            and self.armory.struck("connect", lambda order: order is later, **where)
        ):
            line.hung_by = later
            # Taking the rest (instead of leaving it to back-pressure) keeps the endpoint's own events independent of
            # how much the kernel happens to buffer.
            await _swallow(reader)
            await line.released.wait()
        else:
            await _pass_on(reader, line.writer)


def _is_later(order: Order) -> bool:
    """Whether it acts in the middle of an answer, and not when a connection begins."""
    return bool(order.effect["hang"] == "body")


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass bytes on until one side ends; the end is passed on too, and the other direction goes on."""
    while chunk := await reader.read(CHUNK_BYTES):
        writer.write(chunk)
        await writer.drain()
    if writer.can_write_eof() and not writer.is_closing():
        with suppress(OSError):  # the other side is gone altogether, which its own reader will say
            writer.write_eof()


async def _so_many(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, count: int) -> bool:
    """Pass so many bytes on; whether that many came."""
    while count and (chunk := await reader.read(min(count, CHUNK_BYTES))):
        writer.write(chunk)
        await writer.drain()
        count -= len(chunk)
    return not count


async def _swallow(reader: asyncio.StreamReader) -> None:
    while await reader.read(CHUNK_BYTES):
        pass


if __name__ == "__main__":
    run(Wire)
