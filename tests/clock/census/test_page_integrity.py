"""A clock page that a program of the night has overwritten is told as that, at once, and no time passes on it."""

from __future__ import annotations

import contextlib
import mmap
import os
import random
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.clock.controller import Controller
from harness.clock.page import ClockPage
from harness.errors import StackError
from tests.calibration import patience_s
from tests.clock.virtual_night import HOUR, Night

PAGE_H = (Path(__file__).parents[3] / "harness" / "clock" / "page.h").read_text()
SLOTS, TIMERS, OUTSIDERS = (
    int(re.search(rf"{name} (\d+)u", PAGE_H)[1])  # type: ignore[index]
    for name in ("NIGHT_SLOTS", "NIGHT_TIMERS", "NIGHT_OUTSIDERS")
)
SLOT = TIMER = 128
OUTSIDER = 384
"""Bytes of a place, which `alignas` makes whole."""

OVERWRITES = {
    "zeros": "file.write(bytes(size))",
    "zeros in its head": "file.write(bytes(64))",
    "random bytes": "file.write(random.Random(1).randbytes(size))",
    "a few random bytes": "file.write(random.Random(2).randbytes(16))",
    "cut off": "file.truncate(0)",
    "cut off in its middle": "file.truncate(size // 2)",
    "longer": "file.truncate(size + 1)",
    "removed": "os.unlink(path)",
    "replaced": "open(path + '.new', 'wb').write(open(path, 'rb').read()); os.rename(path + '.new', path)",
    "its time set back": "file.seek(64); file.write(bytes(8))",
    "its time set on": "file.seek(64); file.write((10**17).to_bytes(8, 'little'))",
    "its distance to the epoch": "file.seek(128); file.write(bytes(8))",
}
JOB = """
import os, random, time
path = os.environ["NIGHT_CLOCK"]
size = os.path.getsize(path)
time.sleep(60)
with open(path, "r+b") as file:
    {overwrite}
while True:
    time.sleep(3600)
"""


@pytest.mark.parametrize("name", OVERWRITES)
def test_a_job_that_overwrites_the_page_is_told_and_ends_the_night(night: Night, name: str) -> None:
    night.python("import time; time.sleep(3600); time.sleep(3600)")
    night.python(JOB.format(overwrite=OVERWRITES[name]))
    began = time.monotonic()
    with pytest.raises(StackError, match=r"overwritten|its file") as told:
        night.go(3)
    assert time.monotonic() - began < patience_s()
    assert told.value.where == f"the clock's page {night.path}"
    assert "NIGHT_CLOCK" in told.value.todo
    with pytest.raises(StackError):  # and it stays so
        night.go(3)
    with pytest.raises(StackError):
        night.page.travel(0)


def test_garbage_where_outsiders_are_named_holds_nobody_up_and_is_told(night: Night) -> None:
    with night.path.open("r+b") as file:
        file.seek(-OUTSIDERS * OUTSIDER, os.SEEK_END)
        file.write(random.Random(4).randbytes(OUTSIDERS * OUTSIDER))
    assert night.page.outsiders() == ()
    process = night.start("env", "NIGHT_CLOCK=real", "true")
    assert process.wait(patience_s()) == 0
    assert [one.program for one in night.page.outsiders()] == ["1 more programs"]
    with pytest.raises(StackError, match="whom it names as outside"):
        night.go(1)


def test_outsiders_that_are_named_and_forgotten_are_no_fault(night: Night) -> None:
    for _ in range(3):
        night.run("env", "NIGHT_CLOCK=real", "true")
        night.page.require_sound()
        assert len(night.page.outsiders()) == 1
        night.page.forget_outsiders()
        night.page.require_sound()
        assert night.page.outsiders() == ()


def test_what_programs_may_write_is_no_fault(night: Night) -> None:
    """Readings, waits, timers, limits of sockets, holds, threads that end, processes that are killed."""
    night.start("sleep", "999999")
    night.python("""
        import os, select, signal, socket, subprocess, threading, time
        signal.signal(signal.SIGALRM, lambda *_: None)
        signal.setitimer(signal.ITIMER_REAL, 50, 50)
        for turn in range(20):
            until = time.monotonic() + 0.2
            while time.monotonic() < until:
                pass
            limited = socket.socketpair()
            limited[0].setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, bytes([9] + [0] * 15))
            threads = [threading.Thread(target=time.sleep, args=(span,)) for span in range(20)]
            for each in threads:
                each.start()
            killed = subprocess.Popen(["sleep", "3600"])
            time.sleep(3)
            killed.kill()
            killed.wait()
    """)
    with night.page.hold():
        pass
    assert night.go(3).reason == "until"
    night.page.travel(night.page.now_ns + 24 * HOUR)
    assert night.go(3).reason == "until"


def test_who_asks_to_stop_may_remove_the_page(night: Night) -> None:
    """As the keeper of a command does, once the command has ended."""
    night.start("sleep", "999999")
    night.go(1)
    night.page.stop("the command has ended")
    night.path.unlink()
    assert night.go(1).reason == "asked"
    with pytest.raises(StackError, match="its file was removed"):
        night.go(1)


@pytest.mark.parametrize("then", ["stopped", "killed"])
def test_a_thread_that_stands_still_as_it_takes_the_place_of_a_dead_one_is_no_fault(night: Night, then: str) -> None:
    """It has said its number and nothing more: not its process, and not that it runs."""
    night.start("sleep", "999999")
    dead = night.start("sleep", "999999")
    assert night.go(1).reason == "until"
    place = place_of(night, dead.pid)
    dead.kill()
    dead.wait()
    assert night.go(1).reason == "until"
    with night.path.open("r+b") as file:
        file.seek(place)
        assert file.read(4) == bytes(4), "the place of the dead is not free"
        file.seek(place)
        file.write((os.getpid() if then == "stopped" else dead.pid).to_bytes(4, "little"))
    assert night.go(1).reason == "until"
    night.page.require_sound()


def place_of(night: Night, tid: int) -> int:
    """Where in the page's file the place of a thread begins."""
    page = night.path.read_bytes()
    slots = len(page) - OUTSIDERS * OUTSIDER - SLOTS * SLOT
    return next(at for at in range(slots, slots + SLOTS * SLOT, SLOT) if page[at : at + 4] == tid.to_bytes(4, "little"))


# ---- every byte ----------------------------------------------------------------------------------

TICKING = """
import select, signal, sys, threading, time
signal.signal(signal.SIGALRM, lambda *_: None)
signal.setitimer(signal.ITIMER_REAL, 700, 700)
def tick(span):
    while True:
        began = time.monotonic()
        time.sleep(span)
        print(span, round(time.monotonic() - began, 1), flush=True)
threading.Thread(target=tick, args=(500,), daemon=True).start()
threading.Thread(target=lambda: threading.Event().wait(10**6), daemon=True).start()
tick(900)
"""


class Flips:
    """Changes one byte of the page while all sleep, lets time go on, and puts it back where that was noticed."""

    def __init__(self, night: Night) -> None:
        self.night, self.noticed, self.passed = night, 0, 0
        self.outsiders = night.page.outsiders()
        file = os.open(night.path, os.O_RDWR)
        self.bytes = mmap.mmap(file, 0)
        os.close(file)

    def flip(self, offset: int, by: int) -> None:
        page = ClockPage.open(self.night.path)
        controller = Controller(page, root=os.getpid())
        controller.exclude_children(but=[process.pid for process in self.night.processes])
        with contextlib.closing(page), contextlib.closing(controller):
            assert controller.run(page.now_ns, runaway_s=patience_s()).reason == "until"
            self.bytes[offset] ^= by
            try:
                stop = controller.run(page.now_ns + HOUR, runaway_s=patience_s())
                assert stop.reason == "until", (offset, by, stop)
                assert page.outsiders() == self.outsiders, (offset, by)
                self.passed += 1
            except StackError:
                self.bytes[offset] ^= by
                self.noticed += 1


@pytest.fixture
def flips(night: Night) -> Iterator[Flips]:
    assert night.run("env", "NIGHT_CLOCK=real", "true").code == 0
    assert len(night.page.outsiders()) == 1
    night.python(TICKING)
    assert night.go(1).reason == "until"
    made = Flips(night)
    yield made
    made.bytes.close()


def places(size: int) -> list[int]:
    """The head with its holds, the beginning of the moments, the first timers, threads and outsiders."""
    outsiders = size - OUTSIDERS * OUTSIDER
    slots = outsiders - SLOTS * SLOT
    timers = slots - TIMERS * TIMER
    return [
        *range(1100),
        *range(timers, timers + 2 * TIMER),
        *range(slots, slots + 5 * SLOT),
        *range(outsiders, outsiders + 2 * OUTSIDER),
    ]


def check(night: Night, flips: Flips, offsets: list[int], seed: int) -> None:
    """Whatever was not noticed changed nothing: each tick lasted what was asked for."""
    chance = random.Random(seed)
    for offset in offsets:
        flips.flip(offset, chance.choice([0x01, 0x80, 0xFF, chance.randrange(1, 256)]))
    process = night.processes[-1]
    assert process.poll() is None
    process.kill()
    out, err = process.communicate()
    ticks = [(float(asked), float(was)) for asked, was in (line.split() for line in out.splitlines())]
    assert len(ticks) > 10
    assert [tick for tick in ticks if abs(tick[0] - tick[1]) > 2] == [], err


def test_a_changed_byte_is_noticed_or_changes_nothing(night: Night, flips: Flips) -> None:
    every = places(len(flips.bytes))
    check(night, flips, random.Random(3).sample(every, 60), 3)
    assert flips.noticed > 5


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", range(4))
def test_every_changed_byte_is_noticed_or_changes_nothing(night: Night, flips: Flips, seed: int) -> None:
    check(night, flips, places(len(flips.bytes))[seed::4], seed)
    assert flips.noticed > 50
    print(f"{flips.noticed} noticed, {flips.passed} changed nothing")
