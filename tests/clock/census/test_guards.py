"""Each guard of the census is there for something: taken away, the same night goes wrong.

The argument that the guards make together is in harness/clock/README.md; the flags are NIGHT_PLANTED_* in page.h.
"""

from __future__ import annotations

import os
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.clock.census import census
from tests.benchmarks.false_timeouts import SETTINGS, Wedged, count_false_timeouts
from tests.calibration import patience_s
from tests.clock.virtual_night import SECOND, Night
from tests.sample import sample

ONE_LOOK, NO_HANDSHAKE = 0x1, 0x2
NO_STATE, NO_COUNT, NO_HOLD_COUNT = 0x1000, 0x20, 0x80
NO_NUMBER, JUMP_OVER, NO_ACTIVITY = 0x100, 0x200, 0x400
LOSES_CPU = 0x800

needs_two_cpus = pytest.mark.skipif(
    len(os.sched_getaffinity(0)) < 2, reason="on one CPU nobody runs while the controller looks"
)


def plant(night: Night, flags: int) -> None:
    census.library().night_page_plant(night.page.address, flags)


def shows(count: Callable[[], int], planted: int) -> bool:
    """Whether it goes wrong: with a guard off, in one of twenty tries, because a race is not always met."""

    def goes_wrong() -> bool:
        try:
            return count() > 0
        except Wedged:
            if not planted:
                raise
            return True

    return any(goes_wrong() for _ in range(20 if planted else 1))


@needs_two_cpus
@pytest.mark.parametrize("guard", sample([NO_COUNT, 0, NO_STATE], 2), ids=["count", "both", "state"])
def test_who_is_on_no_run_queue_is_asleep_only_by_its_state_and_its_count(guard: int) -> None:
    def jumps() -> int:
        return count_false_timeouts("errands", 600, SETTINGS["quiet"], planted=guard).jumps

    assert shows(jumps, guard) == (guard != 0)


@needs_two_cpus
@pytest.mark.parametrize("flags", sample([0, ONE_LOOK | NO_HANDSHAKE]), ids=["guarded", "planted"])
def test_one_look_without_a_handshake_lets_calls_time_out_beside_cpu_hogs(flags: int) -> None:
    def timeouts() -> int:
        return count_false_timeouts("sockets", 80, SETTINGS["cpu"], planted=flags).false

    assert shows(timeouts, flags) == (flags != 0)


@pytest.mark.exhaustive
@pytest.mark.parametrize("flags", [NO_HOLD_COUNT, 0], ids=["planted", "guarded"])
def test_a_hold_that_came_and_went_after_the_looks_undoes_the_jump(night: Night, flags: int) -> None:
    """Whoever holds time sends what the clock says; it must be read before time moves on."""
    plant(night, flags)
    night.python(MANY_MOVE)  # it takes a while to look at all of them, and the reader is looked at first
    assert shows(lambda: messages_read_late(night), flags) == (flags != 0)


def messages_read_late(night: Night) -> int:
    reading, writing = os.pipe()
    reader = subprocess.Popen(
        [sys.executable, "-c", READS_MESSAGES],
        env=night.environment(),
        stdin=reading,
        stdout=subprocess.PIPE,
        text=True,
    )
    night.processes.append(reader)
    os.close(reading)

    def act() -> None:
        """Now and then, at any moment between a jump and the next."""
        for turn in range(2000):
            before = night.page.monotonic_ns
            while night.page.monotonic_ns < before + SECOND:
                pass
            for _ in range(turn * 7 % 500):
                night.page.held_by()
            with night.page.hold():
                os.write(writing, struct.pack("q", night.page.monotonic_ns))
        os.close(writing)
        night.page.stop()

    outside = threading.Thread(target=act)
    outside.start()
    assert night.go().reason == "asked"
    outside.join()
    return int(reader.communicate(timeout=patience_s())[0])


MANY_MOVE = """
import threading, time
condition = threading.Condition()
def move():
    while True:
        with condition:
            condition.wait()
for _ in range(20):
    threading.Thread(target=move, daemon=True).start()
while True:
    time.sleep(5)
    with condition:
        condition.notify_all()
"""

READS_MESSAGES = """
import os, struct, time
late = 0
while sent := os.read(0, 8):
    late += time.clock_gettime_ns(time.CLOCK_MONOTONIC) - struct.unpack("q", sent)[0] > 10**9
print(late)
"""


@pytest.mark.parametrize("flags", [LOSES_CPU | NO_NUMBER, LOSES_CPU], ids=["planted", "guarded"])
def test_a_grant_that_comes_too_late_for_its_wait_does_not_end_the_next(night: Night, flags: int) -> None:
    """Two are due at once; the first wakes the second, which waits for something else before its own grant comes."""
    plant(night, flags)
    ended = night.run(
        sys.executable, "-c", GRANTED_TOO_LATE, str(Path(count_false_timeouts.__code__.co_filename).parent)
    )
    assert ended.code == 0, ended.err
    assert (int(ended.out) > 0) == (flags != LOSES_CPU), ended.out


GRANTED_TOO_LATE = """
import ctypes, errno, mmap, os, sys, time
sys.path.insert(0, sys.argv[1] + "/calls")
from futexes import EVERY, WAIT_BITSET, Span, futex, libc, put
TURNS, ABSOLUTE = 20, 1
shared = mmap.mmap(-1, 4096)
first, second = (ctypes.c_uint32.from_buffer(shared, at) for at in (0, 64))
begins = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 10**9 + 100
child = os.fork()
false = 0
for turn in range(1, TURNS + 1):
    due = Span(begins + turn * 100, 0)
    if child:
        libc.clock_nanosleep(1, ABSOLUTE, ctypes.byref(due), None)
        put(first, turn)
        time.sleep(5)
        put(second, turn)
        continue
    futex(first, WAIT_BITSET, turn - 1, due, EVERY)
    limit = Span(begins + turn * 100 + 50, 0)
    while second.value != turn:
        if futex(second, WAIT_BITSET, turn - 1, limit, EVERY) == errno.ETIMEDOUT:
            false += 1
            break
if child:
    os.wait()
else:
    print(false)
"""


@pytest.mark.parametrize("flags", sample([0, JUMP_OVER]), ids=["guarded", "planted"])
def test_time_does_not_jump_over_whoever_sleeps_in_real_time(night: Night, static: str, flags: int) -> None:
    plant(night, flags)
    ended = night.run_python(
        """
        import subprocess, sys, time
        child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
        began = time.monotonic()
        try:
            child.wait(timeout=60)
        except subprocess.TimeoutExpired:
            print("falsely")
        """,
        arguments=(static, "sleeps", "700"),
    )
    assert (ended.out == "falsely\n") == (flags != 0), ended.err


@pytest.mark.parametrize("flags", [NO_ACTIVITY, 0], ids=["planted", "guarded"])
def test_a_thread_that_feeds_another_is_woken_on_time(night: Night, flags: int) -> None:
    """Its waits are all alike, but each of its ticks moves somebody who waits.

    Not with a limit: before that ends, whoever ticks has caught up in any case.
    """
    plant(night, flags)
    ended = night.run_python("""
        import queue, threading, time
        work, late = queue.Queue(), 0
        def feed():
            for turn in range(2000):
                time.sleep(1)
                work.put(turn)
        began = time.monotonic()
        threading.Thread(target=feed).start()
        for turn in range(2000):
            work.get()
            late += time.monotonic() - began > turn + 1.5
        print(late)
    """)
    assert (int(ended.out) > 0) == (flags != 0), ended.out
