"""Killing, stopping and continuing any process of a night, at any moment, never wedges the clock.

Somebody with a seed shoots at programs in every kind of wait. Afterwards time must go on, and nobody who lives may be
left waiting for a time that has come.
"""

from __future__ import annotations

import contextlib
import os
import random
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.clock.census import census
from tests.calibration import patience_s
from tests.clock.virtual_night import SECOND, Night
from tests.sample import sample

LOSES_CPU = 0x800
LONGEST_S = 30
"""No victim waits longer, with what it may be woken late."""

WAITS = """
def sleeps():
    while True: time.sleep(0.5)
def ticks():
    while True: time.sleep(0.01)
def selects():
    while True: select.select([], [], [], 7)
def waits_on_epoll():
    epoll = select.epoll()
    while True: epoll.poll(3)
def waits_on_a_lock():
    lock = threading.Lock()
    lock.acquire()
    while True: lock.acquire(timeout=5)
def waits_in_threads():
    for turn in range(4): threading.Thread(target=sleeps).start()
    ticks()
def comes_and_goes():
    while True:
        thread = threading.Thread(target=time.sleep, args=(1,))
        thread.start()
        thread.join()
def rings():
    signal.signal(signal.SIGALRM, lambda *_: None)
    signal.setitimer(signal.ITIMER_REAL, 2, 2)
    while True: signal.pause()
def forks():
    while True:
        child = os.fork()
        if child == 0:
            time.sleep(1)
            os._exit(0)
        os.waitpid(child, 0)
def spawns():
    while True: os.waitpid(os.posix_spawnp("sleep", ["sleep", "1"], os.environ), 0)
def holds():
    page = ClockPage.open(Path(os.environ["NIGHT_CLOCK"]))
    while True:
        with page.hold(): work()
        time.sleep(0.1)
def reads():
    while True:
        for reading in range(100): time.time()
        time.sleep(1)
KINDS = [sleeps, ticks, selects, waits_on_epoll, waits_on_a_lock, waits_in_threads, comes_and_goes, rings, forks,
         spawns, holds, reads]
"""

NURSERY = (
    """
import ctypes, hashlib, itertools, os, select, signal, sys, threading, time
from pathlib import Path
from harness.clock.page import ClockPage
ctypes.CDLL(None).prctl(1, 9)
ctypes.CDLL(None).prctl(36, 1)  # a subreaper: nobody whose parent is shot gets lost
def work(): hashlib.pbkdf2_hmac("sha256", b"", b"", 1000)
"""
    + WAITS
    + """
mine = {}
kinds = itertools.cycle(KINDS)
while True:
    while len(mine) < len(KINDS):
        kind = next(kinds)
        child = os.fork()
        if child == 0:
            ctypes.CDLL(None).prctl(1, 9)
            kind()
        mine[child] = kind
    mine.pop(os.wait()[0], None)
"""
)
"""Raises another victim for each that dies."""


def children_of(pid: int) -> list[int]:
    with contextlib.suppress(OSError):
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def below(pid: int) -> list[int]:
    return [each for child in children_of(pid) for each in (child, *below(child))]


def shoot(nursery: int, shots: int, seed: int, signals: list[signal.Signals]) -> None:
    chance = random.Random(seed)
    for _ in range(shots):
        for _ in range(chance.randrange(300)):
            os.getppid()  # a moment
        if victims := below(nursery):
            with contextlib.suppress(ProcessLookupError):
                os.kill(chance.choice(victims), chance.choice(signals))
    for victim in below(nursery):
        with contextlib.suppress(ProcessLookupError):
            os.kill(victim, signal.SIGCONT)


@pytest.fixture
def nursery(night: Night) -> Iterator[subprocess.Popen[str]]:
    """Whoever it raises, and whoever they raise, ends with the test."""
    raising = night.start(sys.executable, "-c", NURSERY)
    night.go(hours=0.002)
    raised = set(children_of(raising.pid))
    night.go(hours=0.002)
    assert raised == set(children_of(raising.pid)), "victims die before anybody has shot at them"
    yield raising
    os.kill(raising.pid, signal.SIGSTOP)  # so that it raises nobody more
    for victim in below(raising.pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(victim, signal.SIGKILL)
    raising.kill()


def run_while(night: Night, act: Callable[[], None]) -> None:
    """Let time run while somebody outside acts."""

    def acting() -> None:
        act()
        night.page.stop("it is over")

    outside = threading.Thread(target=acting)
    outside.start()
    try:
        assert night.go(runaway_s=patience_s()).reason == "asked"
    finally:
        outside.join()


def assert_everybody_goes_on(night: Night, nursery: int) -> None:
    stop = night.go(hours=0.02, runaway_s=patience_s())
    assert stop.reason == "until", stop
    left = {
        sight.pid: (night.page.monotonic_ns - sight.since_ns) / SECOND
        for sight in night.controller.sights()
        if sight.pid != nursery and night.page.monotonic_ns - sight.since_ns > LONGEST_S * SECOND
    }
    assert not left, (left, stop)


@pytest.mark.parametrize("seed", sample(range(2)))
@pytest.mark.parametrize(
    "signals",
    sample(
        [
            [signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP, signal.SIGCONT],
            [signal.SIGKILL],
            [signal.SIGSTOP, signal.SIGCONT, signal.SIGCONT],
        ]
    ),
    ids=["both", "killed", "stopped"],
)
def test_shooting_at_a_night_at_any_moment_does_not_wedge_it(
    night: Night, nursery: subprocess.Popen[str], signals: list[signal.Signals], seed: int
) -> None:
    run_while(night, lambda: shoot(nursery.pid, 150, seed, signals))
    assert_everybody_goes_on(night, nursery.pid)


CONTROLLERS = """
import ctypes, os, sys
from pathlib import Path
from harness.clock.controller import Controller
from harness.clock.page import ClockPage
ctypes.CDLL(None).prctl(1, 9)
while True:
    child = os.fork()
    if child == 0:
        ctypes.CDLL(None).prctl(1, 9)
        controller = Controller(ClockPage.open(Path(sys.argv[1])), root=int(sys.argv[2]))
        controller.exclude_children(but=[int(sys.argv[3])])
        controller.run(2**62)
        os._exit(0)
    os.wait()
"""


def end_with_the_last(controllers: subprocess.Popen[bytes]) -> None:
    """Nobody moves time any more when it returns.

    The kernel ends a child some time after its parent, and one that was raised a moment ago has not asked it to yet.
    """
    os.kill(controllers.pid, signal.SIGSTOP)  # so that it raises nobody more
    os.waitpid(controllers.pid, os.WUNTRACED)
    last = [os.pidfd_open(controller) for controller in children_of(controllers.pid)]
    controllers.kill()
    controllers.wait()
    for controller in last:
        signal.pidfd_send_signal(controller, signal.SIGKILL)
        assert select.select([controller], [], [], patience_s())[0], "a controller is left"
        os.close(controller)


@pytest.mark.parametrize(
    ("flags", "kills"),
    sample([(0, 10), (0, 100), (LOSES_CPU, 100)]),
    ids=["ten times", "at any moment", "in the middle of grants"],
)
def test_another_controller_takes_over_from_one_that_was_killed(
    night: Night, nursery: subprocess.Popen[str], flags: int, kills: int
) -> None:
    night.controller.close()
    census.library().night_page_plant(night.page.address, flags)
    mine, its = str(os.getpid()), str(nursery.pid)
    controllers = subprocess.Popen([sys.executable, "-c", CONTROLLERS, str(night.path), mine, its])
    try:
        chance = random.Random(1)
        for _ in range(kills):
            before, given_up = night.page.monotonic_ns, time.monotonic() + patience_s()
            while night.page.monotonic_ns - before < SECOND:
                assert time.monotonic() < given_up, "no controller moves time"
                os.sched_yield()  # it may need this CPU
            for _ in range(chance.randrange(2000)):
                os.getppid()
            for controller in children_of(controllers.pid):
                os.kill(controller, signal.SIGKILL)
    finally:
        end_with_the_last(controllers)
    census.library().night_page_plant(night.page.address, 0)
    night.controller.exclude_children(but=[nursery.pid])  # a controller that was closed knows of none
    assert_everybody_goes_on(night, nursery.pid)
