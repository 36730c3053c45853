"""What a chain declares of its consumers' columns is what they are compared by."""

from __future__ import annotations

from typing import Any

import pytest

from harness.chain.model import HttpConsumer
from harness.night.declared_columns import Declared, lines
from harness.night.rows_compared import Compared, compare

RECORD = {"id": "P0", "amount": "10.55", "due": "2026-11-23", "paid": "23/11/26", "at": "23.11.2026 01:30", "note": "x"}


def compared(row: dict[str, Any], **columns: Any) -> Compared:
    consumer = HttpConsumer.model_validate({"key": ["id"], "columns": columns})
    return compare([RECORD], [row], consumer.key, declared=Declared.by(consumer))


@pytest.mark.parametrize(
    ("columns", "right", "wrong"),
    [
        ({"sum": {"from": "amount"}, "amount": "dropped"}, {"sum": 10.55}, {"sum": 10.56}),
        ({"cents": {"from": "amount", "times": 100}}, {"cents": 1055}, {"cents": 1054}),
        ({"amount": {"round": 1}}, {"amount": 10.6}, {"amount": 10.7}),
        ({"amount": {"round": 1}}, {"amount": 10.5}, {"amount": 10.55}),
        ({"due": {"date": "%d.%m.%Y"}}, {"due": "23.11.2026"}, {"due": "22.11.2026"}),
        ({"at": {"date": "%d.%m.%Y %H:%M"}}, {"at": "2026-11-23 01:30:00"}, {"at": "2026-11-23 01:31:00"}),
        ({"paid": {"date": "%d/%m/%y"}}, {"paid": "2026-11-23"}, {"paid": "2026-11-22"}),
    ],
)
def test_a_column_in_another_form(columns: dict[str, Any], right: dict[str, Any], wrong: dict[str, Any]) -> None:
    # What another column is made of is not held under its own name.
    made_of = {form.get("from") for form in columns.values() if isinstance(form, dict)}
    rest = {name: value for name, value in RECORD.items() if name not in made_of}
    assert compared(rest | right, **columns).alike
    assert compared(rest | wrong, **columns).changed.total == 1


@pytest.mark.parametrize(("word", "held"), [("derived", True), ("volatile", True), ("dropped", False)])
def test_a_column_that_one_side_has_needs_a_word(word: str, held: bool) -> None:
    row = RECORD | {"more": 1} if held else {name: value for name, value in RECORD.items() if name != "note"}
    name = "more" if held else "note"
    without = compared(row)
    assert (without.only_held, without.only_published) == (({"more"}, set()) if held else (set(), {"note"}))
    assert compared(row, **{name: word}).alike


def test_a_column_that_some_rows_lack_is_empty_there() -> None:
    records = [{"id": "1", "note": "x"}, {"id": "2", "note": ""}, {"id": "3", "note": "z"}]
    rows = [{"id": "1", "note": "x"}, {"id": "2"}, {"id": "3"}]
    assert compare(records, rows, ["id"]).changed.first == ["3: note was published as z, and is held as nothing"]


def test_rows_of_one_key_are_told_apart_by_their_values() -> None:
    records = [{"id": "1", "version": "1"}, {"id": "1", "version": "2"}]
    found = compare(records, [{"id": "1", "version": 2}], ["id"])
    assert (found.lost.total, found.changed.total) == (1, 0)


def test_without_a_key_a_rounded_column_tells_no_row_from_another() -> None:
    consumer = HttpConsumer.model_validate({"columns": {"amount": {"round": 0}}})
    row = RECORD | {"amount": 11}
    assert compare([RECORD], [row], (), declared=Declared.by(consumer)).alike


def test_what_waits_for_its_counterpart_in_files_is_told_as_in_memory() -> None:
    records = [{"id": str(number), "amount": number} for number in range(500)]
    rows = [{"id": str(number), "amount": number + (number == 7)} for number in reversed(range(1, 501))]
    in_memory, in_files = (compare(records, rows, ["id"], most_pending=most) for most in (1_000, 50))
    assert in_files == in_memory
    assert in_files.changed.first == ["7: amount was published as 7, and is held as 8"]
    assert (in_files.lost.first, in_files.invented.first) == (["0"], ["500"])


def test_declarations_are_told_as_they_are_written() -> None:
    consumer = HttpConsumer.model_validate({"columns": {"cents": {"from": "amount", "times": 100}, "a": "derived"}})
    assert lines(consumer) == ["cents: {from: amount, times: 100}", "a: derived"]


def test_without_a_key_a_column_of_another_name_tells_rows_apart_by_that_one() -> None:
    consumer = HttpConsumer.model_validate({"columns": {"sum": {"from": "amount"}, "due": "dropped"}})
    records = [{"amount": "1.50", "due": "2026-11-23"}, {"amount": "2.50", "due": "2026-11-23"}]
    declared = Declared.by(consumer)
    assert compare(records, [{"sum": 2.5}, {"sum": 1.5}], (), declared=declared).alike
    assert compare(records, [{"sum": 2.5}, {"sum": 1.6}], (), declared=declared).lost.total == 1
