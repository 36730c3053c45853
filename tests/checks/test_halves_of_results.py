"""Hand-written histories for no_partial_file_visible: results of the chain's own, which a job writes and dies."""

from __future__ import annotations

import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from harness.checks import CHECKS, Finding
from harness.checks.model.halves import halves
from harness.history import History
from harness.mocks.core.compared import LARGEST_SHOWN
from harness.mocks.folders.beginnings import beginnings
from harness.testing.histories import Line
from tests.checks.nights import calm, ended, keeps, launched, night, stored

check = CHECKS["no_partial_file_visible"]

BYTES = "aaaabbbbccccdddd"
"""A digest for each beginning; a part has the first ones of the whole."""


def opened(clock: str, name: str = "report.txt", folder: str = "landing") -> Line:
    return clock, "folders", "write invoke", {"folder": folder, "name": name}


def closed(clock: str, length: int, begins: str, name: str = "report.txt", folder: str = "landing") -> Line:
    value = {"folder": folder, "name": name, "sha256": None, "size": None, "how": "closed"}
    told = {"length": length, "beginnings": begins, "whole": f"{length} of {begins}"}
    return clock, "folders", "write ok", value | told


def content(clock: str, body: bytes, path: Path) -> Line:
    """The same, as the watch tells it of a file with this in it."""
    path.write_bytes(body)
    value = {"folder": "landing", "name": "report.txt", "sha256": None, "size": None, "how": "closed"}
    return clock, "folders", "write ok", value | beginnings(path)


def written(*lines: Line, name: str = "report.txt", folder: str = "landing") -> History:
    """A night in which a job that comes last writes a report in its place."""
    last = [opened("02:05:10", name, folder), closed("02:05:11", 100, BYTES, name, folder)]
    return night(*calm(), *lines, *launched("02:05:00", "report"), *last, *_well(name, folder))


def died(*lines: Line, then: list[Line] | None = None, kind: str = "fail") -> History:
    """A night in which the job ends after these lines, and what is then."""
    return night(*calm(), *launched("02:05:00", "report"), *lines, ended("02:05:12", "report", kind), *(then or []))


def again() -> list[Line]:
    """It is launched once more, and all is well."""
    return [
        *launched("02:15:00", "report"),
        opened("02:15:10"),
        closed("02:15:11", 100, BYTES),
        ended("02:15:12", "report"),
        keeps("report.txt", "the-report"),
    ]


def partial(finding: Finding) -> tuple[Any, ...]:
    return finding.evidence["partial"].first if finding.state == "violated" else ()


def _well(name: str, folder: str) -> list[Line]:
    return [ended("02:05:12", "report"), keeps(name, "the-report", folder)]


BASELINE = written()
HALF = [opened("02:05:10"), closed("02:05:11", 40, BYTES[:8])]
TOLD = "landing/report.txt with 40 bytes, the first part of it, after report had failed"


@pytest.mark.parametrize("then", [[], again()])
def test_half_of_a_result_that_stays_when_its_writer_failed_is_partial(then: list[Line]) -> None:
    assert partial(check(died(*HALF, then=then), BASELINE)) == (TOLD,)


def test_that_it_was_closed_may_be_told_a_moment_after_the_end() -> None:
    """The watch of the folders is told by the kernel, beside the scheduler."""
    late = night(*calm(), *launched("02:05:00", "report"), HALF[0], ended("02:05:11", "report", "fail"), HALF[1])
    well = [ended("02:05:11", "report"), closed("02:05:11", 100, BYTES), keeps("report.txt", "the-report")]
    late_too = night(*calm(), *launched("02:05:00", "report"), opened("02:05:10"), *well)
    for history, baseline in ((late, BASELINE), (died(*HALF), late_too), (late, late_too)):
        assert partial(check(history, baseline)) == (TOLD,)


def test_an_older_version_that_is_cut_to_nothing_is_partial() -> None:
    emptied = died(opened("02:05:10"), closed("02:05:11", 0, ""))
    assert partial(check(emptied, BASELINE)) == (TOLD.replace("40 bytes", "0 bytes"),)


def test_whole_results_are_none_whether_their_writer_ended_well_or_not() -> None:
    assert check(BASELINE, BASELINE).state == "holds"
    whole = [opened("02:05:10"), closed("02:05:11", 100, BYTES)]
    assert check(died(*whole), BASELINE).state == "holds"


def test_another_text_is_no_first_part() -> None:
    """As a job that says in its report why it has failed."""
    other = [opened("02:05:10"), closed("02:05:11", 40, "aaaaffff")]
    assert check(died(*other), BASELINE).state == "holds"


def test_a_job_that_is_at_work_or_ended_well_has_left_no_half() -> None:
    assert check(died(*HALF, kind="ok"), BASELINE).state == "holds"
    assert check(night(*calm(), *launched("02:05:00", "report"), *HALF), BASELINE).state == "holds"


def test_what_is_cleared_up_at_once_was_not_left() -> None:
    gone: Line = ("02:05:11", "folders", "remove info", {"folder": "landing", "name": "report.txt"})
    assert check(died(*HALF, gone), BASELINE).state == "holds"


def test_a_list_that_grows_by_lines_is_whole_after_each() -> None:
    line = [opened("02:05:09"), closed("02:05:09", 40, BYTES[:8])]
    assert check(died(*HALF), written(*line)).state == "holds"


def test_a_file_that_is_open_while_rows_are_stored_grows_with_them() -> None:
    batches = [stored("02:05:10", 1), stored("02:05:10", 1)]
    sent = [opened("02:05:10"), *batches, closed("02:05:11", 100, BYTES)]
    calm_night = night(*calm(), *launched("02:05:00", "report"), *sent, *_well("report.txt", "landing"))
    assert check(died(*HALF), calm_night).state == "holds"
    one = [opened("02:05:10"), batches[0], closed("02:05:11", 100, BYTES)]
    calm_night = night(*calm(), *launched("02:05:00", "report"), *one, *_well("report.txt", "landing"))
    assert check(died(*HALF), calm_night).state == "violated"


def test_a_file_with_a_marker_is_not_looked_at_before_that() -> None:
    marker = [opened("02:05:11", "report.txt.ok"), closed("02:05:11", 0, "", "report.txt.ok")]
    marked = night(
        *calm(),
        *launched("02:05:00", "report"),
        opened("02:05:10"),
        closed("02:05:11", 100, BYTES),
        *marker,
        *_well("report.txt", "landing"),
        keeps("report.txt.ok", ""),
    )
    assert check(died(*HALF), marked).state == "holds"


@pytest.mark.parametrize("name", ["report.log", "report.txt.tmp", "state.sqlite"])
def test_logs_databases_and_parts_may_end_anywhere(name: str) -> None:
    half = [opened("02:05:10", name), closed("02:05:11", 40, BYTES[:8], name)]
    assert check(died(*half), written(name=name)).state == "holds"


@pytest.mark.parametrize("folder", ["work", "archive", "quarantine"])
def test_where_nobody_looks_half_a_result_may_lie(folder: str) -> None:
    half = [opened("02:05:10", folder=folder), closed("02:05:11", 40, BYTES[:8], folder=folder)]
    assert check(died(*half), written(folder=folder)).state == "holds"


def test_what_the_chain_ignores_or_the_baseline_takes_away_is_no_result() -> None:
    assert check(died(*HALF), night(*_without_keeps())).state == "holds"


def _without_keeps() -> list[Line]:
    last = [opened("02:05:10"), closed("02:05:11", 100, BYTES)]
    return [*calm(), *launched("02:05:00", "report"), *last, ended("02:05:12", "report")]


GOOD = b'{"date": "2026-11-23", "status": "loaded", "rows": 1200, "finished": "02:05"}\n'
ROWS = [b"%06d,ok\n" % number for number in range(12_000)]


def of_contents(path: Path, whole: bytes, left: bytes) -> tuple[Any, ...]:
    """What is partial where a job that failed left this, and the baseline that; small texts are kept as such."""
    text = {"text": whole.decode()} if len(whole) <= LARGEST_SHOWN else {}
    last = [opened("02:05:10"), content("02:05:11", whole, path), ended("02:05:12", "report")]
    well = night(*calm(), *launched("02:05:00", "report"), *last, keeps("report.txt", "whole", **text))
    return partial(check(died(opened("02:05:10"), content("02:05:11", left, path)), well))


@pytest.mark.parametrize(
    ("whole", "left"),
    [
        (GOOD, b'{"date": "2026-11-23", "status": "failed"}\n'),
        (b"120\n", b"12\n"),
        (b"read\nchecked\nloaded\nsent\n" * 40, b"read\nchecked\nloaded\nsent\n" * 20 + b"failed\n"),
    ],
)
def test_a_report_of_its_own_that_begins_as_the_good_one_is_no_half_of_it(
    tmp_path: Path, whole: bytes, left: bytes
) -> None:
    assert not of_contents(tmp_path / "report", whole, left)


@pytest.mark.parametrize("left_out", [1, 4_000, 9_000, 11_900, 11_999])
def test_a_list_without_a_line_is_no_half_of_the_one_with_it(tmp_path: Path, left_out: int) -> None:
    left = b"".join(row for number, row in enumerate(ROWS) if number != left_out)
    assert not of_contents(tmp_path / "report", b"".join(ROWS), left)


@pytest.mark.parametrize("rows", [0, 1, 100, 1_000, 6_000, 11_000])
def test_a_list_that_ends_early_is_half_of_the_whole_at_any_line(tmp_path: Path, rows: int) -> None:
    assert of_contents(tmp_path / "report", b"".join(ROWS), b"".join(ROWS[:rows]))


@pytest.mark.parametrize("size", [0, 1, 33, 41, len(GOOD) - 1])
def test_a_small_text_is_half_of_the_whole_at_any_byte(tmp_path: Path, size: int) -> None:
    assert of_contents(tmp_path / "report", GOOD, GOOD[:size])


def test_what_a_buffer_has_written_is_half_of_the_whole_however_little_is_lacking(tmp_path: Path) -> None:
    whole = b"".join(ROWS)
    assert of_contents(tmp_path / "report", whole, whole[: len(whole) // 8_192 * 8_192])


def test_a_file_that_is_closed_often_is_compared_with_all_that_it_was_at_once() -> None:
    """What is looked at grows with what was closed, not with its square."""
    often = 3_000
    lines = [line for size in range(often) for line in (opened("02:05:10"), closed("02:05:11", size, BYTES))]
    other = [line for size in range(often) for line in (opened("02:05:10"), closed("02:05:11", size, "ffff"))]
    looked_at = 0

    def count(frame: FrameType, event: str, arg: object) -> None:
        nonlocal looked_at
        looked_at += event == "call"

    history, baseline = died(*other), written(*lines)
    halves(baseline, baseline)  # what the two histories are asked alone is found before
    sys.setprofile(count)
    try:
        assert halves(history, baseline) == ()
    finally:
        sys.setprofile(None)
    assert looked_at < 100 * often
