"""Nights a second of the shipped suite: `pytest scenarios -n 2`, and where their time goes.

    python -m tests.benchmarks.suite [--repeat 3] [--workers 2] [--without TEXT] [PATH ...]
    python -m tests.benchmarks.suite --against CHECKOUT [--python CHECKOUT/.venv/bin/python] [...]

A night is one that was really lived, from reset to history: every scenario's own, and each baseline once a run (one
that is remembered or read is not counted again). Divided by the wall time of the whole run, from the start of pytest to
its end, with collection, the workers' start and the stacks' cold starts in it; and by the time between the first
night's beginning and the last one's end, which is what a longer suite tends to.

With another checkout, both run the same scenarios in turn, each with its own interpreter and its own count. What is
compared then is the time of the same scenarios: fewer baselines are no fewer scenarios, and no night is left out.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.night.runner import BASELINE
from tests.benchmarks.counted_nights import PHASES
from tests.benchmarks.machine import machine

GOAL = 3.0
FASTER = 1.25
"""How many times as fast as the checkout from before the scenarios are to be."""


@dataclass(frozen=True)
class Checkout:
    """A tree, and the interpreter into which it is installed."""

    top: Path
    python: str


HERE = Checkout(Path(__file__).parents[2], sys.executable)


@dataclass(frozen=True)
class Suite:
    """One run of pytest: its wall time, the last line it printed, and the nights that were lived."""

    wall_s: float
    said: str
    lines: list[dict[str, Any]]

    @property
    def nights(self) -> list[dict[str, Any]]:
        """The lines that are nights."""
        return [line for line in self.lines if "began" in line]

    @property
    def scenarios(self) -> Counter[str]:
        """The scenarios whose own nights were lived, by their sentences."""
        return Counter(night["sentence"] for night in self.nights if night["sentence"] != BASELINE)

    @property
    def lived_a_second(self) -> float:
        """Nights, baselines included, a second of the whole run."""
        return len(self.nights) / self.wall_s

    @property
    def busy_s(self) -> float:
        """From the first night's beginning to the last one's end."""
        return max(night["ended"] for night in self.nights) - min(night["began"] for night in self.nights)

    @property
    def spent(self) -> Counter[str]:
        """Seconds of each phase, all workers added up."""
        spent: Counter[str] = Counter()
        for line in self.lines:
            spent.update(line["spent"])
        spent["rest of the nights"] = sum(  # type: ignore[assignment]
            night["ended"] - night["began"] - sum(night["spent"].get(name, 0) for name in PHASES[:7])
            for night in self.nights
        )
        return spent


def run_suite(checkout: Checkout, paths: list[str], workers: int, without: str | None) -> Suite:
    """Run pytest once."""
    command = [checkout.python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "tests.benchmarks.counted_nights"]
    command += ["-n", str(workers)] if workers else []
    command += ["-k", f"not {without}"] if without else []
    with tempfile.TemporaryDirectory() as counts:
        environment = {**os.environ, "NIGHT_COUNT": counts}
        began = time.perf_counter()
        run = subprocess.run(
            [*command, *paths], cwd=checkout.top, env=environment, capture_output=True, text=True, check=False
        )
        wall_s = time.perf_counter() - began
        written = [line for path in Path(counts).iterdir() for line in path.read_text().splitlines()]
    if run.returncode or not written:
        raise SystemExit(f"the suite failed, so its time means nothing:\n{run.stdout[-3000:]}{run.stderr[-1000:]}")
    return Suite(wall_s, run.stdout.strip().splitlines()[-1], [json.loads(line) for line in written])


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("paths", nargs="*", default=["scenarios"])
    options.add_argument("--repeat", type=int, default=3)
    options.add_argument("--workers", type=int, default=2)
    options.add_argument("--without", metavar="TEXT", help="leave out scenarios whose sentence has this word")
    options.add_argument("--against", metavar="CHECKOUT", type=Path, help="another checkout, run in turn with this one")
    options.add_argument("--python", help="its interpreter (default: this one)")
    asked = options.parse_args()

    def run(checkout: Checkout) -> Suite:
        return run_suite(checkout, asked.paths, asked.workers, asked.without)

    if asked.against is None:
        show([run(HERE) for _ in range(asked.repeat)])
    else:
        before = Checkout(asked.against.resolve(), asked.python or sys.executable)
        pairs = [(run(before), run(HERE)) for _ in range(asked.repeat)]
        show([here for _, here in pairs])
        compare(pairs)
    print(machine())


def show(suites: list[Suite]) -> None:
    """The median run, and where its time went."""
    suite = sorted(suites, key=lambda one: one.wall_s)[len(suites) // 2]
    count, walls = len(suite.nights), ", ".join(f"{one.wall_s:.2f}" for one in suites)
    baselines = sum(night["sentence"] == BASELINE for night in suite.nights)
    took = sorted((night["ended"] - night["began"], night["sentence"]) for night in suite.nights)
    longest = "; ".join(f"{seconds:.2f} s {sentence[:50]}" for seconds, sentence in took[:-4:-1])
    total = sum(suite.spent.values())
    spent = ", ".join(f"{name} {part:.2f} ({part / total:.0%})" for name, part in suite.spent.most_common())
    print(suite.said)
    print(f"nights lived         {count:6d}      {baselines} of them baselines")
    print(
        f"whole run            {suite.wall_s:6.2f} s    {suite.lived_a_second:.2f} a second (goal {GOAL:g}); {walls} s"
    )
    print(f"first to last night  {suite.busy_s:6.2f} s    {count / suite.busy_s:.2f} a second")
    print(f"a night, median      {took[count // 2][0] * 1000:6.0f} ms   the longest: {longest}")
    print(f"seconds of all workers: {spent}")


def compare(pairs: list[tuple[Suite, Suite]]) -> None:
    """Each pair, and the medians of the ratios."""
    for before, here in pairs:
        if before.scenarios != here.scenarios:
            differ = (before.scenarios - here.scenarios) + (here.scenarios - before.scenarios)
            raise SystemExit(f"the checkouts run other scenarios, so their times cannot be compared: {sorted(differ)}")
    print("\nthe other checkout and this one, in turn:")
    print("  wall time           ratio   scenarios a second   ratio   nights lived   nights lived a second   ratio")
    times, rates = [], []
    for before, here in pairs:
        times.append(before.wall_s / here.wall_s)
        rates.append(here.lived_a_second / before.lived_a_second)
        of_scenarios = [one.scenarios.total() / one.wall_s for one in (before, here)]
        print(
            f"  {before.wall_s:6.2f} {here.wall_s:6.2f} s   {times[-1]:5.2f}"
            f"          {of_scenarios[0]:5.2f} {of_scenarios[1]:5.2f}   {of_scenarios[1] / of_scenarios[0]:5.2f}"
            f"       {len(before.nights):4d} {len(here.nights):4d}"
            f"             {before.lived_a_second:5.2f} {here.lived_a_second:5.2f}   {rates[-1]:5.2f}"
        )
    print(f"the same scenarios   {statistics.median(times):5.2f} times as fast (goal {FASTER:g})")
    print(f"nights lived a second{statistics.median(rates):5.2f} times as many, though a baseline is lived once a run")


if __name__ == "__main__":
    main()
