"""Which values are the same, and what a consumer holds against what was published."""

from __future__ import annotations

import decimal
import itertools
import tracemalloc
from typing import Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.chain.columns import Reshaped
from harness.night.declared_columns import Declared
from harness.night.rows_compared import AT_ONCE, compare
from harness.night.same_value import same

SAME: list[tuple[Any, Any]] = [
    ("12.50", 12.5),
    ("12.50", decimal.Decimal("12.5")),
    ("100", 100.0),
    ("0.00", -0.0),
    ("", None),
    ("true", True),
    ("2026-11-23T01:00:00+01:00", "2026-11-23T00:00:00Z"),
    ("2026-11-23", "2026-11-23T00:00:00"),
    ("2026-11-23 02:30:00", "2026-11-23T02:30:00"),
]
OTHER: list[tuple[Any, Any]] = [
    ("007", 7),
    ("1E3", 1000),
    ("12.50", 12.51),
    ("0", None),
    ("0", False),
    ("1", True),
    ("Müller", "Muller"),
    ("2026-11-23", "23.11.2026"),
    ("2026-11-23", "2026-11-23T00:00:00Z"),
    ("2026-11-23", "2026-11-23T00:00:01"),
    ("2026-11-23T01:00:00.1234567", "2026-11-23T01:00:00.1234568"),
    ("2026-11-23T01:00:00+01:00", "2026-11-23T01:00:00Z"),
]


@pytest.mark.parametrize(("published", "held"), SAME)
def test_the_same_value_written_in_another_way(published: Any, held: Any) -> None:
    assert same(published, held)


@pytest.mark.parametrize(("published", "held"), OTHER)
def test_another_value(published: Any, held: Any) -> None:
    assert not same(published, held)


def test_text_in_a_column_of_text_is_the_same_only_when_it_is_equal() -> None:
    assert same("1.10", "1.1")
    assert not same("1.10", "1.1", text=True)


def published(*amounts: str) -> list[dict[str, Any]]:
    return [{"id": f"P{number}", "amount": amount} for number, amount in enumerate(amounts)]


def test_rows_in_another_order_are_alike() -> None:
    assert compare(published("1.50", "2.00"), [{"id": "P1", "amount": 2}, {"id": "P0", "amount": 1.5}], ["id"]).alike


def test_a_rounded_amount_is_changed_and_both_values_are_named() -> None:
    found = compare(published("1.50"), [{"id": "P0", "amount": 2}], ["id"])
    assert not found.alike
    assert found.changed.first == ["P0: amount was published as 1.50, and is held as 2"]


def test_rows_of_yesterday_are_lost_and_invented() -> None:
    found = compare(published("1.50"), [{"id": "Q0", "amount": 1.5}], ["id"])
    assert (found.lost.first, found.invented.first) == (["P0"], ["Q0"])


def test_a_row_that_is_held_twice_is_invented_once() -> None:
    found = compare(published("1.50"), [{"id": "P0", "amount": 1.5}] * 2, ["id"])
    assert (found.lost.total, found.invented.total) == (0, 1)


def test_a_column_that_only_one_side_has_was_not_compared() -> None:
    found = compare(published("1.50"), [{"id": "P0", "cents": 150}], ["id"])
    assert (found.only_published, found.only_held, found.alike) == ({"amount"}, {"cents"}, False)


def test_a_key_that_is_no_column_of_the_file_is_said() -> None:
    found = compare(published("1.50"), [{"number": "P0"}], ["number"])
    assert not found.alike
    assert found.because == "a record that was published has no column 'number', which is part of the consumer's key"


def test_many_differences_are_counted_and_ten_are_named() -> None:
    found = compare(published(*["1.50"] * 30), (), ["id"])
    assert (found.lost.total, len(found.lost.first)) == (30, 10)


def test_memory_is_flat_where_both_come_in_one_order() -> None:
    def side() -> Any:
        return ({"id": f"P{number}", "amount": "1.50"} for number in itertools.islice(itertools.count(), 20_000))

    tracemalloc.start()
    try:
        assert compare(side(), side(), ["id"]).alike
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("odd", [True, "1", 2, None])
def test_one_row_that_differs_among_many_is_found_in_its_place(odd: Any) -> None:
    records = [{"id": f"P{number}", "count": 1} for number in range(3 * AT_ONCE)]
    rows = [record | {"count": odd} if record["id"] == f"P{2 * AT_ONCE + 7}" else record for record in records]
    found = compare(records, rows, ["id"])
    assert (found.records, found.rows) == (len(records), len(rows))
    assert found.changed.total == (0 if odd == "1" else 1)


def test_a_column_that_some_rows_have_beside_the_others_was_not_compared() -> None:
    records = [{"id": f"P{number}"} for number in range(3 * AT_ONCE)]
    rows = [record | ({"extra": "x"} if number >= 2 * AT_ONCE else {}) for number, record in enumerate(records)]
    assert compare(records, rows, ["id"]).only_held == {"extra"}


def test_an_unchanged_value_is_wrong_where_the_chain_says_that_it_changes() -> None:
    records = [{"id": f"P{number}", "amount": "0" if number < AT_ONCE else "5"} for number in range(3 * AT_ONCE)]
    declared = Declared({"amount": Reshaped(times=100)})
    assert compare(records, records, ["id"], declared=declared).changed.total == 2 * AT_ONCE


# What is compared in the order of the records and what waits for its counterpart must find the same.
VALUES = st.sampled_from([None, "", "1", "1.0", "1.10", "-0", "007", 1, 1.0, True, 0, False, [1], [True], {"a": 1}])
SIDE = st.lists(st.fixed_dictionaries({"id": st.sampled_from(["1", 1, "x"])}, optional={"a": VALUES}), max_size=4)


@settings(deadline=None)
@given(published_rows=SIDE, held_rows=SIDE, text=st.booleans(), at_once=st.integers(1, 4))
def test_the_quick_comparison_calls_alike_what_the_slow_one_does(
    published_rows: list[dict[str, Any]], held_rows: list[dict[str, Any]], *, text: bool, at_once: int
) -> None:
    columns = {"a"} if text else set()
    with mock.patch("harness.night.rows_compared.AT_ONCE", at_once):
        found = compare(published_rows, held_rows, ["id"], text=columns)
    with mock.patch.object(Declared, "are_one", return_value=False):
        slow = compare(published_rows, held_rows, ["id"], text=columns)
    for kind in ("lost", "invented", "changed"):
        assert getattr(found, kind).total <= getattr(slow, kind).total
    assert (found.records, found.rows, found.columns) == (slow.records, slow.rows, slow.columns)
    assert found.alike or not slow.alike
    assert not found.alike or all(any(agrees(one, other, columns) for other in held_rows) for one in published_rows)


def agrees(record: dict[str, Any], row: dict[str, Any], text: set[str]) -> bool:
    return all(
        same(record.get(column), row.get(column), text=column in text) for column in sorted(record.keys() | row.keys())
    )
