"""Every value of the sample files is found, changed alone, and changed back."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from harness.formats.cells import Cells, NoRoom
from harness.formats.units import Unit
from tests.formats.cells.samples import OF_SAMPLES, SAMPLES, units

VALUES = {
    "pipe.txt": {
        "type": "D",
        "day": "2026-11-23",
        "sku": "SKU000",
        "name": "Müller & Søn 0",
        "qty": "100",
        "amount": "125.00",
    },
    "pipe2t.txt": {"type": "D", "day": "2026-11-23", "sku": "SKU0", "qty": "10"},
    "nacha.ach": {"code": "22", "amount": "0000011000", "name": "EMPLOYEE 10"},
    "bai2.txt": {"type": "16", "code": "165", "amount": "1000"},
    "quoted.csv": {
        "id": "1",
        "customer": 'Café "0", Ltd',
        "note": "line one\r\nline, two;\r\nline three",
        "amount": "12.50",
        "day": "2026-11-23",
    },
    "edifact.edi": {"number": "1", "item": "4000000000000"},
    "camt.xml": {"ref": "0", "amount": "12.50", "currency": "EUR", "day": "2026-11-23", "info": "Müller 0"},
    "array.json": {"id": "0", "site": "A", "qty": "10", "price": "0.50", "day": "2026-11-23"},
}


def records(name: str) -> list[Unit]:
    return [unit for unit in units((SAMPLES / name).read_bytes(), OF_SAMPLES[name]) if unit.is_record]


@pytest.mark.parametrize("name", VALUES)
def test_a_records_values_are_told_as_they_are_written(name: str) -> None:
    assert Cells(OF_SAMPLES[name]).values(records(name)[0]) == VALUES[name]


@pytest.mark.parametrize("name", VALUES)
def test_a_value_changes_alone_and_changes_back(name: str) -> None:
    cells = Cells(OF_SAMPLES[name])
    for unit in records(name):
        for column, cell in cells.columns.items():
            old = cells.text(unit, cell)
            assert old is not None
            for new in (old[:-1] + "7", "5" + old[1:]):
                changed = cells.with_text(unit, cell, new)
                assert cells.values(changed) == cells.values(unit) | {column: new}
                assert changed._replace(data=b"") == unit._replace(data=b"")
                assert changed.data in set(_with_one_changed(unit.data, _written(old), _written(new)))
                assert cells.with_text(changed, cell, old) == unit


def _written(text: str) -> bytes:
    return text.replace('"', '""').encode()


def _with_one_changed(data: bytes, old: bytes, new: bytes) -> Iterator[bytes]:
    at = data.find(old)
    while at >= 0:
        yield data[:at] + new + data[at + len(old) :]
        at = data.find(old, at + 1)


@pytest.mark.parametrize("name", VALUES)
def test_a_number_changes_and_changes_back(name: str) -> None:
    cells = Cells(OF_SAMPLES[name])
    for unit in records(name):
        for cell in cells.columns.values():
            number = cells.number(unit, cell)
            if number is None:
                continue
            changed = cells.with_number(unit, cell, number + 1)
            assert cells.number(changed, cell) == number + 1
            assert len(changed.data) - len(unit.data) in (0, 1)
            assert cells.with_number(changed, cell, number) == unit


def test_a_number_that_needs_more_room_than_it_has_is_refused() -> None:
    cells = Cells(OF_SAMPLES["nacha.ach"])
    with pytest.raises(NoRoom, match="found '10000000000', 11 wide, expected at most 10"):
        cells.with_number(records("nacha.ach")[0], cells.columns["amount"], Decimal(10**8))
