"""A clock that is wrong in one process of a night: ahead, behind, drifting, or set while somebody waits for a time."""

from __future__ import annotations

import pytest

from harness.clock.wrong_clock import STEPS_MAX, Skew, Step
from harness.errors import AuthorError
from tests.calibration import patience_s
from tests.clock.virtual_night import AT_NS, HOUR, SECOND, Night

AT = AT_NS // SECOND

HEAD = """
import ctypes, time
libc = ctypes.CDLL(None, use_errno=True)
class Span(ctypes.Structure):
    _fields_ = [("tv_sec", ctypes.c_long), ("tv_nsec", ctypes.c_long)]
class Timer(ctypes.Structure):
    _fields_ = [("interval", Span), ("value", Span)]
room, mutex = ctypes.create_string_buffer(256), ctypes.create_string_buffer(64)
now = time.time_ns()
at = ctypes.byref(Span(now // 10**9 + 3600, now % 10**9))
began = time.monotonic()
"""
TELL = "\nprint(round(time.monotonic() - began), flush=True)"

UNTIL_A_TIME = {
    "clock_nanosleep": "assert libc.clock_nanosleep(0, 1, at, None) == 0",
    "sem_timedwait": "libc.sem_init(room, 0, 0); assert libc.sem_timedwait(room, at) == -1",
    "pthread_cond_timedwait": """
libc.pthread_mutex_lock(mutex)
assert libc.pthread_cond_timedwait(room, mutex, at) == 110""",
    "pthread_mutex_timedlock": """
import threading
threading.Thread(target=lambda: (libc.pthread_mutex_lock(mutex), time.sleep(10**6)), daemon=True).start()
time.sleep(0)
while libc.pthread_mutex_trylock(mutex) == 0:
    libc.pthread_mutex_unlock(mutex)
assert libc.pthread_mutex_timedlock(mutex, at) == 110""",
    "timer_settime": """
import signal
timer = ctypes.c_void_p()
signal.signal(signal.SIGALRM, lambda *_: None)
libc.timer_create(0, None, ctypes.byref(timer))
libc.timer_settime(timer, 1, ctypes.byref(Timer(Span(), at._obj)), None)
signal.pause()""",
    "timerfd_settime": """
import os
timer = libc.timerfd_create(0, 0)
assert libc.timerfd_settime(timer, 1, ctypes.byref(Timer(Span(), at._obj)), None) == 0
assert len(os.read(timer, 8)) == 8""",
    "pthread_rwlock_timedwrlock": """
libc.pthread_rwlock_rdlock(room)
assert libc.pthread_rwlock_timedwrlock(room, at) == 110""",
}
"""Waits for the time that the wrong clock tells in an hour."""


def waited(night: Night, skew: Skew, call: str) -> int:
    """True seconds."""
    ended = night.run_python(HEAD + UNTIL_A_TIME[call] + TELL, more=skew.environment())
    assert ended.code == 0, ended.err
    return int(ended.out)


def stepped(by_s: int, after_s: int) -> Skew:
    return Skew(steps=(Step(AT_NS + after_s * SECOND, by_s * SECOND),))


def test_every_way_to_read_the_wall_clock_is_wrong_by_as_much_and_the_uptime_is_right(night: Night) -> None:
    code = """
        import ctypes, time
        libc = ctypes.CDLL(None)
        pair = (ctypes.c_long * 2)()
        libc.time.restype = ctypes.c_long
        libc.gettimeofday(pair, None); print(pair[0])
        libc.timespec_get(pair, 1); print(pair[0])
        print(libc.time(None))
        for clock in (time.CLOCK_REALTIME, 5, time.CLOCK_TAI):
            print(int(time.clock_gettime(clock)))
        print(int(time.monotonic()))
    """
    right = night.run_python(code).out.split()
    wrong = night.run_python(code, more=Skew(offset_ns=-90 * SECOND).environment()).out.split()
    assert [int(one) - int(other) for one, other in zip(wrong, right, strict=True)] == [-90] * 6 + [0]


def test_two_processes_of_a_night_disagree_by_the_skew_of_one(night: Night) -> None:
    right = night.start("sh", "-c", "sleep 1000; date +%s")
    wrong = night.start("sh", "-c", "sleep 1000; date +%s", more=Skew(offset_ns=HOUR).environment())
    night.go()
    told = [int(process.communicate(timeout=patience_s())[0]) for process in (right, wrong)]
    assert told == [AT + 1000, AT + 1000 + 3600]


def test_a_clock_that_drifts_is_right_at_first_and_wrong_by_its_share_later(night: Night) -> None:
    fast = Skew(drift_ppm=100, since_ns=AT_NS).environment()
    ended = night.run("sh", "-c", "date +%s; sleep 100000; date +%s", more=fast)
    assert ended.out.split() == [str(AT), str(AT + 100_010)]
    assert 100_000 <= ended.virtual_s < 100_001


def test_a_wait_for_a_span_takes_no_notice(night: Night) -> None:
    for skew in (Skew(offset_ns=-HOUR), Skew(drift_ppm=50_000, since_ns=AT_NS), stepped(-3600, after_s=60)):
        assert 600 <= night.run("timeout", "600", "sleep", "900", more=skew.environment()).virtual_s < 601


@pytest.mark.parametrize("call", UNTIL_A_TIME)
def test_a_wait_for_a_time_takes_an_hour_longer_when_the_clock_is_set_back_an_hour(night: Night, call: str) -> None:
    assert waited(night, stepped(-3600, after_s=1800), call) == 7200


@pytest.mark.parametrize("call", UNTIL_A_TIME)
def test_a_wait_for_a_time_that_the_clock_is_set_past_ends_at_that_moment(night: Night, call: str) -> None:
    assert waited(night, stepped(3600, after_s=1800), call) == 1800


@pytest.mark.parametrize(
    ("skew", "true_s"),
    [
        (Skew(offset_ns=-5 * HOUR), 3600),
        (Skew(drift_ppm=200_000, since_ns=AT_NS), 3000),
        (Skew(drift_ppm=-200_000, since_ns=AT_NS), 4500),
        (stepped(600, after_s=1800), 3000),
        (stepped(-600, after_s=3900), 3600),
        (Skew(steps=(Step(AT_NS + HOUR // 2, -HOUR), Step(AT_NS + HOUR, HOUR // 2))), 3600 + 1800),
        (Skew(steps=(Step(AT_NS + HOUR // 2, -HOUR), Step(AT_NS + HOUR, 2 * HOUR))), 3600),
        (Skew(-HOUR, 100_000, AT_NS, (Step(AT_NS + HOUR // 2, -HOUR // 2),)), round((3600 + 1800) / 1.1)),
    ],
    ids=["offset", "fast", "slow", "forward", "too late", "back and half forward", "back and past it", "all"],
)
def test_a_wait_for_a_time_ends_when_the_wrong_clock_tells_it(night: Night, skew: Skew, true_s: int) -> None:
    assert abs(waited(night, skew, "clock_nanosleep") - true_s) <= 1


def test_a_program_that_wakes_at_a_time_reads_that_time(night: Night) -> None:
    """Never a moment before it, at which it would wait again."""
    for ppm in (333.333, -777.7, 1e5 / 3):
        skew = Skew(offset_ns=-123_456_789, drift_ppm=ppm, since_ns=AT_NS).environment()
        ended = night.run_python(HEAD + UNTIL_A_TIME["clock_nanosleep"] + "\nprint(time.time_ns() - now)", more=skew)
        late_ns = int(ended.out) - HOUR
        assert 0 <= late_ns < 50_000, ended.err


def test_python_s_own_waits_hold_with_a_wrong_clock(night: Night) -> None:
    code = """
        import threading, time
        began = time.monotonic()
        assert not threading.Event().wait(3600)
        print(round(time.monotonic() - began))
    """
    for skew in (Skew(offset_ns=-3000 * 24 * HOUR), stepped(-3600, after_s=1800)):
        assert night.run_python(code, more=skew.environment()).out == "3600\n"


def test_children_have_the_same_wrong_clock(night: Night) -> None:
    ended = night.run("sh", "-c", "bash -c 'env date +%s'", more=Skew(offset_ns=-90 * SECOND).environment())
    assert int(ended.out) == AT - 90


def test_a_skew_that_cannot_be_read_is_said_and_the_clock_is_right(night: Night) -> None:
    for text in ("wrong", "1 2", "1 2 3 4", "1 2 3 x", "0 0 0" + " 1 1" * (STEPS_MAX + 1)):
        ended = night.run("date", "+%s", more={"NIGHT_SKEW": text})
        assert ended.err.endswith("is not skewed: NIGHT_SKEW cannot be read\n")
        assert abs(int(ended.out) - night.page.now_ns // SECOND) <= 1


def parsed(*texts: str) -> Skew:
    return Skew.parse(texts, since_ns=7, moment=lambda text: int(text) * SECOND)


def test_what_users_type_adds_up() -> None:
    skew = parsed("-90s", "+1m", "drift=200ppm", "drift=-0.5ppm", "step=-1h@20", "step=30m@10")
    assert skew == Skew(-30 * SECOND, 199.5, 7, (Step(10 * SECOND, HOUR // 2), Step(20 * SECOND, -HOUR)))
    assert skew.environment() == {
        "NIGHT_SKEW": f"{-30 * SECOND} 199500 7 {10 * SECOND} {HOUR // 2} {20 * SECOND} {-HOUR}"
    }


@pytest.mark.parametrize("text", ["", "90", "1x", "drift=200", "drift=ppm", "skew=1s", "step=1h", "step=1x@10"])
def test_what_cannot_be_meant_is_refused(text: str) -> None:
    with pytest.raises(AuthorError, match="--skew: "):
        parsed(text)


@pytest.mark.parametrize("texts", [["100000h"], ["drift=600000ppm"], ["step=1s@1"] * (STEPS_MAX + 1)])
def test_a_clock_may_not_be_wrong_beyond_measure(texts: list[str]) -> None:
    with pytest.raises(AuthorError, match=r"--skew: found .* expected"):
        parsed(*texts)
