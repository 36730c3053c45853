"""How the wire passes an answer on: all of it, only so many bytes, or a few at a time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from harness.mocks.control import until

CHUNK_BYTES = 256 * 1024
HANGS = ("first_byte", "body")
_EFFECTS = ("hang", "reset", "drip")


def check(effect: Mapping[str, Any]) -> None:
    """Refuse what the wire cannot do to a connection; ValueError names what was found."""
    found = [name for name in _EFFECTS if name in effect]
    if len(found) != 1:
        raise ValueError(f"effect of the wire: found {sorted(effect)}, expected one of {', '.join(_EFFECTS)}")
    if found == ["hang"]:
        _check_hang(effect)
    elif found == ["reset"]:
        if not _is_count(effect["reset"].get("after_bytes"), least=0):
            raise ValueError(f"reset: found {effect['reset']}, expected after_bytes, a number of bytes")
    elif not all(_is_count(effect["drip"].get(name), least=1) for name in ("bytes", "every_ns")):
        raise ValueError(f"drip: found {effect['drip']}, expected bytes and every_ns, both above zero")


def _check_hang(effect: Mapping[str, Any]) -> None:
    if effect["hang"] not in HANGS:
        raise ValueError(f"effect of the wire: found hang={effect['hang']!r}, expected one of {', '.join(HANGS)}")
    if effect["hang"] == "body" and not _is_count(effect.get("after_bytes"), least=0):
        raise ValueError(f"hang=body: found after_bytes={effect.get('after_bytes')!r}, expected a number of bytes")


def _is_count(value: Any, *, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def is_later(effect: Mapping[str, Any]) -> bool:
    """Whether it acts in the middle of an answer, and not when a connection begins."""
    return "reset" in effect or effect.get("hang") == "body"


def after_bytes(effect: Mapping[str, Any]) -> int:
    """After how many bytes of the answer such a one acts."""
    return int(effect["reset"]["after_bytes"] if "reset" in effect else effect["after_bytes"])


async def all_of_it(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass bytes on until one side ends; the end is passed on too, and the other direction goes on."""
    while chunk := await reader.read(CHUNK_BYTES):
        writer.write(chunk)
        await writer.drain()
    _pass_the_end_on(writer)


async def so_many(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, count: int) -> bytes | None:
    """Pass only so many bytes on, and wait for one more; that one, not passed on yet. None when it does not come.

    Of no bytes at all it is the answer's first: whoever acts there acts on a request that was taken.
    """
    left = count
    while left and (chunk := await reader.read(min(left, CHUNK_BYTES))):
        writer.write(chunk)
        await writer.drain()
        left -= len(chunk)
    return (await reader.read(1) or None) if not left else None


async def a_few_at_a_time(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, portion: int, every_ns: int
) -> None:
    """Pass one portion on at once, and each further one so long after the last.

    A portion is counted in bytes, however many pieces they come in, so that nothing depends on the network's moods.
    The rest waits here and in the kernel: the endpoint has handed out more than the client has got.
    """
    left = portion
    while chunk := await reader.read(left):
        writer.write(chunk)
        await writer.drain()
        left -= len(chunk)
        if not left:
            await until(time.time_ns() + every_ns)
            left = portion
    _pass_the_end_on(writer)


async def swallow(reader: asyncio.StreamReader) -> None:
    """Take whatever comes, to the end."""
    while await reader.read(CHUNK_BYTES):
        pass


def _pass_the_end_on(writer: asyncio.StreamWriter) -> None:
    if writer.can_write_eof() and not writer.is_closing():
        with suppress(OSError):  # the other side is gone altogether, which its own reader will say
            writer.write_eof()
