"""How fast and in how much memory the files of a night are made: a million records of the forecast in every format.

    python -m tests.benchmarks.factories [--rows 1000000] [--repeat 3] [--times 4]

Against a factory that builds its lines by itself, whole in memory, as the forecast once did: the same bytes as `csv`.
Each file is made in a process of its own, in turn (A B C A B C), by its factory and the content store, which also takes
the checksums; interpreter, imports and Faker's vocabulary are not counted in the time. Memory is that process's own
peak, with everything in it, for so many records and for ``--times`` as many.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.machine import machine

PLAIN = """
import itertools
import random

from harness.content import factories
from pathlib import Path

forecast = factories.find("forecast", Path("no-folder")).program.__globals__


def write(out, *, date, seed, rows):
    dice = random.Random(f"{seed}/{date.isoformat()}")
    lines, total = ["site,sku,day,quantity,unit"], 0
    for site, sku, day, unit in itertools.islice(keys(seed, date), rows):
        quantity = int(dice.paretovariate(1.2) * 3)
        total += quantity
        lines.append(f"{site},{sku},{day},{quantity},{unit}")
    lines.append(f"TRAILER,{rows},{total}")
    out.write(("\\n".join(lines) + "\\n").encode())
    return rows


def keys(seed, date):
    days = [(date + forecast["dt"].timedelta(days=ahead)).isoformat() for ahead in range(1, 15)]
    for number, site in enumerate(forecast["sites"](seed)):
        for article in range(40):
            sku, unit = f"SKU-{number:03d}{article:03d}", forecast["UNITS"][article % 4]
            for day in days:
                yield site, sku, day, unit
"""

MAKE = """
import datetime, json, re, sys, time
from pathlib import Path
from harness.chain.model import Chain
from harness.night.file_contents import FileContents

folder, content = Path(sys.argv[1]), json.loads(sys.argv[2])
store = FileContents(folder / "store")

def made(**more):
    files = {"f": {"name": "f_{date}", "arrives": "01:00", "content": content | more}}
    jobs = {"a": {"run": ["x"], "at": "02:00"}}
    chain = Chain.model_validate({"chain": "c", "owner": "o", "deadline": "06:00", "jobs": jobs, "files": files})
    return store.content(chain.located(folder), "f", datetime.date(2026, 11, 23), 0)

made(rows=1)  # imports, and the vocabulary
began = time.perf_counter()
stored = made()
took = time.perf_counter() - began
store.path(stored.sha256).unlink()
peak = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]
print(took, peak, stored.size, stored.sha256)
"""

CONTENTS = {
    "plain": {"factory": "plain"},
    "csv": {"factory": "forecast"},
    "fixed": {"factory": "forecast", "format": "fixed"},
    "jsonl": {"factory": "forecast", "format": "jsonl"},
    "parquet": {"factory": "forecast", "format": "parquet"},
    "csv gzip": {"factory": "forecast", "compress": "gzip"},
    "csv zip": {"factory": "forecast", "compress": "zip"},
}


def made(folder: Path, content: dict[str, object]) -> tuple[float, float, float, str]:
    """Seconds, peak memory and size in MB, and checksum of one content."""
    command = [sys.executable, "-c", MAKE, str(folder), json.dumps(content)]
    took, peak, size, sha256 = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(took), int(peak) / 1000, int(size) / 1e6, sha256


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--repeat", type=int, default=3)
    options.add_argument("--times", type=int, default=4)
    asked = options.parse_args()
    seconds: dict[str, list[float]] = {name: [] for name in CONTENTS}
    peaks: dict[str, float] = {}
    sizes: dict[str, float] = {}
    sums: dict[str, str] = {}
    with tempfile.TemporaryDirectory(dir="/dev/shm") as name:
        folder = Path(name)
        (folder / "factories").mkdir()
        (folder / "factories" / "plain.py").write_text(PLAIN)
        for _ in range(asked.repeat):
            for kind, content in CONTENTS.items():
                took, peaks[kind], sizes[kind], sums[kind] = made(folder, content | {"rows": asked.rows})
                seconds[kind].append(took)
        more = {
            kind: made(folder, content | {"rows": asked.rows * asked.times})[1] for kind, content in CONTENTS.items()
        }
    if sums["plain"] != sums["csv"]:
        sys.exit("the plain factory and csv made different bytes: nothing was compared")
    plain = statistics.median(seconds["plain"])
    print(
        f"{asked.rows:,} records; medians of {asked.repeat}; memory for {asked.rows:,} and {asked.times} times as many"
    )
    for kind, taken in seconds.items():
        median = statistics.median(taken)
        print(f"{kind:9s} {asked.rows / median:10,.0f} records/s {median / plain:5.2f} x plain {median:6.2f} s"
              f" {sizes[kind]:7.1f} MB file {peaks[kind]:6.0f} and {more[kind]:5.0f} MB memory")  # fmt: skip
    print(machine())


if __name__ == "__main__":
    main()
