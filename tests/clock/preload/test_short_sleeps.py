"""Sleeps of a server that is started while the night's time stands still: short ones end, after as much real time."""

from __future__ import annotations

import os
import platform
import sys
import time
from pathlib import Path

import pytest

from harness.clock.library import SHORT_SLEEPS_END
from tests.calibration import patience_s
from tests.clock.preload.calling import LIBC, call
from tests.clock.virtual_night import Night

SLEEPS = {
    "nanosleep": "libc.nanosleep({span}, None)",
    "clock_nanosleep": "libc.clock_nanosleep(MONOTONIC, 0, {span}, None)",
    "thrd_sleep": "libc.thrd_sleep({span}, None)",
    "usleep": "libc.usleep({us})",
    "poll": "libc.poll(None, 0, {ms})",
    "ppoll": "libc.ppoll(None, 0, {span}, None)",
    "select": "libc.select(0, None, None, None, {timeval})",
    "pselect": "libc.pselect(0, None, None, None, {span}, None)",
}
"""What PostgreSQL and others sleep by, down to a poll and a select that wait for no file."""

SHORT_MS, TIMES = 10, 30


def sleep(name: str, ms: int) -> str:
    """A call that sleeps so long."""
    span = f"ctypes.byref(Span({ms // 1000}, {ms % 1000} * 10**6))"
    timeval = f"ctypes.byref(Span({ms // 1000}, {ms % 1000} * 10**3))"
    return SLEEPS[name].format(span=span, timeval=timeval, us=ms * 1000, ms=ms)


LIMIT_OF = {"x86_64": {"270": 5, "271": 3}, "aarch64": {"72": 5, "73": 3}}
"""Which argument of the kernel's pselect6 and ppoll is the limit; all these sleeps are one of the two."""


def ends_by_itself(night: Night, code: str) -> bool:
    """Whether the kernel will end the sleep that a program is in, as soon as it is in one."""
    limit_of = LIMIT_OF[platform.machine()]
    process = night.start(sys.executable, "-c", f"{LIBC}\n{code}", more=SHORT_SLEEPS_END)
    deadline = time.monotonic() + patience_s()
    while (in_call := Path(f"/proc/{process.pid}/syscall").read_text().split())[0] not in limit_of:
        assert process.poll() is None
        assert time.monotonic() < deadline
        os.sched_yield()
    return int(in_call[limit_of[in_call[0]]], 16) != 0


@pytest.mark.parametrize("name", SLEEPS)
def test_a_short_sleep_ends_while_time_stands_still_and_not_before_its_time(night: Night, name: str) -> None:
    """A thousand sleeps that end at once would be no wait: PostgreSQL takes its lock for stuck then."""
    before_ns = night.page.now_ns
    code = f"{LIBC}\nfor _ in range({TIMES}):\n    assert {sleep(name, SHORT_MS)} == 0"
    began = time.monotonic()
    process = night.start(sys.executable, "-c", code, more=SHORT_SLEEPS_END)
    _, err = process.communicate(timeout=patience_s())
    assert process.returncode == 0, err
    assert time.monotonic() - began >= TIMES * SHORT_MS / 1000
    assert night.page.now_ns - before_ns < SHORT_MS * 1_000_000


@pytest.mark.parametrize("name", SLEEPS)
def test_a_longer_one_has_no_limit_in_real_time(night: Night, name: str) -> None:
    assert not ends_by_itself(night, sleep(name, 1001))


def test_nor_has_a_wait_for_files(night: Night) -> None:
    assert not ends_by_itself(night, "libc.poll(one, 1, 500)")


def test_nor_has_any_sleep_without_the_switch(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(SHORT_SLEEPS_END, "NIGHT_SHORT_SLEEPS", "")
    assert not ends_by_itself(night, sleep("nanosleep", SHORT_MS))


@pytest.mark.parametrize("name", SLEEPS)
def test_where_time_moves_it_is_the_nights(night: Night, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A sleep of an hour takes one, and a short one no longer than it asked for."""
    for variable, value in SHORT_SLEEPS_END.items():
        monkeypatch.setenv(variable, value)
    assert 3600 <= call(night, sleep(name, 3_600_000)) < 3600.1
    assert call(night, sleep(name, 1000)) < 1.1


def test_a_program_that_clears_its_environment_hands_it_on(night: Night) -> None:
    sleeps = f"{LIBC}\nassert {sleep('nanosleep', SHORT_MS)} == 0"
    process = night.start("env", "-i", sys.executable, "-c", sleeps, more=SHORT_SLEEPS_END)
    _, err = process.communicate(timeout=patience_s())
    assert process.returncode == 0, err


def test_a_signals_handler_interrupts_it(night: Night) -> None:
    ended = night.run_python(
        f"{LIBC}\nsignal.signal(signal.SIGALRM, lambda *_: None)\nlibc.siginterrupt(signal.SIGALRM, 1)\n"
        "signal.setitimer(signal.ITIMER_REAL, 0.001)\nfails_with(errno.EINTR, libc.nanosleep(hour, None))",
        more=SHORT_SLEEPS_END,
    )
    assert ended.code == 0, ended.err
