"""Reading the clocks, sleeping and polling: each call across a virtual hour, in a real process."""

from __future__ import annotations

import signal

import pytest

from tests.calibration import patience_s
from tests.clock.preload.calling import call, program
from tests.clock.virtual_night import Night

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
    "epoll_pwait2": "assert libc.epoll_pwait2(epoll, room, 1, hour, None) == 0",
    "__poll_chk": "assert libc.__poll_chk(one, 1, 3_600_000, 8) == 0",
    "__ppoll_chk": "assert libc.__ppoll_chk(one, 1, hour, None, 8) == 0",
    "__nanosleep": "assert libc.__nanosleep(hour, None) == 0",
    "__poll": "assert libc.__poll(one, 1, 3_600_000) == 0",
    "__select": "assert libc.__select(reader + 1, reading(), None, None, hour) == 0",
}


@pytest.mark.parametrize("name", WAITS)
def test_a_wait_of_an_hour_takes_a_virtual_hour_and_no_real_one(night: Night, name: str) -> None:
    assert 3600 <= call(night, WAITS[name]) < 3600.1


READY = {
    "poll": "assert libc.poll(one, 1, 3_600_000) == 1",
    "ppoll": "assert libc.ppoll(one, 1, hour, None) == 1",
    "select": "assert libc.select(reader + 1, reading(), None, None, hour) == 1",
    "pselect": "assert libc.pselect(reader + 1, reading(), None, None, hour, None) == 1",
    "epoll_wait": """
        libc.epoll_ctl(epoll, 1, reader, ctypes.byref(Event(1, 7)))
        assert libc.epoll_wait(epoll, room, 1, 3_600_000) == 1""",
    "epoll_pwait2": """
        libc.epoll_ctl(epoll, 1, reader, ctypes.byref(Event(1, 7)))
        assert libc.epoll_pwait2(epoll, room, 1, hour, None) == 1""",
}


@pytest.mark.parametrize("name", READY)
def test_what_becomes_ready_ends_a_wait_before_its_limit(night: Night, name: str) -> None:
    assert 600 <= call(night, "later(lambda: os.write(writer, b'x'))", READY[name]) < 601


@pytest.mark.parametrize("name", ["poll", "ppoll", "select", "pselect", "epoll_pwait2"])
def test_what_is_ready_at_once_takes_no_time(night: Night, name: str) -> None:
    assert call(night, "os.write(writer, b'x')", READY[name]) < 0.1


@pytest.mark.parametrize("name", ["__poll_chk", "__ppoll_chk"])
def test_an_array_that_is_too_small_still_ends_a_fortified_program(night: Night, name: str) -> None:
    rest = "3_600_000, 7" if name == "__poll_chk" else "hour, None, 7"
    ended = night.run_python(program(f"libc['{name}'](one, 1, {rest})"))
    assert ended.code == -signal.SIGABRT
    assert "buffer overflow detected" in ended.err


def test_all_clocks_tell_the_night_and_cpu_clocks_stay_real(night: Night) -> None:
    ended = night.run_python("""
        import ctypes, os, time
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
        assert libc.__gettimeofday(two, None) == 0 and two[0] == night
        assert libc.ftime(two) == 0 and two[0] == night
        used, info = (ctypes.c_long * 4)(), (ctypes.c_long * 16)()
        libc.times.restype = ctypes.c_long
        assert libc.times(used) == libc.times(None) == 100_000 * os.sysconf("SC_CLK_TCK")
        assert used[0] < 6000
        assert libc.sysinfo(info) == 0 and info[0] == 100_000
        assert time.process_time() < 60 and time.thread_time() < 60
    """)
    assert ended.code == 0, ended.err


# What no machine's clock can be set to, so that nothing happens to it should the library let it through: EINVAL.
IMPOSSIBLE = """
    never = ctypes.byref(Span(-1, -1))
    no_tick = (ctypes.c_long * 32)(0x4000)  # ADJ_TICK, to 0
"""

SETTING = {
    "clock_settime": "libc.clock_settime(REALTIME, never)",
    "settimeofday": "libc.settimeofday(never, None)",
    "stime": "libc.stime(never)",
    "adjtime": "libc.adjtime(ctypes.byref(Span(1 << 60, 0)), None)",
    "adjtimex": "libc.adjtimex(no_tick)",
    "ntp_adjtime": "libc.ntp_adjtime(no_tick)",
    "clock_adjtime": "libc.clock_adjtime(REALTIME, no_tick)",
}


@pytest.mark.parametrize("name", SETTING)
def test_nobody_in_a_night_sets_a_clock(night: Night, name: str) -> None:
    assert call(night, IMPOSSIBLE, f"fails_with(errno.EPERM, {SETTING[name]})") < 1


@pytest.mark.parametrize(
    ("name", "first", "place"),
    [("adjtimex", "", 9), ("clock_adjtime", "REALTIME, ", 9), ("ntp_gettime", "", 0), ("ntp_gettimex", "", 0)],
)
def test_the_clocks_discipline_may_be_asked_for_and_tells_the_night(
    night: Night, name: str, first: str, place: int
) -> None:
    call(
        night,
        f"""
        asking = (ctypes.c_long * 32)()
        assert libc.{name}({first}ctypes.byref(asking)) >= 0
        assert asking[{place}] == 1_795_485_600""",
    )


def test_no_two_readings_of_a_night_are_equal_over_all_processes(night: Night) -> None:
    code = "import time; print(*(time.time_ns() for _ in range(5000)))"
    readers = [night.python(code) for _ in range(3)]
    readings = [int(each) for reader in readers for each in reader.communicate(timeout=patience_s())[0].split()]
    readings += [night.page.tick_ns() for _ in range(100)]
    assert len(set(readings)) == 3 * 5000 + 100


def test_a_select_that_times_out_leaves_empty_sets_and_no_remaining_time(night: Night) -> None:
    call(
        night,
        """
        span, sets = (ctypes.c_long * 2)(3600, 0), reading()
        assert libc.select(reader + 1, sets, None, None, span) == 0
        assert sets._obj.bits[reader // 64] == 0 and tuple(span) == (0, 0)""",
    )
