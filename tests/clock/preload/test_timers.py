"""Timers across virtual hours: those that signal, those that start threads, those that are files."""

from __future__ import annotations

import os
import signal

import pytest

from tests.calibration import patience_s
from tests.clock.preload.calling import call, program, seconds_of
from tests.clock.virtual_night import Night

SIGNALLING = {
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
        timer = ctypes.c_void_p()
        assert libc.timer_create(REALTIME, None, ctypes.byref(timer)) == 0
        assert libc.timer_settime(timer, 0, ctypes.byref(Timer(Span(0, 0), Span(HOUR, 0))), None) == 0
        left = Timer()
        assert libc.timer_gettime(timer, ctypes.byref(left)) == 0 and left.value.tv_sec >= HOUR - 1
        signal.pause()
        assert libc.timer_delete(timer) == 0""",
    "ualarm": """
        rings = []
        signal.signal(signal.SIGALRM, lambda *_: rings.append(1))
        assert libc.ualarm(1_200_000_000, 1_200_000_000) == 0
        while len(rings) < 3:
            signal.pause()
        assert 1_199_000_000 < libc.ualarm(0, 0) <= 1_200_000_000""",
}


@pytest.mark.parametrize("name", SIGNALLING)
def test_a_timer_of_an_hour_signals_after_a_virtual_hour(night: Night, name: str) -> None:
    assert 3600 <= call(night, SIGNALLING[name]) < 3600.1


# ---- threads ------------------------------------------------------------------------------------------

EVENT = """
class Event(ctypes.Structure):  # struct sigevent
    _fields_ = [("value", ctypes.c_void_p), ("signo", ctypes.c_int), ("notify", ctypes.c_int),
                ("function", ctypes.c_void_p), ("attributes", ctypes.c_void_p), ("rest", ctypes.c_char * 32)]
SIGEV_THREAD = 2
function = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
def timer(call, value=7, attributes=None):
    made = ctypes.c_void_p()
    asked = Event(value, 0, SIGEV_THREAD, ctypes.cast(call, ctypes.c_void_p), attributes)
    assert libc.timer_create(REALTIME, ctypes.byref(asked), ctypes.byref(made)) == 0
    return made
def set(timer, first, interval=0, flags=0):
    spans = Timer(Span(interval, 0), Span(first, 0))
    assert libc.timer_settime(timer, flags, ctypes.byref(spans), None) == 0
now = lambda: round(time.clock_gettime(MONOTONIC) - began)
"""


def test_a_timer_calls_a_function_in_a_thread_of_its_own(night: Night) -> None:
    body = """
        called = threading.Event()
        def note(value):
            assert libc.pthread_self() != main and value == 7
            called.set()
        main = libc.pthread_self()
        set(timer(call := function(note)), HOUR)
        called.wait()"""
    assert 3600 <= call(night, EVENT, body) < 3601


def test_a_timer_with_an_interval_calls_each_time_and_stops_when_deleted(night: Night) -> None:
    body = """
        calls = []
        made = timer(call := function(lambda value: calls.append(now())))
        set(made, 600, 1200)
        time.sleep(3600)
        assert calls == [600, 1800, 3000], calls
        assert libc.timer_getoverrun(made) == 0
        assert libc.timer_delete(made) == 0
        time.sleep(3600)
        assert len(calls) == 3"""
    assert 7200 <= call(night, EVENT, body) < 7201


def test_two_timers_that_are_due_together_both_call(night: Night) -> None:
    body = """
        calls = []
        noting = function(calls.append)
        for value in range(1, 9):
            set(timer(noting, value), HOUR)
        time.sleep(HOUR + 1)
        assert sorted(calls) == list(range(1, 9)), calls"""
    call(night, EVENT, body)


def test_a_timers_thread_has_the_attributes_that_were_asked_for(night: Night) -> None:
    body = """
        asked, found, size = (ctypes.create_string_buffer(64) for _ in range(3))
        libc.pthread_attr_init(asked)
        libc.pthread_attr_setstacksize(asked, ctypes.c_size_t(3 << 20))
        libc.pthread_self.restype = ctypes.c_void_p
        called = threading.Event()
        def note(value):
            libc.pthread_getattr_np(ctypes.c_void_p(libc.pthread_self()), found)
            libc.pthread_attr_getstacksize(found, size)
            called.set()
        set(timer(call := function(note), attributes=ctypes.addressof(asked)), HOUR)
        libc.pthread_attr_destroy(asked)
        called.wait()
        assert int.from_bytes(size.raw[:8], "little") == 3 << 20"""
    call(night, EVENT, body)


def test_a_timers_thread_has_no_signal_blocked(night: Night) -> None:
    body = """
        masks, called = [], threading.Event()
        noting = function(lambda value: (masks.append(signal.pthread_sigmask(signal.SIG_BLOCK, [])), called.set()))
        set(timer(noting), HOUR)
        called.wait()
        assert masks == [set_of_none := type(masks[0])()], masks"""
    call(night, EVENT, body)


# ---- files --------------------------------------------------------------------------------------------

FILES = """
ABSOLUTE, EAGAIN = 1, errno.EAGAIN
def timerfd(clock=MONOTONIC, flags=0):
    fd = libc.timerfd_create(clock, flags)
    assert fd >= 0, os.strerror(ctypes.get_errno())
    return fd
def set(fd, first, interval=0, flags=0):
    old, first = Timer(), first if isinstance(first, Span) else Span(first, 0)
    assert libc.timerfd_settime(fd, flags, ctypes.byref(Timer(Span(interval, 0), first)), ctypes.byref(old)) == 0
    return old
def get(fd):
    found = Timer()
    assert libc.timerfd_gettime(fd, ctypes.byref(found)) == 0
    return found.value.tv_sec + found.value.tv_nsec / 1e9, found.interval.tv_sec
def count(fd):
    return int.from_bytes(os.read(fd, 8), sys.byteorder)
def ready(fd, seconds=0):
    return bool(select.select([fd], [], [], seconds)[0])
"""


@pytest.mark.parametrize("clock", [0, 1, 7], ids=["REALTIME", "MONOTONIC", "BOOTTIME"])
@pytest.mark.parametrize("absolute", [0, 1], ids=["relative", "absolute"])
def test_a_timer_file_is_ready_after_a_virtual_hour(night: Night, clock: int, absolute: int) -> None:
    body = f"""
        fd = timerfd({clock})
        set(fd, at({clock})._obj if {absolute} else HOUR, flags={absolute})
        assert 3599 < get(fd)[0] <= 3600
        assert count(fd) == 1
        assert get(fd) == (0, 0)"""
    assert 3600 <= call(night, FILES, body) < 3600.1


@pytest.mark.parametrize("how", ["poll", "select", "epoll"])
def test_a_timer_file_can_be_waited_for(night: Night, how: str) -> None:
    waits = {
        "poll": "assert select.poll().register(fd) is None and ready(fd, 9999)",
        "select": "assert ready(fd, 9999)",
        "epoll": "watch = select.epoll(); watch.register(fd, select.EPOLLIN); assert watch.poll(9999) == [(fd, 1)]",
    }
    assert 3600 <= call(night, FILES, "fd = timerfd()", "set(fd, HOUR)", waits[how], "assert count(fd) == 1") < 3600.1


def test_an_interval_counts_what_nobody_has_read(night: Night) -> None:
    body = """
        fd = timerfd()
        set(fd, 600, 1200)
        assert count(fd) == 1
        time.sleep(3000)
        assert count(fd) == 2
        left, interval = get(fd)
        assert 599 < left <= 600 and interval == 1200
        assert count(fd) == 1"""
    assert 4200 <= call(night, FILES, body) < 4201


def test_a_process_that_was_stopped_hears_of_every_interval_that_it_missed(night: Night) -> None:
    program_of = program(FILES, "fd = timerfd()", "set(fd, 600, 600)", "time.sleep(300)", "print(count(fd))")
    stopped = night.python(program_of)
    assert night.go(hours=400 / 3600).reason == "until"
    os.kill(stopped.pid, signal.SIGSTOP)
    assert night.go(hours=1).reason == "until"
    os.kill(stopped.pid, signal.SIGCONT)
    assert night.go(hours=1 / 3600).reason in {"until", "stuck"}
    assert stopped.communicate(timeout=patience_s())[0].split()[0] == "6"


def test_setting_anew_says_what_was_left_and_forgets_what_was_counted(night: Night) -> None:
    body = """
        fd = timerfd(flags=os.O_NONBLOCK)
        set(fd, 600)
        time.sleep(700)
        assert ready(fd)
        assert set(fd, 1200, 60).value.tv_sec == 0
        assert not ready(fd)
        time.sleep(200)
        old = set(fd, 0)
        assert 999 <= old.value.tv_sec <= 1000 and old.interval.tv_sec == 60
        time.sleep(5000)
        assert not ready(fd) and get(fd) == (0, 0)
        try:
            count(fd)
        except BlockingIOError:
            pass
        else:
            raise AssertionError"""
    call(night, FILES, body)


def test_a_time_in_the_past_expires_at_once(night: Night) -> None:
    body = """
        fd = timerfd(REALTIME)
        set(fd, at(REALTIME, -10)._obj, flags=ABSOLUTE)
        assert ready(fd) and count(fd) == 1
        set(fd, at(REALTIME, -10)._obj, interval=4, flags=ABSOLUTE)
        assert count(fd) == 3
        left, interval = get(fd)
        assert 1 < left <= 2 and interval == 4"""
    assert call(night, FILES, body) < 1


def test_a_timer_file_goes_on_under_another_number(night: Night) -> None:
    body = """
        fd = timerfd()
        set(fd, HOUR)
        other = os.dup(fd)
        os.close(fd)
        assert os.open("/dev/null", os.O_RDWR) == fd
        assert 3599 < get(other)[0] <= 3600
        assert count(other) == 1"""
    assert 3600 <= call(night, FILES, body) < 3600.1


def test_a_closed_timer_file_is_forgotten_and_hits_nobody_elses(night: Night) -> None:
    """The kernel gives its numbers to the next file at once."""
    body = """
        fd = timerfd()
        set(fd, 600, 600)
        os.close(fd)
        another = timerfd()
        assert another == fd and get(another) == (0, 0)
        os.close(another)
        set(timerfd(), 600, 600)
        os.close(fd)
        plain = os.eventfd(0, os.EFD_NONBLOCK)
        another = timerfd()
        assert plain == fd
        time.sleep(7200)
        assert not ready(plain) and not ready(another) and get(another) == (0, 0)"""
    ended = night.run_python(program(FILES, body))
    assert 7200 <= seconds_of(ended) < 7201
    assert night.go().jumps == 0


def test_many_timer_files_may_come_and_go(night: Night) -> None:
    """More than the page has room for at once."""
    body = """
        for turn in range(1500):
            fd = timerfd()
            set(fd, HOUR)
            os.close(fd)
        fd = timerfd()
        set(fd, HOUR)
        assert count(fd) == 1"""
    assert 3600 <= call(night, FILES, body) < 3601


def test_a_child_reads_its_parents_timer_file_and_sets_its_own(night: Night) -> None:
    body = """
        fd, mine = timerfd(), timerfd()
        set(fd, 600)
        child = os.fork()
        if child == 0:
            assert count(fd) == 1
            set(mine, 600)
            assert count(mine) == 1
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0
        set(mine, 600)
        assert count(mine) == 1"""
    assert 1800 <= call(night, FILES, body) < 1801


def test_what_no_timer_file_allows_is_refused(night: Night) -> None:
    body = """
        fd, plain = timerfd(), os.eventfd(0)
        value = ctypes.byref(Timer(Span(0, 0), Span(1, 0)))
        fails_with(errno.EINVAL, libc.timerfd_create(MONOTONIC, 1))
        fails_with(errno.EINVAL, libc.timerfd_create(2, 0))
        fails_with(errno.EINVAL, libc.timerfd_settime(plain, 0, value, None))
        fails_with(errno.EINVAL, libc.timerfd_gettime(plain, value))
        fails_with(errno.EINVAL, libc.timerfd_settime(fd, 64, value, None))
        fails_with(errno.EINVAL, libc.timerfd_settime(fd, 0, ctypes.byref(Timer(Span(0, 0), Span(0, 10**9))), None))
        fails_with(errno.EBADF, libc.timerfd_gettime(99, value))"""
    call(night, FILES, body)


def test_a_process_that_blocks_every_signal_hears_of_its_timer_files(night: Night) -> None:
    body = """
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        fd = timerfd()
        set(fd, HOUR)
        assert count(fd) == 1"""
    assert 3600 <= call(night, FILES, body) < 3601


def test_a_process_with_a_timer_file_may_still_change_its_user(night: Night) -> None:
    """The C library asks every thread of a process to follow, the one that tells of timers too."""
    call(
        night, FILES, "fd = timerfd()", "set(fd, HOUR)", "assert libc.setuid(os.getuid()) == 0", "assert count(fd) == 1"
    )
