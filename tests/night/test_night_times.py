"""Local times of a night as instants, also where the clocks change."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from harness.chain.model import Chain
from harness.night.times import instant_ns, night_times
from harness.values.units import ClockTime

PARIS = ZoneInfo("Europe/Paris")


def utc(at_ns: int) -> str:
    return dt.datetime.fromtimestamp(at_ns / 1e9, dt.UTC).strftime("%Y-%m-%d %H:%M:%S")


def chain(**changes: str) -> Chain:
    job = {"run": ["x"], "at": "02:00"}
    given = {"chain": "c", "owner": "o", "timezone": "Europe/Paris", "deadline": "06:00", "jobs": {"a": job}}
    return Chain.model_validate(given | changes)


def test_a_night_begins_on_the_evening_before_its_business_date() -> None:
    times = night_times(chain(), dt.date(2026, 11, 23))
    assert utc(times.begins_ns) == "2026-11-22 21:00:00"
    assert utc(times.at(ClockTime("23:30"))) == "2026-11-22 22:30:00"
    assert utc(times.at(ClockTime("02:00"))) == "2026-11-23 01:00:00"
    assert utc(times.deadline_ns) == "2026-11-23 05:00:00"


def test_a_night_closes_on_its_business_date_at_noon_too() -> None:
    assert utc(night_times(chain(), dt.date(2026, 11, 23)).closes_ns) == "2026-11-23 11:00:00"


@pytest.mark.parametrize(
    ("time", "instant"),
    [
        ("01:59", "00:59"),
        ("02:00", "01:00"),
        ("02:30", "01:00"),
        ("02:59:59", "01:00"),
        ("03:00", "01:00"),
        ("03:01", "01:01"),
    ],
)
def test_a_time_that_does_not_exist_is_the_first_moment_that_does(time: str, instant: str) -> None:
    spring = dt.date(2027, 3, 28)
    assert utc(instant_ns(spring, ClockTime(time), PARIS)) == f"2027-03-28 {instant}:00"


@pytest.mark.parametrize(
    ("time", "instant"), [("01:30", "2026-10-24 23:30"), ("02:30", "2026-10-25 00:30"), ("03:00", "2026-10-25 02:00")]
)
def test_a_time_that_happens_twice_is_the_first_of_the_two(time: str, instant: str) -> None:
    assert utc(instant_ns(dt.date(2026, 10, 25), ClockTime(time), PARIS)) == f"{instant}:00"


def test_a_gap_of_half_an_hour_is_found_too() -> None:
    lord_howe = ZoneInfo("Australia/Lord_Howe")
    assert utc(instant_ns(dt.date(2026, 10, 4), ClockTime("02:15"), lord_howe)) == "2026-10-03 15:30:00"


@pytest.mark.parametrize("zone", ["Europe/Paris", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"])
def test_times_of_day_keep_their_order_all_year(zone: str) -> None:
    clocks = [ClockTime(f"{hour:02d}:{minute:02d}") for hour in range(5) for minute in (0, 20, 40)]
    for day in range(365):
        date = dt.date(2026, 1, 1) + dt.timedelta(days=day)
        instants = [instant_ns(date, clock, ZoneInfo(zone)) for clock in clocks]
        assert instants == sorted(instants), date


@pytest.mark.parametrize(
    ("zone", "date", "begins", "deadline"),
    [
        ("Europe/Paris", dt.date(2028, 2, 29), "2028-02-28 21:00", "2028-02-29 05:00"),
        ("Europe/Paris", dt.date(2028, 3, 1), "2028-02-29 21:00", "2028-03-01 05:00"),
        ("Europe/Paris", dt.date(2027, 1, 1), "2026-12-31 21:00", "2027-01-01 05:00"),
        ("Europe/Paris", dt.date(2026, 3, 29), "2026-03-28 21:00", "2026-03-29 04:00"),
        ("Europe/Paris", dt.date(2026, 10, 25), "2026-10-24 20:00", "2026-10-25 05:00"),
        ("Asia/Kolkata", dt.date(2026, 11, 23), "2026-11-22 16:30", "2026-11-23 00:30"),
        ("Asia/Kathmandu", dt.date(2026, 11, 23), "2026-11-22 16:15", "2026-11-23 00:15"),
        ("Australia/Lord_Howe", dt.date(2026, 4, 5), "2026-04-04 11:00", "2026-04-04 19:30"),
        ("Australia/Lord_Howe", dt.date(2026, 10, 4), "2026-10-03 11:30", "2026-10-03 19:00"),
    ],
    ids=[
        "leap day",
        "after it",
        "new year",
        "an hour less",
        "an hour more",
        "half",
        "quarter",
        "half more",
        "half less",
    ],
)
def test_a_night_has_the_length_that_its_calendar_gives_it(
    zone: str, date: dt.date, begins: str, deadline: str
) -> None:
    times = night_times(chain(timezone=zone), date)
    assert (utc(times.begins_ns), utc(times.deadline_ns)) == (f"{begins}:00", f"{deadline}:00")


def test_half_an_hour_that_happens_twice_is_the_first_of_the_two() -> None:
    lord_howe = ZoneInfo("Australia/Lord_Howe")
    assert utc(instant_ns(dt.date(2026, 4, 5), ClockTime("01:45"), lord_howe)) == "2026-04-04 14:45:00"
