"""Futexes by number, as Rust waits on them, in memory that processes share."""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
import platform
import time

from counting import LIMIT_S, asked, end_with_parent, report, work

PAIRS = 3
FUTEX = {"x86_64": 202, "aarch64": 98}[platform.machine()]
WAIT, WAKE, WAIT_BITSET, EVERY = 0, 1, 9, 0xFFFFFFFF


class Span(ctypes.Structure):
    """`struct timespec`."""

    _fields_ = [("tv_sec", ctypes.c_long), ("tv_nsec", ctypes.c_long)]


libc = ctypes.CDLL(None, use_errno=True)


def futex(word: ctypes.c_uint32, operation: int, value: int, limit: Span | None, bits: int = 0) -> int:
    """One call; 0, or the error."""
    given = [ctypes.c_long(each) for each in (operation, value)]
    at = ctypes.byref(limit) if limit else None
    result = libc.syscall(ctypes.c_long(FUTEX), ctypes.byref(word), *given, at, None, ctypes.c_long(bits))
    return ctypes.get_errno() if result < 0 else 0


def put(word: ctypes.c_uint32, value: int) -> None:
    """Set the word and wake whoever waits for that."""
    word.value = value
    futex(word, WAKE, 1, None)


def wait_for(word: ctypes.c_uint32, value: int, *, until_a_time: bool = False, limited: bool = True) -> bool:
    """Wait until the word has that value; False after the limit."""
    while (seen := word.value) != value:
        if not limited:
            futex(word, WAIT, seen, None)
            continue
        if until_a_time:
            at_ns = time.clock_gettime_ns(time.CLOCK_MONOTONIC) + int(LIMIT_S * 1e9)
            error = futex(word, WAIT_BITSET, seen, Span(at_ns // 10**9, at_ns % 10**9), EVERY)
        else:
            error = futex(word, WAIT, seen, Span(int(LIMIT_S), int(LIMIT_S % 1 * 1e9)))
        if error == errno.ETIMEDOUT:
            return False
    return True


def pair(calls: int) -> int:
    """Two processes that answer each other by two words."""
    shared = mmap.mmap(-1, 4096)
    question, answer = (ctypes.c_uint32.from_buffer(shared, at) for at in (0, 64))
    if os.fork() == 0:
        end_with_parent()
        for call in range(1, calls + 1):
            wait_for(question, call, limited=False)
            work()
            put(answer, call)
        os._exit(0)
    false = 0
    for call in range(1, calls + 1):
        put(question, call)
        if not wait_for(answer, call, until_a_time=call % 2 == 0):
            false += 1
            wait_for(answer, call, limited=False)
    os.wait()
    return false


if __name__ == "__main__":
    calls = asked(PAIRS)
    report([lambda: pair(calls)] * PAIRS, calls)
