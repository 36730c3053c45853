"""The forecast factory."""

import csv
import datetime as dt
import io
from pathlib import Path

import pytest

from harness import factories

NIGHT = dt.date(2026, 11, 23)
write = factories.find("forecast", Path("no-folder"))


def body(*, date: dt.date = NIGHT, seed: int = 0, rows: int = 5000) -> bytes:
    out = io.BytesIO()
    assert write(out, date=date, seed=seed, rows=rows) == rows
    return out.getvalue()


@pytest.mark.parametrize("rows", [0, -1])
def test_a_forecast_has_rows(rows: int) -> None:
    with pytest.raises(ValueError, match=f"found rows: {rows}, expected at least 1"):
        body(rows=rows)


@pytest.mark.parametrize("rows", [1, 5000, 20_000])
def test_the_trailer_tells_count_and_control_total(rows: int) -> None:
    header, *records, trailer = csv.reader(io.StringIO(body(rows=rows).decode()))
    assert header == ["site", "sku", "day", "quantity", "unit"]
    assert len(records) == rows
    assert trailer == ["TRAILER", str(rows), str(sum(int(record[3]) for record in records))]


def test_the_key_is_unique_and_every_record_is_whole() -> None:
    records = list(csv.DictReader(io.StringIO(body(rows=20_000).decode())))[:-1]
    assert len({(record["site"], record["sku"], record["day"]) for record in records}) == 20_000
    assert all(None not in record.values() and None not in record for record in records)


def test_the_same_seed_and_date_give_the_same_bytes_and_others_give_others() -> None:
    assert body() == body()
    assert body(seed=1) != body()
    assert body(date=NIGHT + dt.timedelta(days=1)) != body()


def test_a_file_ends_with_a_whole_line() -> None:
    assert body(rows=3).endswith(b"\n")
