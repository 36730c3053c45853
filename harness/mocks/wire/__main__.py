"""The wire: a TCP proxy in front of the chain's endpoints, where network faults act."""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import struct
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from harness.contract.effects.wire import Connection, Drip, Hang, Reset
from harness.contract.endpoints import MOCK_OF
from harness.contract.plan import Plan
from harness.contract.points import CONNECT, DIAL
from harness.mocks.core.callers import FROM, Callers, asker, asking, tell
from harness.mocks.core.mock import Mock
from harness.mocks.core.order import Armed
from harness.mocks.core.program import run
from harness.mocks.wire import forwarding
from harness.mocks.wire.forwarding import drip, forward, forward_bytes, hang
from harness.mocks.wire.port_states import PortStates, family_of

BACKLOG = 1024
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
    """One connection through the wire, in a task of its own: the client's side, and the endpoint's."""

    def __init__(self, client: socket.socket, endpoint: socket.socket) -> None:
        self.client, self.endpoint = client, endpoint
        self.hung_by: Armed[Connection] | None = None
        self.task = asyncio.current_task()
        for side in (client, endpoint):
            side.setblocking(False)
            side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # a chunk is passed on as it came

    def close(self, *, lost: bool) -> None:
        """End both sides: in order, or with a reset when the connection is ``lost``."""
        for side in (self.client, self.endpoint):
            if lost:
                side.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
            side.close()


class Wire(Mock):
    """The wire: passes bytes through unchanged, with back-pressure and half-closed connections, until a fault acts.

    A hung connection takes all that is sent on either side and passes nothing on. Taking the fault out resets it, and
    lets what only drips flow again.
    """

    component = "wire"
    points = (CONNECT, DIAL)

    def __init__(self, options: argparse.Namespace) -> None:
        super().__init__(options)
        self._routes: list[Route] = options.route
        self._lines: set[Line] = set()
        self._acceptors: list[asyncio.Task[None]] = []
        self._port_states = PortStates(self)

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
            listening = socket.create_server((self.host, route.port), family=family_of(self.host), backlog=BACKLOG)
            listening.setblocking(False)
            port = endpoints[route.endpoint] = listening.getsockname()[1]
            self._acceptors.append(asyncio.create_task(self._accept(route, listening, self.callers(port))))
        return endpoints

    async def reset(self, _: Plan) -> None:
        """Drop what is left of the last night's connections."""
        await self._port_states.close()
        await _dropped(self._lines)

    async def armed(self, order: Armed[Any]) -> None:
        """Serve the state of the port where a fault acts before a connection is there."""
        if order.point is DIAL:
            routes = {route.endpoint: (route.neighbour, self.endpoints[route.endpoint]) for route in self._routes}
            await self._port_states.serve(order, routes)

    async def disarmed(self, order: Armed[Any]) -> None:
        """Drop the connections that the fault has hung or slowed down."""
        await self._port_states.close(order.id)
        kept_back = [line for line in self._lines if line.hung_by is order]
        self.armory.ended.let_go(order, len(kept_back))
        await _dropped(kept_back)

    def state(self) -> dict[str, Any]:
        """How many connections there are."""
        return {"connections": len(self._lines), "hung": sum(line.hung_by is not None for line in self._lines)}

    async def _accept(self, route: Route, listening: socket.socket, callers: Callers) -> None:
        while True:
            try:
                client, peer = await self.loop.sock_accept(listening)
            except OSError as error:  # no descriptors are left
                self.bug(f"accepting for {route.endpoint}", error)
                await asyncio.sleep(1.0)
                continue
            self.loop.create_task(self._taken(route, client, callers.take(peer[1])))

    async def _taken(self, route: Route, client: socket.socket, job: str) -> None:
        asking(job)
        line, lost = Line(client, socket.socket(family_of(route.target_host))), True
        self._lines.add(line)
        try:
            lost = not await self._passed(route, line)
        except* ConnectionError:
            pass  # one side was reset: so is the other one, below
        except* Exception as errors:
            for error in errors.exceptions:
                self.bug(f"connection to {route.endpoint}", error)
        finally:
            self._lines.discard(line)
            line.close(lost=lost)

    async def _passed(self, route: Route, line: Line) -> bool:
        """Carry one connection to its end; False when its endpoint is not there."""
        told = {"endpoint": route.endpoint} | asker()
        self.recorder.record("info", "connect", told)
        where = {"neighbour": route.neighbour} | told
        self.armory.ended.meet(DIAL, **where)  # while an order was armed there, the library asked before it connected
        acting = self.armory.act(CONNECT, lambda order: not forwarding.acts_in_answer(order.effect), **where)
        line.hung_by = next(iter(acting), None)
        if line.hung_by is not None and isinstance(line.hung_by.effect, Hang):
            await hang(line.client)
        try:
            await self.loop.sock_connect(line.endpoint, (route.target_host, route.target_port))
        except OSError as unreached:
            # The kernel's own words: asyncio's name the port, which is another one on every run.
            number = unreached.errno or 0
            text = os.strerror(number) if number > 0 else f"no such host: {route.target_host}"
            self.recorder.record("fail", "connect", told, error=text)
            return False
        tell(self.dir, route.target_port, line.endpoint.getsockname()[1], told.get(FROM, ""))
        now_ns, waiting = time.time_ns(), self.armory.at_point(CONNECT, **where)
        waiting += self.armory.ended.at_point(CONNECT, **where)
        later = (order for order in waiting if order.awake(now_ns) and forwarding.acts_in_answer(order.effect))
        acts = line.hung_by or next(later, None)
        async with asyncio.TaskGroup() as both:
            both.create_task(forward(line.client, line.endpoint))
            both.create_task(self._answer(line, acts, where))
        return True

    async def _answer(self, line: Line, acts: Armed[Connection] | None, where: Mapping[str, str]) -> None:
        """Pass the answer on, as far and as fast as the fault lets it."""
        if acts is not None and isinstance(acts.effect, Drip):
            await drip(line.endpoint, line.client, acts.effect.bytes, acts.effect.every_ns)
            return
        if acts is not None:
            # A connection that never gets so far has not met the fault, and does not use it up.
            following = await forward_bytes(line.endpoint, line.client, forwarding.after_bytes(acts.effect))
            if following and self.armory.act(CONNECT, lambda order: order is acts, **where):
                line.hung_by = acts
                if isinstance(acts.effect, Reset):
                    await self.service_time.quiet()  # a reset drops what has come and is not read yet
                    raise ConnectionResetError
                await hang(line.endpoint)
            await forwarding.write(line.client, following)
        await forward(line.endpoint, line.client)


async def _dropped(lines: Iterable[Line]) -> None:
    """Reset them; when this returns they are gone."""
    tasks = [line.task for line in lines if line.task is not None]
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


if __name__ == "__main__":
    run(Wire)
