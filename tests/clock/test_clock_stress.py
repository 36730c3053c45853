"""Nobody's call times out falsely, whatever takes the machine away: `tests/benchmarks/false_timeouts.py` in small."""

from __future__ import annotations

import pytest

from tests.benchmarks.false_timeouts import PROGRAMS, SETTINGS, count_false_timeouts


@pytest.mark.parametrize("setting", ["cpu", "disk", "one core, cpu", "idle, cpu"])
@pytest.mark.parametrize("program", PROGRAMS)
def test_no_call_times_out_falsely_and_time_never_jumps(program: str, setting: str) -> None:
    count = count_false_timeouts(program, 64, SETTINGS[setting])
    assert count.calls >= 64
    assert (count.false, count.jumps) == (0, 0)
