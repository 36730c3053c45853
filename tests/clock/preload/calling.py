"""The C library's calls in a real process, and how long they took: what the tables of calls are made of."""

from __future__ import annotations

import textwrap

from tests.clock.virtual_night import Ended, Night

LIBC = """
import ctypes, errno, os, select, signal, socket, sys, threading, time
libc = ctypes.CDLL(None, use_errno=True)
class Span(ctypes.Structure):
    _fields_ = [("tv_sec", ctypes.c_long), ("tv_nsec", ctypes.c_long)]
class Poll(ctypes.Structure):
    _fields_ = [("fd", ctypes.c_int), ("events", ctypes.c_short), ("revents", ctypes.c_short)]
class Event(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("events", ctypes.c_uint32), ("data", ctypes.c_uint64)]
REALTIME, MONOTONIC, TIMEDOUT, HOUR = 0, 1, 110, 3600
def at(clock, seconds=HOUR):
    now = time.clock_gettime_ns(clock)
    return ctypes.byref(Span(now // 10**9 + seconds, now % 10**9))
hour = ctypes.byref(Span(HOUR, 0))
reader, writer = os.pipe()
one = ctypes.byref(Poll(reader, 1, 0))
room = ctypes.create_string_buffer(256)
epoll = libc.epoll_create1(0)
class Set(ctypes.Structure):
    _fields_ = [("bits", ctypes.c_ulong * 16)]
def reading():
    set = Set()
    set.bits[reader // 64] = 1 << reader % 64
    return ctypes.byref(set)
def is_timeout(result):
    assert result == -1 and ctypes.get_errno() == TIMEDOUT, (result, ctypes.get_errno())
def fails_with(error, result):
    assert result == -1 and ctypes.get_errno() == error, (result, ctypes.get_errno())
class Timer(ctypes.Structure):
    _fields_ = [("interval", Span), ("value", Span)]
class Piece(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("length", ctypes.c_size_t)]
class Message(ctypes.Structure):  # struct mmsghdr, which begins with a struct msghdr
    _fields_ = [("name", ctypes.c_char_p), ("name_length", ctypes.c_uint32), ("pieces", ctypes.POINTER(Piece)),
                ("count", ctypes.c_size_t), ("control", ctypes.c_void_p), ("control_length", ctypes.c_size_t),
                ("flags", ctypes.c_long), ("length", ctypes.c_long)]
def later(act, seconds=600):
    threading.Thread(target=lambda: (time.sleep(seconds), act()), daemon=True).start()
began = time.clock_gettime(MONOTONIC)
"""


def program(*parts: str) -> str:
    """A program that makes calls and prints the virtual seconds that they took."""
    body = "\n".join(textwrap.dedent(part) for part in parts)
    return f"{LIBC}\n{body}\nprint(time.clock_gettime(MONOTONIC) - began)\n"


def seconds_of(ended: Ended) -> float:
    """What the program printed, once it has ended well."""
    assert ended.code == 0, ended.err
    return float(ended.out.split()[-1])


def call(night: Night, *parts: str) -> float:
    """Make calls in a process of their own; the virtual seconds that they took."""
    return seconds_of(night.run_python(program(*parts)))
