"""Nobody's call times out falsely, whatever takes the machine away: `tests/benchmarks/false_timeouts.py` in small."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.benchmarks.false_timeouts import PROGRAMS, Setting, count_false_timeouts
from tests.sample import sample

SETTINGS = {
    "cpu": Setting(computing=3),
    "disk": Setting(computing=1, writing=2),
    "one core, cpu": Setting(computing=2, one_core=True),
    "idle, cpu": Setting(computing=1, writing=1, idle=True),
}
"""Hogs enough to take the machine away, and no more: other tests run beside these."""


@pytest.mark.parametrize("setting", sample(SETTINGS, {"cpu"}))
@pytest.mark.parametrize("program", sample(PROGRAMS, {"sockets"}))
def test_no_call_times_out_falsely_and_time_never_jumps(program: str, setting: str) -> None:
    count = count_false_timeouts(program, 64, SETTINGS[setting])
    assert count.calls >= 64
    assert (count.false, count.jumps) == (0, 0)


def test_what_ran_before_and_has_nothing_to_do_with_the_night_is_not_waited_for() -> None:
    with subprocess.Popen([sys.executable, "-S", "-c", "while True: pass"]) as busy:
        try:
            assert count_false_timeouts("sockets", 8, Setting()).calls >= 8
        finally:
            busy.kill()
