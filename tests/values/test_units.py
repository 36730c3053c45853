"""Durations and times of day."""

import datetime as dt

import pytest
from pydantic import TypeAdapter, ValidationError

from harness.values.units import ClockTime, Duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("45m", 2700), ("1h30m", 5400), ("90s", 90), ("2h", 7200), ("500ms", 0.5), ("1h1m1s1ms", 3661.001)],
)
def test_a_duration_reads_its_units(text: str, seconds: float) -> None:
    assert Duration.parse(text).total_seconds() == seconds


@pytest.mark.parametrize("text", ["45m", "1h30m", "0s", "250ms", "2h5s"])
def test_a_duration_prints_as_it_was_written(text: str) -> None:
    assert str(Duration.parse(text)) == text


def test_a_duration_is_exact_in_nanoseconds() -> None:
    assert Duration.parse("999h59m59s999ms").ns == 3_599_999_999_000_000


@pytest.mark.parametrize(
    "wrong", ["45", "", "m", "45 m", "1m30", "30m1h", "-5m", "٣m", 45, 4.5, True, None, dt.timedelta(-1)]
)
def test_a_duration_without_its_unit_is_refused(wrong: object) -> None:
    with pytest.raises(ValidationError, match="expected a duration with its unit"):
        TypeAdapter(Duration).validate_python(wrong)


def test_a_timedelta_is_a_duration() -> None:
    assert TypeAdapter(Duration).validate_python(dt.timedelta(hours=2)) == Duration.parse("2h")


@pytest.mark.parametrize("wrong", ["24:00", "2:00", "02:60", "02:00:00.5", "0200", "", 120, None])
def test_what_is_no_time_of_day_is_refused(wrong: object) -> None:
    with pytest.raises(ValidationError, match='such as "02:00"'):
        TypeAdapter(ClockTime).validate_python(wrong)


@pytest.mark.parametrize(("text", "days"), [("00:00", 0), ("11:59:59", 0), ("12:00", -1), ("23:59", -1)])
def test_a_night_runs_over_midnight(text: str, days: int) -> None:
    assert ClockTime.parse(text).days_after_business_date == days


def test_the_standard_librarys_time_is_a_time_of_day() -> None:
    assert TypeAdapter(ClockTime).validate_python(dt.time(2, 5)) == "02:05"
    assert TypeAdapter(ClockTime).validate_python(dt.time(2, 5, 7)) == "02:05:07"
