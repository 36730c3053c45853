"""Files of any size pass through memory a batch at a time, and are the same in every process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.sample import sample

MAKE = """
import datetime, json, re, sys
from pathlib import Path
from harness.chain.model import Chain
from harness.night.file_contents import FileContents

store, seed, content = Path(sys.argv[1]), int(sys.argv[2]), json.loads(sys.argv[3])
chain = Chain.model_validate({
    "chain": "c", "owner": "o", "deadline": "06:00", "jobs": {"a": {"run": ["x"], "at": "02:00"}},
    "files": {"f": {"name": "f_{date}", "arrives": "01:00", "content": content}},
}).located(store)
stored = FileContents(store).content(chain, "f", datetime.date(2026, 11, 23), seed)
# Not ru_maxrss: that of the process before exec is in it, which was a copy of the tests' own.
peak = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]
print(stored.sha256, stored.size, stored.records, peak)
"""

FORMS: list[dict[str, Any]] = [
    {"format": "csv"}, {"format": "fixed"}, {"format": "jsonl"}, {"format": "parquet"},
    {"format": "csv", "compress": "gzip"}, {"format": "csv", "compress": "zip"},
]  # fmt: skip
NAMES = [" ".join(form.values()) for form in FORMS]
MB = 1024


def made(store: Path, content: dict[str, Any], *, seed: int = 0, hashing: str = "random") -> tuple[str, int, int, int]:
    """Checksum, size and records of a content that another process made, and that process's peak memory in kB."""
    store.mkdir(exist_ok=True)
    arguments = [sys.executable, "-c", MAKE, str(store), str(seed), json.dumps(content)]
    environment = os.environ | {"PYTHONHASHSEED": hashing}
    answer = subprocess.run(arguments, capture_output=True, text=True, check=True, env=environment)
    sha256, size, records, peak = answer.stdout.split()
    return sha256, int(size), int(records), int(peak)


@pytest.mark.parametrize("form", sample(FORMS), ids=NAMES)
def test_a_file_is_the_same_in_every_process_and_another_with_another_seed(
    tmp_path: Path, form: dict[str, Any]
) -> None:
    content = {"factory": "forecast", "rows": 3000} | form
    first = made(tmp_path / "a", content, hashing="1")
    assert first[:3] == made(tmp_path / "b", content, hashing="2")[:3]
    assert first[2] == 3000
    assert first[0] != made(tmp_path / "a", content, seed=1)[0]


@pytest.mark.parametrize("form", sample(FORMS), ids=NAMES)
def test_a_file_of_four_times_the_records_is_made_in_the_same_memory(tmp_path: Path, form: dict[str, Any]) -> None:
    # The smaller one fills a row group of Parquet too.
    _, few_bytes, _, few = made(tmp_path / "few", {"factory": "forecast", "rows": 80_000} | form)
    _, bytes_, records, many = made(tmp_path / "many", {"factory": "forecast", "rows": 320_000} | form)
    assert (records, bytes_ > 3 * few_bytes) == (320_000, True)
    assert many - few < 5 * MB, f"{few} kB for 80,000 records, {many} kB for 320,000"


def test_a_copied_file_of_ten_times_the_size_is_taken_in_the_same_memory(tmp_path: Path) -> None:
    peaks = {}
    for lines in (100_000, 1_000_000):
        with (tmp_path / "real.csv").open("w") as file:
            file.write("site;day;amount\n")
            file.writelines(f"Lille {part:05d};2026-11-23;{part}\n" * 1000 for part in range(lines // 1000))
        store = tmp_path / str(lines)
        _, size, records, peaks[lines] = made(store, {"copy": str(tmp_path / "real.csv")})
        assert (size, records) == ((tmp_path / "real.csv").stat().st_size, lines)
    assert size > 20 * MB * 1024
    assert peaks[1_000_000] - peaks[100_000] < 4 * MB, peaks


@pytest.mark.exhaustive
def test_a_file_without_any_line_end_is_read_in_pieces(tmp_path: Path) -> None:
    with (tmp_path / "real.csv").open("w") as file:
        for _ in range(50):
            file.write("x" * (1 << 20))
    _, size, _, peak = made(tmp_path / "store", {"copy": str(tmp_path / "real.csv")})
    (tmp_path / "real.csv").write_text("x")
    _, _, _, small = made(tmp_path / "store", {"copy": str(tmp_path / "real.csv")})
    assert size == 50 << 20
    assert peak - small < 8 * MB
