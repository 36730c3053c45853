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


COLUMNS = {"AGREED_COLUMNS": "site,sku,day:date,quantity:integer,unit"}
DATES = {"DATE_COLUMN": "day", "FIRST_DAY_AHEAD": "1"}
TOMORROW = forecast(3, day="2026-11-24")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (SOUND.replace(b"\n", b"\r\n"), "has other line ends than were agreed"),
        (b"\xef\xbb\xbf" + SOUND, r"the column '\ufeffsite' differs"),
        (SOUND.replace(b"site,sku", b"sku,site", 1), "their order differs: its header is sku,site"),
        (SOUND.replace(b"2026-11-23", b"23.11.2026", 1), "line 2 says '23.11.2026' for day"),
        (SOUND.replace(b",7,each", b",7.0,each", 1), "line 2 says '7.0' for quantity"),
    ],
)
def test_what_was_not_agreed_is_refused_and_passed_on_where_nobody_looks(
    bench: Bench, content: bytes, reason: str
) -> None:
    (bench.landing / NAME).write_bytes(content)
    done = bench.run("validate", **COLUMNS)
    assert done.returncode == 3
    assert reason in done.stderr
    if b"7.0" not in content and not content.startswith(b"\xef"):  # those two, the totals and the keys refuse as well
        assert bench.run("validate", "SCHEMA", **COLUMNS).returncode == 0


def test_a_file_of_another_day_is_refused(bench: Bench) -> None:
    (bench.landing / NAME).write_bytes(TOMORROW)
    assert bench.run("validate", **DATES).returncode == 0
    (bench.landing / NAME).write_bytes(SOUND)
    done = bench.run("validate", **DATES)
    assert done.returncode == 3
    assert "another business date inside: its first day is 2026-11-23, not 2026-11-24" in done.stderr
    assert bench.run("validate", "DATES", **DATES).returncode == 0


def test_a_stand_in_has_the_dates_of_its_own_day(bench: Bench) -> None:
    (bench.landing / "forecast_20261122.csv").write_bytes(SOUND)
    flag = {"file": "forecast_20261122.csv", "fallback_of": "2026-11-22", "cause": "it was late"}
    (bench.landing / f"{NAME}.fallback.json").write_text(json.dumps(flag))
    assert bench.run("validate", **DATES).returncode == 0


def test_a_key_that_comes_twice_is_refused(bench: Bench) -> None:
    twice = b"".join([*LINES[:2], *LINES[1:-1], b"TRAILER,4,28\n"])
    (bench.landing / NAME).write_bytes(twice)
    done = bench.run("validate")
    assert done.returncode == 3
    assert "line 3 has the key Lyon,SKU-00000,2026-11-23, which was there before: it came twice" in done.stderr
    assert bench.run("validate", "UNIQUE_KEYS").returncode == 0


def test_a_file_that_was_corrected_at_the_source_is_taken_again(bench: Bench) -> None:
    (bench.landing / NAME).write_bytes(forecast(10))
    bench.publish(forecast(12))
    done = bench.run("validate", RECHECK="on")
    assert (done.returncode, done.stderr) == (0, "")
    assert "was corrected at the source" in done.stdout
    assert (bench.validated / NAME).read_bytes() == forecast(12)


def test_a_file_that_is_still_the_sources_is_left_alone(bench: Bench) -> None:
    (bench.landing / NAME).write_bytes(forecast(10))
    bench.publish(forecast(10))
    done = bench.run("validate", RECHECK="on")
    assert done.returncode == 0
    assert "corrected" not in done.stdout


def test_without_the_recheck_what_has_landed_is_what_counts(bench: Bench) -> None:
    (bench.landing / NAME).write_bytes(forecast(10))
    bench.publish(forecast(12))
    assert bench.run("validate").returncode == 0
    assert (bench.validated / NAME).read_bytes() == forecast(10)
