"""The doors of the wire: where the clock's library asks, before a job connects, what a fault has made of the port.

A port on which nobody listens is refused by the kernel, and a lost packet is lost there, so that no program behind the
port could count either or choose one. So a job's process asks first, over the unix socket ``DIR/doors/PORT``, which is
there only while a fault is armed for that port (harness/clock/dialing.c is the other end). Each question passes the
point ``dial`` once. The answer is one line: ``pass``, ``refused``, or ``silence PORT``: a port of the same host that
drops every packet.
"""

from __future__ import annotations

import asyncio
import ctypes
import errno
import os
import socket
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from harness.mocks.armed import Order
from harness.mocks.control import Mock

ANSWERS = ("refused", "silence")
_SO_ATTACH_FILTER = 26
_DROP_ALL = (0x06, 0, 0, 0)
"""Classic BPF, one instruction: return 0 bytes of the packet (BPF_RET | BPF_K, linux/filter.h)."""


def check(effect: Mapping[str, Any]) -> None:
    """Refuse an answer that no door gives."""
    if effect.get("answer") not in ANSWERS:
        raise ValueError(f"dial: found answer={effect.get('answer')!r}, expected one of {', '.join(ANSWERS)}")


class Doors:
    """One door for each port that an order is about."""

    def __init__(self, mock: Mock) -> None:
        self._mock = mock
        self._folder = mock.dir / "doors"
        self._held: dict[int, tuple[asyncio.Server, set[str]]] = {}
        self._silent: socket.socket | None = None

    async def open(self, order: Order, ports: Mapping[str, tuple[str, int]]) -> None:
        """Hold a door for each endpoint that the order concerns; ``ports`` gives each one's neighbour and port."""
        self._folder.mkdir(exist_ok=True)
        for endpoint, (neighbour, port) in ports.items():
            if not order.concerns("dial", {"endpoint": endpoint, "neighbour": neighbour}):
                continue
            if port not in self._held:
                self._held[port] = await self._hold(endpoint, neighbour, port), set()
            self._held[port][1].add(order.id)

    async def close(self, order_id: str | None = None) -> None:
        """Let go of what an order holds, or of everything; a door that nobody holds is taken away."""
        for port, (server, ids) in list(self._held.items()):
            ids.discard(order_id or "")
            if order_id is None or not ids:
                server.close()
                (self._folder / str(port)).unlink(missing_ok=True)
                del self._held[port]

    async def _hold(self, endpoint: str, neighbour: str, port: int) -> asyncio.Server:
        async def asked(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with suppress(ConnectionError):
                writer.write(f"{self._answer(endpoint, neighbour)}\n".encode())
                await writer.drain()
            writer.close()

        path = self._folder / str(port)
        path.unlink(missing_ok=True)
        return await asyncio.start_unix_server(asked, path)

    def _answer(self, endpoint: str, neighbour: str) -> str:
        for effect in self._mock.armory.strike("dial", endpoint=endpoint, neighbour=neighbour):
            refused = effect["answer"] == "refused"
            error = os.strerror(errno.ECONNREFUSED) if refused else "nobody answers"
            self._mock.recorder.record("fail", "connect", {"endpoint": endpoint}, error=error)
            return "refused" if refused else f"silence {self._silent_port()}"
        return "pass"

    def _silent_port(self) -> int:
        """A port of this host that drops whatever comes: a connection to it is never answered."""
        if self._silent is None:
            self._silent = silent_socket(self._mock.host)
        port: int = self._silent.getsockname()[1]
        return port


def family_of(host: str) -> socket.AddressFamily:
    """The protocol of an address; of a name, IPv4."""
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def silent_socket(host: str) -> socket.socket:
    """Listen at a port of the host that drops whatever comes, so that a connection to it is never answered."""
    silent = socket.socket(family_of(host))
    instruction = _Instruction(*_DROP_ALL)
    silent.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, bytes(_Program(1, ctypes.addressof(instruction))))
    silent.bind((host, 0))
    silent.listen(1)
    return silent


class _Instruction(ctypes.Structure):
    """struct sock_filter."""

    _fields_ = (("code", ctypes.c_uint16), ("jt", ctypes.c_uint8), ("jf", ctypes.c_uint8), ("k", ctypes.c_uint32))


class _Program(ctypes.Structure):
    """struct sock_fprog."""

    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))
