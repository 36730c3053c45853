"""Events, recorders and histories."""

from __future__ import annotations

from itertools import count
from pathlib import Path

from harness.history import History, Recorder

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


def test_components_of_one_second_may_come_in_either_order(tmp_path: Path) -> None:
    a = {"at": SECOND + 1, "component": "a", "type": "info", "action": "x", "value": {}}
    b = {"at": SECOND + 2, "component": "b", "type": "info", "action": "y", "value": {}}
    swapped = [a | {"at": SECOND + 2}, b | {"at": SECOND + 1}]
    assert History.merge([a, b]).digest() == History.merge(swapped).digest()
    assert History.merge([a, a | {"at": SECOND + 3, "action": "z"}]).digest() != History.merge([a]).digest()
