"""Events, recorders and histories."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from harness.contract.events import HISTORY_VERSION
from harness.errors import LoadError
from harness.history import History, Recorder
from tests.calibration import patience_s

SECOND = 1_000_000_000


def recorded(folder: Path, *, start: int = 0, step: int = 1000) -> History:
    ticks = count(start * SECOND, step)
    recorder = Recorder(folder / "scheduler.jsonl", "scheduler", clock=lambda: next(ticks))
    recorder.record("invoke", "launch", {"job": "retrieve", "pid": start})
    recorder.record("fail", "launch", {"job": "retrieve"}, error="program not found")
    recorder.record("ok", "batch", {"rows": 3}, component="planning")
    recorder.close()
    return History.read(folder / "scheduler.jsonl")


def test_what_is_recorded_is_read_back_in_order(tmp_path: Path) -> None:
    history = recorded(tmp_path)
    assert [(event.index, event.component, event.type, event.action) for event in history] == [
        (0, "scheduler", "invoke", "launch"),
        (1, "scheduler", "fail", "launch"),
        (2, "planning", "ok", "batch"),
    ]
    assert history[1].error == "program not found"


def test_components_are_merged_by_their_clock(tmp_path: Path) -> None:
    late = {"at": 2, "component": "b", "type": "info", "action": "x", "value": {}}
    early = late | {"at": 1, "component": "a"}
    assert [event.component for event in History.merge([late, early])] == ["a", "b"]


def test_a_listener_sees_an_event_after_it_is_on_disk(tmp_path: Path) -> None:
    seen: list[str] = []
    recorder = Recorder(tmp_path / "a.jsonl", "a")
    recorder.listeners.append(lambda event: seen.append((tmp_path / "a.jsonl").read_text()))
    recorder.record("info", "x")
    recorder.close()
    assert '"x"' in seen[0]


def test_two_threads_of_one_recorder_write_no_time_that_goes_back(tmp_path: Path) -> None:
    """The thread that has read the earlier time lets the other one go on before it writes, if that can."""
    first_has_read, second_has_written = threading.Event(), threading.Event()

    def clock() -> int:
        if threading.current_thread() is first:
            first_has_read.set()
            second_has_written.wait(0.2)  # as long as a lock keeps the other one out
            return 1
        return 2

    def second() -> None:
        first_has_read.wait()
        recorder.record("info", "second")
        second_has_written.set()

    recorder = Recorder(tmp_path / "a.jsonl", "a", clock=clock)
    first, other = threading.Thread(target=recorder.record, args=("info", "first")), threading.Thread(target=second)
    for thread in (first, other):
        thread.start()
    for thread in (first, other):
        thread.join()
    recorder.close()
    written = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text().splitlines()]
    assert [(event["at"], event["action"]) for event in written] == [(1, "first"), (2, "second")]


def test_a_listener_may_record_and_may_wait_for_a_thread_that_records(tmp_path: Path) -> None:
    """As a mock waits for another mock that it has told of an event, and that tells it something meanwhile."""
    recorder = Recorder(tmp_path / "a.jsonl", "a")
    seen: list[str] = []

    def listener(event: Mapping[str, Any]) -> None:
        seen.append(event["action"])
        if event["action"] == "first":
            recorder.record("info", "its own")
            other = threading.Thread(target=recorder.record, args=("info", "another's"), daemon=True)
            other.start()
            other.join(patience_s())
            assert not other.is_alive()

    recorder.listeners.append(listener)
    recorder.record("info", "first")
    recorder.close()
    assert seen == ["first", "its own", "another's"]


def test_a_recorder_forgets_for_the_next_night(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "a.jsonl", "a")
    recorder.record("info", "old")
    recorder.forget()
    recorder.record("info", "new")
    recorder.close()
    assert [event.action for event in History.read(tmp_path / "a.jsonl")] == ["new"]


def test_events_are_found_by_what_they_say(tmp_path: Path) -> None:
    history = recorded(tmp_path)
    assert len(history.of("launch", job="retrieve")) == 2
    assert len(history.of("launch", type="fail")) == 1
    assert history.of("launch", job="publish").first() is None
    assert history.of(component="planning").last() == history[2]


def test_the_digest_ignores_process_ids_and_what_lies_below_a_second(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    one = recorded(tmp_path / "one", start=7)
    two = recorded(tmp_path / "two", start=7, step=1500)
    assert [event.at for event in one] != [event.at for event in two]
    assert one.digest() == two.digest()


def test_the_digest_sees_another_second_and_another_value(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    one = recorded(tmp_path / "one", start=7)
    later = recorded(tmp_path / "two", start=8)
    assert one.digest() != later.digest()
    assert History(list(one)[:2]).digest() != one.digest()


def test_the_digest_knows_nothing_of_real_time() -> None:
    launch = {"at": SECOND, "component": "scheduler", "type": "ok", "action": "launch", "value": {"job": "load"}}
    work = launch | {"at": 2 * SECOND, "type": "info", "action": "work", "value": {"job": "load", "cpu_ms": 300}}
    assert History.merge([launch, work]).digest() == History.merge([launch]).digest()
    theirs = work | {"component": "planning"}
    assert History.merge([launch, theirs]).digest() != History.merge([launch]).digest()


def test_the_digest_leaves_out_the_names_of_files_that_jobs_have_made_and_of_nothing_else() -> None:
    left = {"at": SECOND, "component": "night", "type": "info", "action": "chain_folder", "value": {"added": ["a"]}}
    other = left | {"value": {"added": ["b"]}}
    assert History.merge([left]).digest() == History.merge([other]).digest()
    for theirs in ({"component": "planning"}, {"action": "job"}):
        assert History.merge([left | theirs]).digest() != History.merge([other | theirs]).digest()


def test_components_of_one_second_may_come_in_either_order(tmp_path: Path) -> None:
    a = {"at": SECOND + 1, "component": "a", "type": "info", "action": "x", "value": {}}
    b = {"at": SECOND + 2, "component": "b", "type": "info", "action": "y", "value": {}}
    swapped = [a | {"at": SECOND + 2}, b | {"at": SECOND + 1}]
    assert History.merge([a, b]).digest() == History.merge(swapped).digest()
    assert History.merge([a, a | {"at": SECOND + 3, "action": "z"}]).digest() != History.merge([a]).digest()


# ---- files ----------------------------------------------------------------------------------------------------------

HEADER = f'{{"format": "night-harness-history", "version": {HISTORY_VERSION}}}'
EVENT = '{"at": 1, "component": "desk", "type": "info", "action": "x", "value": {}}'


def test_a_file_says_in_its_first_line_what_it_is_and_is_read_back(tmp_path: Path) -> None:
    history = recorded(tmp_path)
    history.write(tmp_path / "night.jsonl")
    first, *events = (tmp_path / "night.jsonl").read_text().splitlines()
    assert first == HEADER
    assert [json.loads(line)["index"] for line in events] == [0, 1, 2]
    read = History.read(tmp_path / "night.jsonl")
    assert [*read] == [*history]
    assert read.digest() == history.digest()


def test_a_file_of_before_there_were_versions_is_read(tmp_path: Path) -> None:
    history = recorded(tmp_path)
    (tmp_path / "old.jsonl").write_text("".join(event.to_json() + "\n" for event in history))
    assert [*History.read(tmp_path / "old.jsonl")] == [*history]


@pytest.mark.parametrize(
    ("lines", "line", "said"),
    [
        (
            [HEADER.replace(f"{HISTORY_VERSION}}}", f"{HISTORY_VERSION + 1}}}"), EVENT],
            1,
            f"found version {HISTORY_VERSION + 1} of the format, expected {HISTORY_VERSION}; read it with the Night",
        ),
        (['{"format": "night-harness-history", "version": 0}'], 1, "found version 0 of the format, expected"),
        (['{"format": "night-harness-history", "version": "1"}'], 1, 'found version "1" of the format, expected'),
        (['{"format": "night-harness-history", "version": true}'], 1, "found version true of the format, expected"),
        (['{"format": "night-harness-history"}', EVENT], 1, "found version null of the format, expected"),
        (['{"format": "HAR", "version": 1}'], 1, 'found the format "HAR", expected "night-harness-history"'),
        ([HEADER, EVENT, HEADER, EVENT], 3, "found an object without 'at', expected an event"),
        ([HEADER, EVENT, EVENT[:40]], 3, "found no JSON (Unterminated string"),
        (["# The history of a night"], 1, "found no JSON (Expecting value"),
        ([HEADER, "", "[1, 2]"], 3, "found [1, 2], expected an event, which is an object"),
        ([EVENT.replace('"at": 1', '"at": "1"')], 1, 'found at "1", expected whole number'),
        ([EVENT.replace('"at": 1', '"at": true')], 1, "found at true, expected whole number"),
        ([EVENT.replace('"info"', '"maybe"')], 1, 'found type "maybe", expected `invoke`, `ok`, `fail` or `info`'),
        ([EVENT.replace("{}", "[]")], 1, "found value [], expected object"),
        ([EVENT.replace("{}", '{}, "error": 5')], 1, "found error 5, expected text or null"),
    ],
)
def test_what_is_no_history_of_this_version_is_told_with_its_line(
    tmp_path: Path, lines: list[str], line: int, said: str
) -> None:
    file = tmp_path / "night.jsonl"
    file.write_text("\n".join(lines) + "\n")
    with pytest.raises(LoadError) as refused:
        History.read(file)
    assert str(refused.value).startswith(f"{file}:{line}: {said}")


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    (tmp_path / "night.jsonl").write_bytes(b"\x1f\x8b\x08\x00\xff\xfe\n")
    with pytest.raises(LoadError, match=r"night.jsonl:1: found no JSON"):
        History.read(tmp_path / "night.jsonl")
