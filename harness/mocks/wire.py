"""The wire: a TCP proxy in front of the chain's endpoints, where network faults act."""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from harness.endpoints import MOCK_OF
from harness.mocks import doors, passing
from harness.mocks.armed import Order
from harness.mocks.control import Mock, run
from harness.mocks.doors import Doors
from harness.mocks.passing import CHUNK_BYTES, a_few_at_a_time, all_of_it, so_many, swallow

RESET_ON_CLOSE = struct.pack("ii", 1, 0)


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
    """The wire: passes bytes through unchanged, with back-pressure and half-closed connections, until a fault acts.

    A hung connection takes whatever is sent on either side and passes nothing on. Taking the fault out resets it, and
    lets what only drips flow again.
    """

    component = "wire"
    points = frozenset({"connect", "dial"})

    def __init__(self, options: argparse.Namespace) -> None:
        super().__init__(options)
        self._routes: list[Route] = options.route
        self._lines: set[Line] = set()
        self._doors = Doors(self)

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
        await self._doors.close()
        for line in list(self._lines):
            line.reset()

    async def armed(self, order: Order) -> None:
        """Hold a door for what happens before a connection is there."""
        if order.point == "dial":
            routes = {route.endpoint: (route.neighbour, self.endpoints[route.endpoint]) for route in self._routes}
            await self._doors.open(order, routes)

    async def disarmed(self, order: Order) -> None:
        """Drop the connections that the fault has hung or slowed down."""
        await self._doors.close(order.id)
        for line in list(self._lines):
            if line.hung_by is order:
                line.reset()

    def check(self, order: Order) -> None:
        """The wire can refuse a connection, leave it unanswered, hang it, reset it, or let it drip."""
        if order.point == "dial":
            doors.check(order.effect)
        else:
            passing.check(order.effect)

    def state(self) -> dict[str, Any]:
        """How many connections there are."""
        return {"connections": len(self._lines), "hung": sum(line.hung_by is not None for line in self._lines)}

    async def _taken(self, route: Route, line: Line) -> None:
        self._lines.add(line)
        try:
            self.recorder.record("info", "connect", {"endpoint": route.endpoint})
            where = {"endpoint": route.endpoint, "neighbour": route.neighbour}
            struck = self.armory.struck("connect", lambda order: not passing.is_later(order.effect), **where)
            if struck:
                line.hung_by = struck[0]
            if struck and "hang" in struck[0].effect:
                await swallow(line.reader)
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
            later = (order for order in self.armory.awake("connect", **where) if passing.is_later(order.effect))
            acts = line.hung_by or next(later, None)
            async with asyncio.TaskGroup() as both:
                both.create_task(all_of_it(line.reader, line.behind))
                both.create_task(self._answer(back, line, acts, where))
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
        self, reader: asyncio.StreamReader, line: Line, acts: Order | None, where: Mapping[str, str]
    ) -> None:
        """Pass the answer on, as far and as fast as the fault lets it."""
        if acts is not None and "drip" in acts.effect:
            await a_few_at_a_time(reader, line.writer, acts.effect["drip"]["bytes"], acts.effect["drip"]["every_ns"])
            return
        if acts is not None:
            # A connection that never gets so far has not met the fault, and does not use it up.
            following = await so_many(reader, line.writer, passing.after_bytes(acts.effect))
            if following and self.armory.struck("connect", lambda order: order is acts, **where):
                line.hung_by = acts
                if "reset" in acts.effect:
                    line.reset()
                    return
                # Taking the rest (instead of leaving it to back-pressure) keeps the endpoint's own events independent
                # of how much the kernel happens to buffer.
                await swallow(reader)
                await line.released.wait()
            line.writer.write(following or b"")
        await all_of_it(reader, line.writer)


if __name__ == "__main__":
    run(Wire)
