"""A disk that goes bad when a job comes to a place of its work is sound before it, and for the next run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.history import History
from harness.night.runner import NightRunner
from harness.scenario.loading import load_scenario

CHAIN = """
chain: feed
timezone: Europe/Paris
owner: data-ops
deadline: "06:00"
environment: {LANDING: {from: folder.landing}, OTHER: {from: folder.other}}
folders: {landing: {}, other: {}}
jobs:
  work: {run: [bash, -e, work.sh], at: "02:00", retry_on_failure: {attempts: 2, every: 10m}}
"""

WORK = """
cd "$LANDING"
head -c 3000 /dev/zero >before
head -c 9000 /dev/zero >part
mv part whole
head -c 10 /dev/zero >"$OTHER/after"
"""

AT = "at_write: {folder: landing, name: part, byte: 5000}"
FULL = f"disk_full: {{job: work, folder: landing, {AT}, JUST}}"
ROOM = FULL.replace("JUST", 'room: "500 bytes", JUST')
READ_ONLY = "read_only_disk: {job: work, folder: landing, at_rename: {folder: landing, name: whole}, JUST}"

Lived = Callable[[str], History]


@pytest.fixture
def lived(tmp_path: Path, night_runner: NightRunner) -> Lived:
    def live(fault: str) -> History:
        (tmp_path / "work.sh").write_text(WORK)
        (tmp_path / "chain.yaml").write_text(CHAIN)
        scenario = tmp_path / "scenario.yaml"
        said = f"faults:\n  - {fault}\nexpect: {{outcome: recovered}}\n"
        scenario.write_text(f"scenario: a night\nchain: chain.yaml\nnight: 2026-11-23\n{said}")
        return night_runner.run(load_scenario(scenario)).history

    return live


def _kept(history: History) -> dict[str, int]:
    return {event.value["name"]: event.value["size"] for event in history.of("keeps")}


@pytest.mark.parametrize(
    ("fault", "kept"),
    [
        (FULL, {"before": 3000, "part": 5000}),
        (ROOM, {"before": 3000, "part": 5500}),
        (READ_ONLY, {"before": 3000, "part": 9000}),
    ],
)
def test_from_the_place_on_the_disk_is_bad_in_every_run(lived: Lived, fault: str, kept: dict[str, int]) -> None:
    history = lived(fault.replace("JUST", 'until: "02:30"'))
    assert _kept(history) == kept
    assert len(history.of("job", type="fail")) == 3


@pytest.mark.parametrize("fault", [FULL, ROOM, READ_ONLY])
def test_another_run_than_the_one_that_was_meant_has_a_sound_one(lived: Lived, fault: str) -> None:
    history = lived(fault.replace("JUST", "times: 1"))
    assert _kept(history) == {"before": 3000, "whole": 9000, "after": 10}
    assert [event.type for event in history.of("job")] == ["fail", "ok"]
    [receipt] = history.of("fault")
    assert (receipt.value["point"], receipt.value["where"]["job"]) == ("place", "work")


def test_who_never_comes_there_has_a_sound_disk_and_the_fault_says_so(lived: Lived) -> None:
    history = lived("disk_full: {job: work, folder: landing, at_write: {folder: landing, name: none, byte: 1}}")
    assert "after" in _kept(history)
    [unfired] = history.of("unfired")
    assert "work did not come to byte 1 of landing/none" in unfired.value["why"]
