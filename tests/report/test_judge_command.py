"""``harness judge``: a night judged again from two files, and the files that it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from harness.cli import FAILED, OK, USAGE, main
from harness.contract.rows import RowsFile, lines_of
from harness.history import History
from harness.testing.histories import Line
from tests.checks.nights import TRUNCATED, calm, ended, launched, night, paged, receipt

END: Line = ("12:00:00", "night", "end info", {"reason": "asked"})
NIGHT = night(receipt("02:00:05"), *calm(), END, faults=[TRUNCATED])
BASELINE = night(*calm(), END)


def judged(folder: Path, history: History, baseline: History) -> int:
    files = folder / "night.jsonl", folder / "baseline.jsonl"
    for file, told in zip(files, (history, baseline), strict=True):
        told.write(file)
    with pytest.raises(SystemExit) as ended:
        main(["judge", *map(str, files)])
    return int(str(ended.value.code))


def test_a_night_is_judged_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert judged(tmp_path, NIGHT, BASELINE) == OK
    assert capsys.readouterr().out.startswith("unaffected: ")


def test_what_its_jobs_worked_is_told_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    work: Line = ("02:01:30", "scheduler", "work info", {"job": "retrieve", "attempt": 1, "cpu_ms": 3230})
    assert judged(tmp_path, night(receipt("02:00:05"), *calm(), work, END, faults=[TRUNCATED]), BASELINE) == OK
    assert capsys.readouterr().out.endswith("\nin real time: retrieve worked 3.2 s\n")


def test_an_inconclusive_night_is_a_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert judged(tmp_path, NIGHT, night(*calm(), paged("02:30:00", "late"), END)) == FAILED
    assert capsys.readouterr().out.startswith("inconclusive: the baseline is not calm")


@pytest.mark.parametrize(
    ("history", "baseline", "said"),
    [
        (History([]), BASELINE, "night.jsonl: found no 'begin' event"),
        (night(*calm(), faults=[TRUNCATED]), BASELINE, "night.jsonl: found no 'end' event"),
        (NIGHT, NIGHT, "baseline.jsonl: found a night with truncate_file, expected its baseline"),
        (NIGHT, night(*calm(), END, chain="flights"), "found chain 'flights', expected 'planning-feed'"),
        (NIGHT, night(*calm(), END, date="2026-11-24"), "found date '2026-11-24', expected '2026-11-23'"),
        (NIGHT, night(*calm(), END, without=["retry"]), "found without ['retry'], expected None"),
    ],
)
def test_what_is_no_night_and_its_baseline_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], history: History, baseline: History, said: str
) -> None:
    assert judged(tmp_path, history, baseline) == USAGE
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("first", "code", "said"),
    [
        ("", OK, ""),
        ('{"format": "night-harness-history", "version": 99}', USAGE, "night.jsonl:1: found version 99 of the format"),
        ('{"format": "HAR"}', USAGE, 'night.jsonl:1: found the format "HAR", expected "night-harness-history"'),
        ("not JSON", USAGE, "night.jsonl:1: found no JSON (Expecting value"),
    ],
    ids=["none, as before there were versions", "a newer version", "another format", "no history"],
)
def test_the_first_line_says_whether_a_file_can_be_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], first: str, code: int, said: str
) -> None:
    night, baseline = tmp_path / "night.jsonl", tmp_path / "baseline.jsonl"
    NIGHT.write(night)
    BASELINE.write(baseline)
    _, *events = night.read_text().splitlines()
    night.write_text("\n".join([first, *events]) + "\n")
    with pytest.raises(SystemExit) as ended:
        main(["judge", str(night), str(baseline)])
    assert ended.value.code == code
    assert said in capsys.readouterr().err


def test_a_history_that_is_too_old_to_be_judged_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert judged(tmp_path, night(*calm(), END, consumers=["planning"]), BASELINE) == USAGE
    assert "found no consumers in the 'begin' event, as before there were versions" in capsys.readouterr().err


def test_a_history_that_cannot_have_happened_is_refused_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A job that ends before it was launched, and a time that goes back from one line to the next."""
    assert judged(tmp_path, night(*launched("02:00:05", "x"), ended("02:00:04", "x"), END), BASELINE) == USAGE
    assert "night.jsonl:3: found that attempt 1 of x ended 1.000000 s before it was launched" in capsys.readouterr().err
    NIGHT.write(tmp_path / "night.jsonl")
    lines = (tmp_path / "night.jsonl").read_text().splitlines()
    event = json.loads(lines[4])
    event["at"] -= 3600 * 10**9
    lines[4] = json.dumps(event)
    (tmp_path / "night.jsonl").write_text("\n".join(lines))
    with pytest.raises(SystemExit) as stopped:
        main(["judge", str(tmp_path / "night.jsonl"), str(tmp_path / "baseline.jsonl")])
    assert stopped.value.code == USAGE
    assert "night.jsonl:5: found a time" in capsys.readouterr().err


def without_rows(file: Path) -> None:
    file.unlink()


def cut_off(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-3])


def with_another_row(file: Path) -> None:
    file.write_bytes(file.read_bytes().replace(b'"v":2', b'"v":3'))


@pytest.mark.parametrize("of", ["night", "baseline"])
@pytest.mark.parametrize(
    ("spoilt", "found"),
    [
        (without_rows, "found no such file, expected the 3 rows of it"),
        (cut_off, "bytes, expected at least"),
        (with_another_row, "found other rows (checksum "),
    ],
)
def test_rows_beside_a_history_that_are_not_its_own_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], of: str, spoilt: Callable[[Path], None], found: str
) -> None:
    assert judged(tmp_path, with_rows(NIGHT), with_rows(BASELINE)) == OK
    capsys.readouterr()
    spoilt(tmp_path / f"{of}.rows")
    with pytest.raises(SystemExit) as ended:
        main(["judge", str(tmp_path / "night.jsonl"), str(tmp_path / "baseline.jsonl")])
    assert ended.value.code == USAGE
    said = capsys.readouterr().err
    assert f"{of}.rows:1: " in said
    assert found in said
    assert f"as {of}.jsonl tells of them; give both files as they were written, or run the night again" in said


def with_rows(history: History) -> History:
    """The same night, with rows in a file, as nights that were lived have them."""
    lines, digest, total = lines_of(["a", "b", "c"], ['{"id":"a","v":1}', '{"id":"b","v":2}', '{"id":"c"}'])
    place = {"start": 0, "bytes": len(lines), "digest": digest, "sum": f"{total:016x}"}
    told = {"business_date": "2026-11-23", "fallback_of": None, "batch": 1, "rows": 3} | place
    events = [replace(event, value=told) if event.action == "holds" else event for event in history]
    return History(events, RowsFile([lines]))
