"""The states of the wire's ports: before a job connects, the clock's library asks what a fault has made of the port.

The kernel refuses a connection to a port without a listener, and a lost packet is lost in the kernel, so that no
program behind the port could count either or choose one. So a job's process asks first, over the unix socket
``DIR/ports/PORT``, which is there only while a fault is armed for that port, and says in a line who it is. The other
end of it is harness/clock/preload/sockets/port_states.c. Each question passes the point ``dial`` once. The answer is
one line: ``pass``, ``refused``, or ``silence PORT``: a port of the same host that never answers.
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
from collections.abc import Mapping
from contextlib import suppress

from harness.contract.effects.wire import Dial
from harness.contract.points import DIAL
from harness.mocks.core.callers import asker, asking
from harness.mocks.core.mock import Mock
from harness.mocks.core.order import Armed


class PortStates:
    """A unix socket that tells the state, for each port that an order is about."""

    def __init__(self, mock: Mock) -> None:
        self._mock = mock
        self._folder = mock.dir / "ports"
        self._sockets: dict[int, tuple[asyncio.Server, set[str]]] = {}
        self._silent: SilentPort | None = None

    async def serve(self, order: Armed[Dial], ports: Mapping[str, tuple[str, int]]) -> None:
        """Have a socket for each endpoint that the order concerns; ``ports`` gives each one's neighbour and port."""
        self._folder.mkdir(exist_ok=True)
        for endpoint, (neighbour, port) in ports.items():
            if not order.concerns(DIAL, {**order.order.where, "endpoint": endpoint, "neighbour": neighbour}):
                continue
            if port not in self._sockets:
                self._sockets[port] = await self._start(endpoint, neighbour, port), set()
            self._sockets[port][1].add(order.id)

    async def close(self, order_id: str | None = None) -> None:
        """End what an order is served with, or everything; a socket that no order needs any more is removed."""
        for port, (server, ids) in list(self._sockets.items()):
            ids.discard(order_id or "")
            if order_id is None or not ids:
                server.close()
                (self._folder / str(port)).unlink(missing_ok=True)
                del self._sockets[port]
        if self._silent and order_id is None:  # and not before: a client that was sent there may still wait
            self._silent.close()
            self._silent = None

    async def _start(self, endpoint: str, neighbour: str, port: int) -> asyncio.Server:
        async def asked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with suppress(ConnectionError):
                job = (await reader.readline()).decode(errors="replace").rstrip("\n")
                asking(job if job in self._mock.jobs else "")
                writer.write(f"{self._answer(endpoint, neighbour)}\n".encode())
                await writer.drain()
            writer.close()

        path = self._folder / str(port)
        path.unlink(missing_ok=True)
        server = await asyncio.start_unix_server(asked, path)
        path.chmod(0o666)  # a job's program may be another user's
        return server

    def _answer(self, endpoint: str, neighbour: str) -> str:
        for order in self._mock.armory.act(DIAL, endpoint=endpoint, neighbour=neighbour, **asker()):
            refused = order.effect.answer == "refused"
            error = os.strerror(errno.ECONNREFUSED) if refused else "nobody answers"
            self._mock.recorder.record("fail", "connect", {"endpoint": endpoint} | asker(), error=error)
            return "refused" if refused else f"silence {self._silent_port()}"
        return "pass"

    def _silent_port(self) -> int:
        """The number of a port of this host to which no connection is ever answered."""
        if self._silent is None:
            self._silent = SilentPort(self._mock.host)
        return self._silent.number


def family_of(host: str) -> socket.AddressFamily:
    """The protocol of an address; of a name, IPv4."""
    return socket.AF_INET6 if ":" in host else socket.AF_INET


class SilentPort:
    """A port of the host to which no connection is ever answered.

    Its queue of connections that wait to be accepted is full, with one of our own, and then Linux drops whatever asks
    for another one (tcp(7), listen(2)). A filter that drops packets would do the same, and need privileges.
    """

    def __init__(self, host: str) -> None:
        family = family_of(host)
        here = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - to connect to
        self._listening, self._first = socket.socket(family), socket.socket(family)
        self._listening.bind((host, 0))
        self._listening.listen(0)
        self.number: int = self._listening.getsockname()[1]
        self._first.connect((here, self.number))

    def close(self) -> None:
        """Free the port."""
        self._first.close()
        self._listening.close()
