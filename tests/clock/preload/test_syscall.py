"""System calls by number, through the C library's syscall(): futexes as Rust waits on them, and the rest."""

from __future__ import annotations

import platform

import pytest

from tests.clock.virtual_night import Night

pytestmark = pytest.mark.skipif(platform.machine() != "x86_64", reason="the numbers here are those of x86-64")

HEAD = """
import ctypes, errno, os, signal, sys, threading, time
libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
class Span(ctypes.Structure):
    _fields_ = [("tv_sec", ctypes.c_long), ("tv_nsec", ctypes.c_long)]
word = ctypes.c_uint32(0)
def call(number, *given):
    wide = [ctypes.c_long(each) if isinstance(each, int) else each for each in given]
    result = libc.syscall(ctypes.c_long(number), *wide)
    return -ctypes.get_errno() if result < 0 else result
def at(clock, seconds=3600):
    now = time.clock_gettime_ns(clock)
    return ctypes.byref(Span(now // 10**9 + seconds, now % 10**9))
hour = ctypes.byref(Span(3600, 0))
mine = ctypes.byref(word)
WAIT, WAKE, LOCK_PI, WAIT_BITSET, LOCK_PI2, PRIVATE, REALTIME = 0, 1, 6, 9, 13, 128, 256
FUTEX, EVERY = 202, 0xffffffff
reader, writer = os.pipe()
poll = ctypes.byref((ctypes.c_int * 2)(reader, 1))
began = time.clock_gettime(1)
"""

WAITS = {
    "FUTEX_WAIT": "assert call(FUTEX, mine, WAIT | PRIVATE, 0, hour) == -errno.ETIMEDOUT",
    "FUTEX_WAIT_BITSET": "assert call(FUTEX, mine, WAIT_BITSET, 0, at(1), 0, EVERY) == -errno.ETIMEDOUT",
    "FUTEX_WAIT_BITSET of the wall clock": """
        assert call(FUTEX, mine, WAIT_BITSET | REALTIME, 0, at(0), 0, EVERY) == -errno.ETIMEDOUT""",
    "FUTEX_LOCK_PI": """
        threading.Thread(target=lambda: (call(FUTEX, mine, LOCK_PI, 0, None), time.sleep(7200))).start()
        time.sleep(0.001)
        assert call(FUTEX, mine, LOCK_PI, 0, at(0)) == -errno.ETIMEDOUT""",
    "futex_waitv": """
        class Waiter(ctypes.Structure):
            _fields_ = [("value", ctypes.c_uint64), ("address", ctypes.c_uint64), ("flags", ctypes.c_uint64)]
        waiter = ctypes.byref(Waiter(0, ctypes.addressof(word), 2))
        assert call(449, waiter, 1, 0, at(1), 1) == -errno.ETIMEDOUT""",
    "a limit of a socket": """
        import socket
        one, other = socket.socketpair()
        assert call(54, one.fileno(), 1, 20, hour, 16) == 0
        try:
            one.recv(1)
        except BlockingIOError:
            pass""",
    "a limit of a socket by its second number": """
        import socket
        one, other = socket.socketpair()
        assert call(54, one.fileno(), 1, 66, hour, 16) == 0
        piece = ctypes.byref((ctypes.c_long * 2)(ctypes.addressof(word), 1))
        assert call(19, one.fileno(), piece, 1) == -errno.EAGAIN""",
    "accept4 with a limit of the socket": """
        import socket
        server = socket.create_server(("127.0.0.1", 0))
        server.setsockopt(1, 20, bytes(hour._obj))
        assert call(288, server.fileno(), None, None, 0) == -errno.EAGAIN""",
    "nanosleep": "assert call(35, hour, None) == 0",
    "clock_nanosleep": "assert call(230, 1, 0, hour, None) == 0",
    "clock_nanosleep to a time": "assert call(230, 0, 1, at(0), None) == 0",
    "poll": "assert call(7, poll, 1, 3_600_000) == 0",
    "ppoll": "assert call(271, poll, 1, hour, ctypes.byref(ctypes.c_uint64(0)), 8) == 0",
    "select": "assert call(23, 0, None, None, None, hour) == 0",
    "pselect6": "assert call(270, 0, None, None, None, hour, None) == 0",
    "epoll_wait": "assert call(232, libc.epoll_create1(0), ctypes.create_string_buffer(64), 1, 3_600_000) == 0",
    "epoll_pwait": """
        assert call(281, libc.epoll_create1(0), ctypes.create_string_buffer(64), 1, 3_600_000, None, 8) == 0""",
    "epoll_pwait2": "assert call(441, libc.epoll_create1(0), ctypes.create_string_buffer(64), 1, hour, None, 8) == 0",
    "rt_sigtimedwait": """
        assert call(128, ctypes.byref(ctypes.c_uint64(1 << 9)), None, hour, 8) == -errno.EAGAIN""",
    "semtimedop": """
        set = call(64, 0, 1, 0o600)
        try:
            down = ctypes.byref((ctypes.c_short * 3)(0, -1, 0))
            assert call(220, set, down, 1, hour) == -errno.EAGAIN
        finally:
            call(66, set, 0, 0)""",
    "timer_settime": """
        signal.signal(signal.SIGALRM, lambda *_: None)
        timer = ctypes.c_int()
        assert call(222, 0, None, ctypes.byref(timer)) == 0
        assert call(223, timer.value, 0, ctypes.byref((ctypes.c_long * 4)(0, 0, 3600, 0)), None) == 0
        signal.pause()
        assert call(226, timer.value) == 0""",
    "timerfd_settime": """
        timer = call(283, 1, 0)
        assert call(286, timer, 0, ctypes.byref((ctypes.c_long * 4)(0, 0, 3600, 0)), None) == 0
        assert call(0, timer, ctypes.create_string_buffer(8), 8) == 8""",
    "alarm": """
        signal.signal(signal.SIGALRM, lambda *_: None)
        assert call(37, 3600) == 0
        signal.pause()""",
    "setitimer": """
        signal.signal(signal.SIGALRM, lambda *_: None)
        assert call(38, 0, ctypes.byref((ctypes.c_long * 4)(0, 0, 3600, 0)), None) == 0
        signal.pause()""",
}  # fmt: skip


def program(body: str) -> str:
    lines = [line[8:] if line.startswith("        ") else line for line in body.strip("\n").splitlines()]
    return HEAD + "\n".join(lines) + "\nprint(time.clock_gettime(1) - began, flush=True)\nos._exit(0)\n"


@pytest.mark.parametrize("wait", WAITS)
def test_a_wait_by_number_takes_a_virtual_hour_and_no_real_one(night: Night, wait: str) -> None:
    ended = night.run_python(program(WAITS[wait]))
    assert ended.code == 0, ended.err
    assert 3600 <= float(ended.out) < 3600.1


def test_whoever_is_woken_on_a_futex_has_not_timed_out(night: Night) -> None:
    ended = night.run_python(
        program("""
        def wake():
            time.sleep(600)
            word.value = 1
            call(FUTEX, mine, WAKE | PRIVATE, 1)
        threading.Thread(target=wake).start()
        assert call(FUTEX, mine, WAIT | PRIVATE, 0, hour) == 0""")
    )
    assert ended.code == 0, ended.err
    assert 600 <= float(ended.out) < 600.1


def test_a_futex_that_has_another_value_is_not_waited_for(night: Night) -> None:
    ended = night.run_python(program("assert call(FUTEX, mine, WAIT | PRIVATE, 7, hour) == -errno.EAGAIN"))
    assert ended.code == 0, ended.err
    assert float(ended.out) < 0.1


def test_a_futex_wait_until_a_time_that_is_over_ends_at_once(night: Night) -> None:
    ended = night.run_python(
        program("assert call(FUTEX, mine, WAIT_BITSET, 0, at(1, -5), 0, EVERY) == -errno.ETIMEDOUT")
    )
    assert ended.code == 0, ended.err
    assert float(ended.out) < 0.1


def test_a_signal_handler_interrupts_a_futex_wait(night: Night) -> None:
    ended = night.run_python(
        program("""
        import faulthandler
        faulthandler.register(signal.SIGUSR1, file=open(os.devnull, "w"), all_threads=False)
        threading.Thread(target=lambda: (time.sleep(600), os.kill(os.getpid(), signal.SIGUSR1))).start()
        assert call(FUTEX, mine, WAIT | PRIVATE, 0, hour) == -errno.EINTR""")
    )
    assert ended.code == 0, ended.err
    assert 600 <= float(ended.out) < 600.1


def test_clocks_that_are_read_by_number_tell_the_night(night: Night) -> None:
    ended = night.run_python(
        program("""
        span = Span()
        assert call(228, 0, ctypes.byref(span)) == 0 and span.tv_sec == 1_795_485_600
        assert call(96, ctypes.byref(span), None) == 0 and span.tv_sec == 1_795_485_600
        assert call(201, None) == 1_795_485_600""")
    )
    assert ended.code == 0, ended.err


def test_no_number_sets_the_clock_of_the_machine(night: Night) -> None:
    """The times here are ones that the kernel refuses by itself."""
    ended = night.run_python(
        program("""
        impossible = ctypes.byref(Span(-1, -1))
        assert call(227, 0, impossible) == -errno.EPERM and call(164, impossible, None) == -errno.EPERM
        no_tick = ctypes.create_string_buffer(b"\\x00\\x40", 256)
        assert call(159, no_tick) == -errno.EPERM and call(305, 0, no_tick) == -errno.EPERM""")
    )
    assert ended.code == 0, ended.err


def test_every_other_number_reaches_the_kernel(night: Night) -> None:
    ended = night.run_python(program("assert call(39) == os.getpid() and call(9999) == -errno.ENOSYS"))
    assert ended.code == 0, ended.err
