"""Every benchmark runs under --exhaustive, with parameters so small that its figures mean nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
TOP = HERE.parents[1]
SKIPPED = 77
SMALL = {
    "causes": ["tests/checks/causes/pages.jsonl"],
    "night": ["--repeat", "1"],
    "libfaketime": ["--repeat", "1", "--speed", "3600", "--limit-s", "2"],
    "false_timeouts": ["--calls", "200", "--setting", "quiet", "cpu"],
    "stack_timeouts": ["--calls", "32", "--stack", "local", "--setting", "quiet"],
    "flood": ["--calls", "80", "--repeat", "1"],
    "compare": ["--repeat", "1", "--speeds"],
    "clock": ["--repeat", "1", "--without-libfaketime"],
    "stacks": ["--repeat", "1", "--resets", "1", "--stack", "local"],
    "suite": ["--repeat", "1", "--workers", "0", "scenarios/calm/quiet_night.yaml"],
    "memory": ["--nights", "1"],
    "rows": ["--rows", "2000", "--without-flights"],
    "factories": ["--rows", "2000", "--repeat", "1", "--times", "2"],
    "scheduler": ["--jobs", "10", "50"],
    "front_ends": ["--megabytes", "8", "--repeat", "1"],
}
NO_PROGRAMS = {"__init__", "reference_night", "machine", "counted_nights", "hogs", "playing", "test_benchmarks"} | {
    *("against_moto", "against_nginx", "against_sshd", "snowflake_beside_nginx"),
}


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", SMALL)
def test_a_benchmark_runs(name: str) -> None:
    run = subprocess.run(
        [sys.executable, "-m", f"tests.benchmarks.{name}", *SMALL[name]],
        cwd=TOP,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    if run.returncode == SKIPPED:
        pytest.skip(run.stdout.strip())
    assert run.returncode == 0, run.stdout + run.stderr


def test_every_benchmark_is_run_and_described() -> None:
    scripts = {path.stem for path in HERE.glob("*.py")} - NO_PROGRAMS
    scripts -= {path.stem for path in HERE.glob("against_*.py")}  # the comparisons of front_ends
    assert scripts == set(SMALL)
    described = (HERE / "README.md").read_text()
    assert not [name for name in scripts if f"python -m tests.benchmarks.{name}" not in described]
