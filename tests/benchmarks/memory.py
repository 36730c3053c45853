"""The peak memory of a whole local night, all its processes added up, the harness's own included.

    python -m tests.benchmarks.memory [--nights 3] [SCENARIO.yaml]

While nights are lived (their baseline too, in this process, as in a pytest worker), the memory of this process and of
every one below it is read over and over: PSS, in which a page that several share counts once, and RSS, in which it
counts in each. Below them the bound that no moment can exceed: the VmHWM, the peak of a life, of all that live as long
as the stack, and that of the largest job.
"""

from __future__ import annotations

import argparse
import os
import re
import tempfile
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from harness.night.runner import NightRunner
from harness.scenario.loading import load_scenario
from harness.stack.cleanup.processes import descendants_of
from harness.stack.local.stack import LocalStack
from tests.benchmarks.machine import machine

SCENARIO = Path(__file__).parents[2] / "scenarios" / "waiting" / "source_hang.yaml"
GOAL_MB = 400
_PSS = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)
_STATUS = re.compile(r"^(VmHWM|VmRSS):\s+(\d+) kB", re.MULTILINE)
EVERY_S = 0.004


@dataclass
class Peaks:
    """The largest sums that were seen, in kB, and each process's own peak."""

    pss: int = 0
    rss: int = 0
    looks: int = 0
    processes: int = 0
    highest: dict[int, int] = field(default_factory=dict)
    readable: bool = True

    def look(self, root: int) -> None:
        """Read every process once; what has ended meanwhile is none."""
        pss = rss = 0
        pids = [root, *descendants_of(root)]
        for pid in pids:
            with suppress(FileNotFoundError, ProcessLookupError):
                status = dict(_STATUS.findall(Path(f"/proc/{pid}/status").read_text()))
                if not status:
                    continue  # a zombie holds nothing
                rss += int(status["VmRSS"])
                self.highest[pid] = max(self.highest.get(pid, 0), int(status["VmHWM"]))
                try:
                    found = _PSS.search(Path(f"/proc/{pid}/smaps_rollup").read_text())
                    pss += int(found[1]) if found else 0
                except PermissionError:
                    self.readable = False
        self.pss, self.rss = max(self.pss, pss), max(self.rss, rss)
        self.processes = max(self.processes, len(pids))
        self.looks += 1

    def watch(self, root: int, until: threading.Event) -> None:
        """Look until told to end."""
        while not until.wait(EVERY_S):
            self.look(root)


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("scenario", type=Path, nargs="?", default=SCENARIO)
    options.add_argument("--nights", type=int, default=3)
    asked = options.parse_args()
    peaks, over = Peaks(), threading.Event()
    watcher = threading.Thread(target=peaks.watch, args=(os.getpid(), over))
    scenario = load_scenario(asked.scenario)
    with tempfile.TemporaryDirectory(dir="/dev/shm") as store, LocalStack() as stack:
        supervisor = stack.door.ask("GET", "/health")["pid"]
        lasting = {os.getpid(), supervisor, *descendants_of(supervisor)}
        watcher.start()
        try:
            runner = NightRunner(stack, Path(store))
            outcomes = [runner.run(scenario).outcome for _ in range(asked.nights)]
        finally:
            over.set()
            watcher.join()
        peaks.look(os.getpid())
        files = sum(path.stat().st_blocks * 512 for path in stack.directory.root.rglob("*") if path.is_file())
    lasts = sum(peak for pid, peak in peaks.highest.items() if pid in lasting)
    job = max((peak for pid, peak in peaks.highest.items() if pid not in lasting), default=0)
    pss = f"{peaks.pss / 1000:7.0f} MB" if peaks.readable else "not readable"
    print(f"{asked.scenario.name}: {asked.nights} nights and a baseline, {outcomes[-1]}; {peaks.looks} looks,"
          f" at most {peaks.processes} processes")  # fmt: skip
    print(f"peak, PSS added up    {pss}   goal {GOAL_MB} MB")
    print(f"peak, RSS added up    {peaks.rss / 1000:7.0f} MB   pages that several share counted in each")
    print(f"bound, VmHWM          {(lasts + job) / 1000:7.0f} MB   {lasts / 1000:.0f} of what lasts, {job / 1000:.0f}"
          " of the largest job")  # fmt: skip
    print(f"files in its folder   {files / 1e6:7.0f} MB   in shared memory, and in none of the above")
    print(machine())


if __name__ == "__main__":
    main()
