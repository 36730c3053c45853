"""validate: only what is sound is passed on, and everything else is refused with its reason."""

from __future__ import annotations

import json

import pytest

from tests.chains.bench import NAME, Bench, forecast

SOUND = forecast(3)
LINES = SOUND.splitlines(keepends=True)


def test_a_sound_file_is_passed_on_and_kept_as_the_last_good_one(bench: Bench) -> None:
    (bench.landing / NAME).write_bytes(SOUND)
    done = bench.run("validate")
    assert (done.returncode, done.stderr) == (0, "")
    for folder in (bench.validated, bench.archive):
        assert [file.name for file in folder.iterdir()] == [NAME]
        assert (folder / NAME).read_bytes() == SOUND


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (LINES[0], "without a trailer"),
        (b"".join(LINES[:3]), "is truncated: it ends after 2 whole records without a trailer"),
        (b"".join([*LINES[:3], LINES[-1]]), "contradicts its trailer: TRAILER,3,21, but there are 2 records"),
        (SOUND.replace(b",7,each", b",8,each", 1), "contradicts its trailer"),
        (SOUND[:-2] + b"\n", "contradicts its trailer"),
        (SOUND[:50], "is truncated or damaged: line 2 has"),
        (SOUND.replace(b",7,each", b",seven,each", 1), "line 2 says 'seven' for quantity"),
        (SOUND + LINES[1], "goes on after its trailer, at line 6"),
        (SOUND.replace(b"Lyon", b"Ly\xf4n", 1), "is not readable as CSV"),
        (SOUND.replace(b"sku", b"article", 1), "has no column sku"),
    ],
)
def test_what_is_not_sound_is_refused_with_its_reason(bench: Bench, content: bytes, reason: str) -> None:
    (bench.landing / NAME).write_bytes(content)
    done = bench.run("validate")
    assert done.returncode == 3
    assert done.stderr.startswith(f"CAUSE: {NAME}")
    assert reason in done.stderr
    assert not list(bench.validated.iterdir())
    assert not list(bench.archive.iterdir())


def test_a_file_that_is_not_there_is_refused(bench: Bench) -> None:
    done = bench.run("validate")
    assert (done.returncode, done.stderr) == (3, f"CAUSE: {NAME} is not in the landing folder\n")


def test_without_the_trailer_a_cut_between_two_records_is_passed_on(bench: Bench) -> None:
    (bench.landing / NAME).write_bytes(b"".join(LINES[:3]))
    assert bench.run("validate", "TRAILER").returncode == 0
    assert (bench.validated / NAME).exists()


def test_without_the_trailer_a_broken_record_is_still_refused(bench: Bench) -> None:
    (bench.landing / NAME).write_bytes(SOUND[:50])
    assert bench.run("validate", "TRAILER").returncode == 3


def test_a_stand_in_is_passed_on_with_its_flag_and_does_not_become_tonights_last_good_file(bench: Bench) -> None:
    stand_in = "forecast_20261122.csv"
    (bench.landing / stand_in).write_bytes(SOUND)
    flag = {"file": stand_in, "fallback_of": "2026-11-22", "cause": "source did not answer"}
    (bench.landing / f"{NAME}.fallback.json").write_text(json.dumps(flag))
    assert bench.run("validate").returncode == 0
    assert json.loads((bench.validated / f"{NAME}.fallback.json").read_text()) == flag
    assert (bench.validated / stand_in).read_bytes() == SOUND
    assert not list(bench.archive.iterdir())


def test_validating_twice_changes_nothing(bench: Bench) -> None:
    (bench.landing / NAME).write_bytes(SOUND)
    assert [bench.run("validate").returncode for _ in range(2)] == [0, 0]
    assert (bench.validated / NAME).read_bytes() == SOUND
