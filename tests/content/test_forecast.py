"""The forecast factory."""

import csv
import datetime as dt
import hashlib
import io
from pathlib import Path

import pytest

from harness import formats
from harness.content import factories

NIGHT = dt.date(2026, 11, 23)
forecast = factories.find("forecast", Path("no-folder"))


def body(*, date: dt.date = NIGHT, seed: int = 0, rows: int = 5000) -> bytes:
    out = io.BytesIO()
    table = factories.table(forecast, date=date, seed=seed, parameters={"rows": rows}, control=None)
    totals = formats.write(table, formats.made_layout(formats.Form(), forecast.columns, table.control), out)
    assert totals.records == rows
    return out.getvalue()


def test_its_bytes_are_those_that_it_had_when_it_wrote_them_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    # Histories of earlier nights hold the checksums. The towns are Faker's, whose next version may have others.
    towns = ["Lille", "Saint-Étienne", "Brest"]
    monkeypatch.setitem(forecast.program.__globals__, "vocabulary", lambda seed: towns)
    made = hashlib.sha256(body(date=dt.date(2025, 2, 27), seed=7, rows=20_000)).hexdigest()
    assert made == "b9f0cdaaa42fc71d91e710dc860d55c88c009599aba0f4cb82b8d712996a12f5"


def test_it_adds_up_the_quantities() -> None:
    table = factories.table(forecast, date=NIGHT, seed=0, parameters={"rows": 2000}, control=None)
    quantities = [quantity for batch in table.batches() for quantity in batch[3]]
    assert table.totals == formats.Totals(2000, sum(quantities))


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
