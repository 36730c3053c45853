"""How the wire passes an answer on: all of it, only so many bytes, or a few at a time.

Sockets are read into one buffer and written from it, without the streams of asyncio, which copy every byte twice more.
What is not written yet is not read yet either, so that a client that stops stops the endpoint.
"""

from __future__ import annotations

import asyncio
import mmap
import socket
import time
from contextlib import suppress
from typing import NoReturn

from harness.contract.effects.wire import Connection, Drip, Hang, Reset
from harness.mocks.core.until import until

CHUNK_BYTES = 1024 * 1024


def acts_in_answer(effect: Connection) -> bool:
    """Whether it acts in the middle of an answer, and not when a connection begins."""
    return isinstance(effect, Reset) or (isinstance(effect, Hang) and effect.hang == "body")


def after_bytes(effect: Connection) -> int:
    """After how many bytes of the answer such a one acts."""
    return 0 if isinstance(effect, Drip) else effect.after_bytes or 0


async def forward(source: socket.socket, target: socket.socket) -> None:
    """Pass bytes on until one side ends; the end is passed on too, and the other direction goes on."""
    buffer = _buffer()
    while count := await _read(source, buffer):
        await write(target, buffer[:count])
    _pass_the_end_on(target)


async def forward_bytes(source: socket.socket, target: socket.socket, count: int) -> bytes:
    """Pass only so many bytes on, and wait for one more; that one, not passed on yet. Empty when it does not come.

    With a count of zero it is the answer's first byte: a fault that acts there acts on a request that was taken.
    """
    buffer, left = _buffer(), count
    while left and (taken := await _read(source, buffer[:left])):
        await write(target, buffer[:taken])
        left -= taken
    return b"" if left else bytes(buffer[: await _read(source, buffer[:1])])


async def drip(source: socket.socket, target: socket.socket, portion: int, every_ns: int) -> None:
    """Pass one portion on at once, and each further one so long after the last.

    A portion is counted in bytes, in however many pieces they come, so that nothing depends on how the network cuts.
    The rest waits in the kernel: the endpoint has handed out more than the client has got.
    """
    buffer, left = _buffer(), portion
    while taken := await _read(source, buffer[:left]):
        await write(target, buffer[:taken])
        left -= taken
        if not left:
            await until(time.time_ns() + every_ns)
            left = portion
    _pass_the_end_on(target)


async def hang(source: socket.socket) -> NoReturn:
    """Take whatever comes, pass nothing on, and stay when it ends: until this task is cancelled.

    Taking it (instead of leaving it to back-pressure) keeps the sender's own events independent of how much the kernel
    happens to buffer.
    """
    buffer = _buffer()
    while await _read(source, buffer):
        pass
    await asyncio.get_running_loop().create_future()
    raise AssertionError("nobody ends this wait")


async def write(target: socket.socket, content: memoryview | bytes) -> None:
    """Hand all of it to the kernel, which may take as long as the other side likes."""
    await asyncio.get_running_loop().sock_sendall(target, content)
    await asyncio.sleep(0)  # a fast pair never lets either call wait, and the other connections have their turn too


async def _read(source: socket.socket, buffer: memoryview) -> int:
    """The next bytes into the buffer, as many as there are and fit; 0 at the end."""
    return await asyncio.get_running_loop().sock_recv_into(source, buffer)


def _buffer() -> memoryview:
    # Fresh pages take no room until they are written to, so a short answer costs no more than its size. The allocator
    # would give the memory of an earlier connection, and write zeros over all of it.
    return memoryview(mmap.mmap(-1, CHUNK_BYTES, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS))


def _pass_the_end_on(target: socket.socket) -> None:
    with suppress(OSError):  # the other side is gone altogether, which its own reader will say
        target.shutdown(socket.SHUT_WR)
