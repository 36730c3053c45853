"""However many rows a night has, and however many of them are wrong, what is in memory of them is a part."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any
from unittest import mock

import pytest

import harness.history
from harness.checks import judge
from harness.checks.model import partitions
from harness.checks.model.friction import friction
from harness.checks.model.outcome import Outcome
from harness.contract import rows as contract_rows
from harness.contract.rows import RowsFile, lines_of
from harness.history import History
from harness.report.history_files import night_and_baseline
from tests.checks.nights import TRUNCATED, calm, holds, night, receipt

BATCHES = 8
"""In every night: an event tells of each, and it is not events of which there are more."""

FEW, MANY = 8_000, 80_000

END = ("12:00:00", "night", "end info", {"reason": "asked"})


@pytest.fixture(autouse=True)
def _small_parts() -> Iterator[None]:
    """Parts so small that few rows fill some of them, as a million rows fill the real ones."""
    with (
        mock.patch.object(partitions, "PARTITION_ROWS", 4_000),
        mock.patch.object(contract_rows, "IN_MEMORY_BYTES", 1 << 12),
        mock.patch.object(contract_rows, "CHUNK_BYTES", 1 << 16),
        mock.patch.object(harness.history, "CHUNK_BYTES", 1 << 16),
    ):
        yield


def with_rows(history: History, count: int, prefix: str, content: str) -> History:
    """The same night, whose consumer holds these rows; they are made while they are written."""
    told: list[dict[str, Any]] = []
    coming = keys(count, prefix)

    def chunks() -> Iterator[bytes]:
        start = 0
        while batch := list(islice(coming, -(-count // BATCHES))):
            lines, digest, total = lines_of(batch, [f'{{"key":"{key}","v":"{content}"}}' for key in batch])
            told.append(
                {"business_date": "2026-11-23", "fallback_of": None, "batch": len(told) + 1, "rows": len(batch)}
                | {"start": start, "bytes": len(lines), "digest": digest, "sum": f"{total:016x}"}
            )
            start += len(lines)
            yield lines

    held = RowsFile(chunks())
    said = {"type": "info", "component": "planning", "action": "holds"}
    at = history[-1].at
    others = [
        {"at": one.at, "component": one.component, "type": one.type, "action": one.action, "value": one.value}
        for one in history
    ]
    return History.merge([*others, *(said | {"at": at + 1, "value": value} for value in told)], held)


def keys(count: int, prefix: str = "r") -> Iterator[str]:
    return (f"{prefix}{number:07}" for number in range(count))


def nights(rows: int, wrong: str) -> tuple[History, History]:
    """A night and its baseline with so many rows, which differ in all of them or in none."""
    lines = [line for line in calm(records=rows) if line[2] != holds()[2]]
    calm_night = night(*lines, END)
    faulty = night(receipt("02:00:05"), *lines, END, faults=[TRUNCATED])
    prefix, content = {"none": ("r", "1"), "changed": ("r", "2"), "invented": ("x", "1")}[wrong]
    return with_rows(faulty, rows, prefix, content), with_rows(calm_night, rows, "r", "1")


def peak_of(act: Callable[[], object]) -> int:
    tracemalloc.start()
    try:
        act()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "wrong",
    [
        "none",
        pytest.param("changed", marks=pytest.mark.exhaustive),
        pytest.param("invented", marks=pytest.mark.exhaustive),
    ],
)
def test_ten_times_the_rows_are_judged_in_less_than_twice_the_memory(wrong: str) -> None:
    judge(*nights(1, wrong))  # what is read and compiled once is no memory of rows
    peaks = []
    for rows in (FEW, MANY):
        both = nights(rows, wrong)

        def judged(both: tuple[History, History] = both) -> None:
            judge(*both)
            friction(*both)

        peaks.append(peak_of(judged))
    assert peaks[1] < 2 * peaks[0], f"{peaks[0]:,} bytes for {FEW:,} rows, {peaks[1]:,} for {MANY:,}"


def test_of_many_wrong_rows_all_are_counted_and_ten_are_named() -> None:
    both = nights(FEW, "invented")
    judgement = judge(*both)
    assert judgement.outcome is Outcome.DAMAGED
    (found,) = [finding for finding in judgement.findings if finding.check == "delivered_once"]
    assert {kind: evidence.total for kind, evidence in found.evidence.items()} == {"lost": FEW, "invented": FEW}
    assert found.evidence["invented"].first == tuple(keys(10, "x"))
    cost = friction(*both)
    assert (cost.rows_lost, cost.rows_wrong) == (FEW, FEW)


def test_ten_times_the_rows_are_written_and_read_in_less_than_twice_the_memory(tmp_path: Path) -> None:
    night_file, baseline_file = tmp_path / "night.jsonl", tmp_path / "baseline.jsonl"
    peaks = []
    for rows in (FEW, MANY):
        both = nights(rows, "changed")

        def kept(both: tuple[History, History] = both) -> None:
            for history, file in zip(both, (night_file, baseline_file), strict=True):
                history.write(file)
            again, _ = night_and_baseline(night_file, baseline_file)
            assert again.held.size == both[0].held.size

        peaks.append(peak_of(kept))
    assert peaks[1] < 2 * peaks[0], f"{peaks[0]:,} bytes for {FEW:,} rows, {peaks[1]:,} for {MANY:,}"
