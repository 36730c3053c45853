"""Two texts compared, and bytes copied, a chunk at a time."""

from __future__ import annotations

import io
from typing import IO

CHUNK_BYTES = 1 << 18

_ANCHOR_BYTES = 64
_WINDOW_BYTES = 1 << 20
"""So far from where a place is expected it is looked for."""


def size_of(file: IO[bytes]) -> int:
    """How many bytes it has."""
    return file.seek(0, io.SEEK_END)


def copy(file: IO[bytes], start: int, end: int, out: IO[bytes]) -> None:
    """Write its bytes from ``start`` to ``end``."""
    file.seek(start)
    while start < end and (chunk := file.read(min(CHUNK_BYTES, end - start))):
        out.write(chunk)
        start += len(chunk)


def common_prefix(one: IO[bytes], other: IO[bytes]) -> int:
    """With how many equal bytes both begin."""
    one.seek(0)
    other.seek(0)
    same = 0
    while (a := one.read(CHUNK_BYTES)) and (b := other.read(CHUNK_BYTES)):
        if a != b:
            return same + _equal_bytes(a, b)
        same += len(a)
    return same


def common_suffix(one: IO[bytes], other: IO[bytes], most: int) -> int:
    """With how many equal bytes both end, ``most`` at most."""
    ends = size_of(one), size_of(other)
    same = 0
    while same < most:
        count = min(CHUNK_BYTES, most - same)
        a, b = (_part(file, end - same - count, count) for file, end in zip((one, other), ends, strict=True))
        if a != b:
            return same + _equal_bytes(a[::-1], b[::-1])
        same += count
    return same


def equal(one: IO[bytes], at: int, other: IO[bytes], other_at: int, count: int) -> bool:
    """Whether so many bytes from two places on are the same."""
    while count > 0:
        some = min(CHUNK_BYTES, count)
        if _part(one, at, some) != _part(other, other_at, some):
            return False
        at, other_at, count = at + some, other_at + some, count - some
    return True


def found_near(was: IO[bytes], place: int, now: IO[bytes], low: int, expected: int, high: int) -> int:
    """Where in ``now`` the place is that was at ``place``: by what was behind it, or before it; else as expected."""
    start = max(low, expected - _WINDOW_BYTES)
    window = _part(now, start, min(high, expected + _WINDOW_BYTES) - start)
    before = max(0, place - _ANCHOR_BYTES)
    for anchor, offset in ((_part(was, place, _ANCHOR_BYTES), 0), (_part(was, before, place - before), place - before)):
        if not anchor:
            continue
        wanted = expected - offset - start
        behind = window.find(anchor, max(0, wanted))
        ahead = window.rfind(anchor, 0, max(0, wanted) + len(anchor) - 1)
        places = [at for at in (behind, ahead) if at >= 0]
        if places:
            return start + offset + min(places, key=lambda at: abs(at - wanted))
    return expected


def _part(file: IO[bytes], start: int, count: int) -> bytes:
    file.seek(start)
    return file.read(count)


def _equal_bytes(one: bytes, other: bytes) -> int:
    """With how many equal bytes both begin, of which one at most begins with all of the other."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[:middle] == other[:middle]:
            low = middle
        else:
            high = middle - 1
    return low
