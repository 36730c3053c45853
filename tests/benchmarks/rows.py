"""What many rows cost: the two nights of a calm scenario, their wall time and the memory of their largest process.

    python -m tests.benchmarks.rows [--before CHECKOUT] [--rows 300000 1000000]

The reference chain carries as many rows as are asked for; then a year of real flights. Where another checkout of the
project is named, each is run with both, one after the other.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.machine import machine

TOP = Path(__file__).parents[2]
FLIGHTS = TOP / "scenarios" / "delivery" / "a_year_of_flights.yaml"
CALM = """scenario: nothing happens to {rows} rows
chain: planning_feed/chain.yaml
night: 2026-11-23
faults: [no_fault: {{}}]
expect: {{outcome: unaffected}}
"""
ONE = """
import resource, subprocess, sys
ended = subprocess.run([sys.executable, "-c", "from harness.cli import main; raise SystemExit(main())", *sys.argv[1:]])
print("peak kB", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(ended.returncode)
"""


def run(checkout: Path, scenario: Path) -> tuple[float, float, bool]:
    """Seconds, MB of the largest process that was waited for, and whether the verdict was the expected one."""
    began = time.perf_counter()
    ended = subprocess.run(
        [sys.executable, "-c", ONE, "run", str(scenario)],
        env=os.environ | {"PYTHONPATH": str(checkout)},
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
    )
    peak = re.search(r"peak kB (\d+)", ended.stdout)
    return time.perf_counter() - began, int(peak[1]) / 1024 if peak else 0.0, ended.returncode == 0


def with_rows(folder: Path, rows: int) -> Path:
    """The reference chain with so many, on a calm night."""
    chain = folder / "planning_feed"
    shutil.copytree(TOP / "fixtures" / "chains" / "planning_feed", chain)
    file = chain / "chain.yaml"
    file.write_text(file.read_text().replace("rows: 5000}", f"rows: {rows}}}"))
    scenario = folder / "calm.yaml"
    scenario.write_text(CALM.format(rows=rows))
    return scenario


def main() -> None:
    """Print a line for each number of rows and checkout."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--before", type=Path, help="another checkout, which is measured too")
    parser.add_argument("--rows", type=int, nargs="+", default=[300_000, 1_000_000])
    parser.add_argument("--without-flights", action="store_true", help="leave out the year of real flights")
    options = parser.parse_args()
    checkouts = {"before": options.before, "now": TOP} if options.before else {"now": TOP}
    print(machine(), f"this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB", sep="\n")
    for rows in (*options.rows, *([] if options.without_flights else [None])):
        with tempfile.TemporaryDirectory() as folder:
            scenario = FLIGHTS if rows is None else with_rows(Path(folder), rows)
            for name, checkout in checkouts.items():
                seconds, peak_mb, right = run(checkout, scenario)
                each = "" if rows is None else f", {seconds / 2 / rows * 1e6:.1f} µs a row and night"
                what = "a year of flights" if rows is None else f"{rows:,} rows"
                said = "" if right else "; NOT the expected verdict"
                print(f"{what}, {name}: {seconds:.1f} s{each}, largest process {peak_mb:.0f} MB{said}", flush=True)


if __name__ == "__main__":
    main()
