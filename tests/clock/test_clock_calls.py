"""Each call that the library covers, across a virtual hour, in a real process."""

from __future__ import annotations

import pytest
from virtual_night import Night

LIBC = """
import ctypes, os, select, signal, sys, threading, time
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
began = time.clock_gettime(MONOTONIC)
"""

WAITS = {
    "nanosleep": "assert libc.nanosleep(hour, None) == 0",
    "clock_nanosleep": "assert libc.clock_nanosleep(MONOTONIC, 0, hour, None) == 0",
    "clock_nanosleep to a time": "assert libc.clock_nanosleep(REALTIME, 1, at(REALTIME), None) == 0",
    "sleep": "assert libc.sleep(HOUR) == 0",
    "usleep": "assert libc.usleep(3_600_000_000) == 0",
    "thrd_sleep": "assert libc.thrd_sleep(hour, None) == 0",
    "poll": "assert libc.poll(one, 1, 3_600_000) == 0",
    "ppoll": "assert libc.ppoll(one, 1, hour, None) == 0",
    "select": "assert libc.select(reader + 1, reading(), None, None, hour) == 0",
    "pselect": "assert libc.pselect(reader + 1, reading(), None, None, hour, None) == 0",
    "epoll_wait": "assert libc.epoll_wait(epoll, room, 1, 3_600_000) == 0",
    "epoll_pwait": "assert libc.epoll_pwait(epoll, room, 1, 3_600_000, None) == 0",
    "sem_timedwait": "libc.sem_init(room, 0, 0); is_timeout(libc.sem_timedwait(room, at(REALTIME)))",
    "sem_clockwait": "libc.sem_init(room, 0, 0); is_timeout(libc.sem_clockwait(room, MONOTONIC, at(MONOTONIC)))",
    "pthread_cond_timedwait": """
        mutex = ctypes.create_string_buffer(64)
        libc.pthread_mutex_lock(mutex)
        assert libc.pthread_cond_timedwait(room, mutex, at(REALTIME)) == TIMEDOUT""",
    "pthread_cond_clockwait": """
        mutex = ctypes.create_string_buffer(64)
        libc.pthread_mutex_lock(mutex)
        assert libc.pthread_cond_clockwait(room, mutex, MONOTONIC, at(MONOTONIC)) == TIMEDOUT""",
    "pthread_mutex_timedlock": """
        libc.pthread_mutex_lock(room)
        assert libc.pthread_mutex_timedlock(room, at(REALTIME)) == TIMEDOUT""",
    "alarm": """
        signal.signal(signal.SIGALRM, lambda *_: None)
        assert libc.alarm(HOUR) == 0
        signal.pause()""",
    "setitimer": """
        signal.signal(signal.SIGALRM, lambda *_: None)
        signal.setitimer(signal.ITIMER_REAL, 1200, 1200)
        for turn in range(3):
            signal.pause()
        left, interval = signal.getitimer(signal.ITIMER_REAL)
        assert 1199 < left <= 1200 and interval == 1200
        signal.setitimer(signal.ITIMER_REAL, 0)""",
    "timer_settime": """
        signal.signal(signal.SIGALRM, lambda *_: None)
        class Timer(ctypes.Structure):
            _fields_ = [("interval", Span), ("value", Span)]
        timer = ctypes.c_void_p()
        assert libc.timer_create(REALTIME, None, ctypes.byref(timer)) == 0
        assert libc.timer_settime(timer, 0, ctypes.byref(Timer(Span(0, 0), Span(HOUR, 0))), None) == 0
        left = Timer()
        assert libc.timer_gettime(timer, ctypes.byref(left)) == 0 and left.value.tv_sec >= HOUR - 1
        signal.pause()
        assert libc.timer_delete(timer) == 0""",
}


def program(body: str) -> str:
    lines = [line[8:] if line.startswith("        ") else line for line in body.strip("\n").splitlines()]
    return LIBC + "\n".join(lines) + "\nprint(time.clock_gettime(MONOTONIC) - began)\n"


@pytest.mark.parametrize("call", WAITS)
def test_a_wait_of_an_hour_takes_a_virtual_hour_and_no_real_one(night: Night, call: str) -> None:
    ended = night.run_python(program(WAITS[call]))
    assert ended.code == 0, ended.err
    assert 3600 <= float(ended.out) < 3600.1


READY = {
    "poll": "assert libc.poll(one, 1, 3_600_000) == 1",
    "ppoll": "assert libc.ppoll(one, 1, hour, None) == 1",
    "select": "assert libc.select(reader + 1, reading(), None, None, hour) == 1",
    "pselect": "assert libc.pselect(reader + 1, reading(), None, None, hour, None) == 1",
    "epoll_wait": """
        libc.epoll_ctl(epoll, 1, reader, ctypes.byref(Event(1, 7)))
        assert libc.epoll_wait(epoll, room, 1, 3_600_000) == 1""",
}


@pytest.mark.parametrize("call", READY)
def test_what_becomes_ready_ends_a_wait_before_its_limit(night: Night, call: str) -> None:
    writing = "threading.Thread(target=lambda: (time.sleep(600), os.write(writer, b'x'))).start()\n"
    ended = night.run_python(program(writing + READY[call].replace("\n        ", "\n").strip()))
    assert ended.code == 0, ended.err
    assert 600 <= float(ended.out) < 601


@pytest.mark.parametrize("call", ["poll", "ppoll", "select", "pselect"])
def test_what_is_ready_at_once_takes_no_time(night: Night, call: str) -> None:
    ended = night.run_python(program("os.write(writer, b'x')\n" + READY[call]))
    assert ended.code == 0, ended.err
    assert float(ended.out) < 0.1


def test_all_clocks_tell_the_night_and_cpu_clocks_stay_real(night: Night) -> None:
    ended = night.run_python("""
        import ctypes, datetime, time
        libc = ctypes.CDLL(None)
        libc.time.restype = ctypes.c_long
        night = 1_795_485_600
        for clock in (0, 5, 8):
            assert night <= time.clock_gettime(clock) < night + 1, clock
        for clock in (1, 4, 6, 7, 9):
            assert 100_000 <= time.clock_gettime(clock) < 100_001, clock
        two = (ctypes.c_long * 2)()
        assert libc.gettimeofday(two, None) == 0 and two[0] == night
        assert libc.timespec_get(two, 1) == 1 and two[0] == night
        assert libc.time(None) == night
        assert time.process_time() < 60 and time.thread_time() < 60
    """)
    assert ended.code == 0, ended.err


def test_no_two_readings_of_a_night_are_equal_over_all_processes(night: Night) -> None:
    code = "import time; print(*(time.time_ns() for _ in range(5000)))"
    readers = [night.python(code) for _ in range(3)]
    readings = [int(each) for reader in readers for each in reader.communicate(timeout=20)[0].split()]
    readings += [night.page.tick_ns() for _ in range(100)]
    assert len(set(readings)) == 3 * 5000 + 100


def test_a_select_that_times_out_leaves_empty_sets_and_no_remaining_time(night: Night) -> None:
    ended = night.run_python(
        program("""
        span, sets = (ctypes.c_long * 2)(3600, 0), reading()
        assert libc.select(reader + 1, sets, None, None, span) == 0
        assert sets._obj.bits[reader // 64] == 0 and tuple(span) == (0, 0)""")
    )
    assert ended.code == 0, ended.err
