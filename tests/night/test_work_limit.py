"""Jobs that work without a pause: what makes progress is told of and goes on, and a spin or a limit ends the night."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.clock.census.work import NOTHING, Work
from harness.errors import AuthorError, StackError
from harness.night.result import Result
from harness.night.runner import NightRunner
from harness.night.work_limit import WorkLimit
from harness.scenario.loading import load_scenario
from harness.stack import Stack
from harness.values.units import Duration
from tests.night.test_night import CHAIN, SCENARIO, STORE
from tests.sample import sample

LOOK, SPIN_LIMIT = Duration(milliseconds=400), Duration(milliseconds=1200)

SPIN = "while :; do :; done"

BUSY = """python3 - <<'END'
import os, time
while time.process_time() < {cpu_s}:
    {work}
END
"""
"""CPU time is real, also in a night: this works for several looks, or for longer than a spin may last."""

REQUESTS = """python3 - <<'END'
import os, time, urllib.request
while time.process_time() < 0.4:
    urllib.request.urlopen(os.environ["SOURCE"] + "/files/").read()
    open("written", "ab").write(open("/dev/zero", "rb").read(1 << 16))
    sum(range(100_000))  # work between, or so many listings are a tight loop
END
"""

WORKS = {
    "reads": 'open("/dev/zero", "rb").read(1 << 20)',
    "writes": 'open("written", "ab").write(bytes(1 << 16))',
    "fills memory": "[0] * (1 << 23)",
    "makes system calls": 'os.path.exists("there")',
}


def busy(work: str, cpu_s: float = 1.0) -> str:
    return BUSY.replace("{work}", work).replace("{cpu_s}", str(cpu_s))


LONGER_THAN_A_SPIN_S = 2.0

Told = list[str]
Night = Callable[..., Result]


@pytest.fixture
def told() -> Told:
    return []


@pytest.fixture
def night(tmp_path: Path, own_stack: Stack, store: Path, told: Told) -> Night:
    """One night of one shell script, with a short patience."""

    def run(script: str, *, chain: str = "", limit: str = "", spin_limit: Duration = SPIN_LIMIT) -> Result:
        (tmp_path / "fetch.sh").write_text(script + STORE)
        (tmp_path / "chain.yaml").write_text(CHAIN + chain)
        (tmp_path / "night.yaml").write_text(SCENARIO.replace("FAULT", "no_fault: {}"))
        set_by = WorkLimit.parse(limit, "--work-limit") if limit else None
        runner = NightRunner(own_stack, store, tell=told.append, work_limit=set_by, look=LOOK, spin_limit=spin_limit)
        return runner.run(load_scenario(tmp_path / "night.yaml"))

    return run


def test_a_spin_is_named_while_it_lasts_and_ends_the_night(night: Night, told: Told) -> None:
    with pytest.raises(StackError, match=r"fetch \(pid \d+\) has worked without waiting") as error:
        night(SPIN)
    assert "without progress" in str(error.value)
    assert "No max_run_time can end it" in str(error.value)
    assert "work_limit" in str(error.value)
    assert len(told) >= 2
    assert "fetch" in told[-1]
    assert f"that makes no progress, and {SPIN_LIMIT} of it end the night" in told[-1]


@pytest.mark.parametrize("kind", sample(WORKS, {"makes system calls"}))
def test_what_makes_progress_is_told_of_and_not_ended(night: Night, told: Told, kind: str) -> None:
    """What each kind of work counts for, `tests/clock/census/test_work.py` sees; here one of them lasts."""
    result = night(busy(WORKS[kind], LONGER_THAN_A_SPIN_S))
    assert f"{result.finished_at:%H:%M}" == "02:00"  # work costs no virtual time
    assert result.worked_s["fetch"] >= 1.0
    assert any("fetch (pid" in line and "no limit is set" in line and " s of CPU" in line for line in told), told


def test_without_the_measure_of_progress_it_would_be_ended(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(_: Any) -> Work:
        return NOTHING

    monkeypatch.setattr(Work, "of", nothing)
    with pytest.raises(StackError, match="without progress"):
        night(busy(WORKS["writes"], LONGER_THAN_A_SPIN_S))


def test_a_progress_line_says_what_was_made(night: Night, told: Told) -> None:
    result = night(busy('open("written", "ab").write(open("/dev/zero", "rb").read(1 << 16))'))
    assert f"{result.finished_at:%H:%M}" == "02:00"
    assert all(word in told[-1] for word in ("B read", "B written")), told[-1]


def test_who_asks_without_a_pause_lets_time_pass(night: Night) -> None:
    history = night(REQUESTS).history
    began, ended = history.of("launch", type="invoke")[0].at, history.of("job", type="ok")[0].at
    assert ended - began > 50_000_000  # ten requests and more in less than half a second of work


def test_the_limit_of_a_chain_ends_also_what_makes_progress_and_says_where_it_stands(night: Night) -> None:
    with pytest.raises(StackError, match=r"chain\.yaml:\d+: work_limit") as error:
        night(busy(WORKS["writes"]), chain="work_limit: 500ms\n")
    assert "without progress" not in str(error.value)
    assert "B written" in str(error.value)


def test_the_limit_of_a_run_goes_before_that_of_the_chain(night: Night, told: Told) -> None:
    result = night(busy(WORKS["writes"]), chain="work_limit: 500ms\n", limit="1h")
    assert result.finished_at is not None
    assert "at 1h the night is ended (--work-limit)" in told[0]


@pytest.mark.parametrize("limit", sample(["none", "1h"]))
def test_a_limit_holds_for_a_spin_as_well(night: Night, told: Told, limit: str) -> None:
    arithmetic = "sum(range(1 << 17))"  # a millisecond and more for each of the two calls around it
    result = night(busy(arithmetic), chain=f"work_limit: {limit}\n", spin_limit=LOOK)
    assert result.finished_at is not None
    assert told
    with pytest.raises(StackError, match="without progress"):
        night(busy(arithmetic), spin_limit=LOOK)


def test_a_limit_that_is_none_is_refused_with_what_was_expected() -> None:
    with pytest.raises(AuthorError, match=r"--work-limit: found '30', expected a duration .*, or none"):
        WorkLimit.parse("30", "--work-limit")
    with pytest.raises(AuthorError, match="expected a duration longer than nothing"):
        WorkLimit.parse("0s", "--work-limit")
