"""Rows that are compared part by part are told as if all of them were compared at once."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.checks.model import partitions
from harness.checks.model.evidence import Evidence, Tally
from harness.checks.model.holdings import Rows
from harness.checks.model.row_counts import WrongRows, _compare
from harness.contract.rows import Part, RowsFile, lines_of

Pair = tuple[str, int]
"""A row's key and its content."""

SOME_ROWS = st.lists(st.tuples(st.sampled_from(["a", "b", "ü\t", "d|e", "\n"]), st.integers(0, 2)), max_size=12)


def held(*batches: list[Pair]) -> Rows:
    rows = Rows()
    for batch in batches:
        texts = [json.dumps({"key": key, "value": value}) for key, value in batch]  # as of a consumer: it has its key
        lines, digest, total = lines_of([key for key, _ in batch], texts)
        rows.add(Part(RowsFile([b"before\n", lines, b"after\n"]), 7, len(lines), len(batch), digest, total))
    return rows


def naive(rows: list[Pair], wanted: list[Pair], *, declared: bool) -> dict[str, list[str]]:
    """The comparison of everything in memory: all keys of every kind."""
    got, due = Counter(rows), Counter(wanted)
    keys = {key for key, _ in due}
    missing, surplus = due - got, got - due
    altered = {key for key, value in surplus if key in keys and (key, value) not in due}
    twice = [key for key, value in surplus if (key, value) in due]
    if declared:
        counts = Counter(key for key, _ in rows)
        twice += {key for key, count in counts.items() if count > 1} - set(twice)
    return {
        "lost": [key for key, _ in missing if key not in altered],
        "doubled": twice,
        "invented": [key for key, _ in surplus if key not in keys],
        "changed": [*(altered - set(twice))],
    }


@settings(deadline=None)
@given(rows=SOME_ROWS, wanted=SOME_ROWS, declared=st.booleans(), each=st.integers(1, 20))
def test_in_partitions_the_same_rows_are_wrong(
    rows: list[Pair], wanted: list[Pair], *, declared: bool, each: int
) -> None:
    with mock.patch.object(partitions, "PARTITION_ROWS", each):
        found = WrongRows()
        _compare(found, held(rows[:3], rows[3:]), held(wanted), ["id"] if declared else [])
    expected = naive(rows, wanted, declared=declared)
    assert found.by_kind == {kind: Evidence.of(keys) for kind, keys in expected.items() if keys}


@settings(deadline=None)
@given(keys=st.lists(st.text(max_size=3), max_size=40), cut=st.integers(0, 40))
def test_evidence_is_the_first_ten_of_all_and_their_number_however_it_comes(keys: list[str], cut: int) -> None:
    expected = Evidence(tuple(sorted(keys)[:10]), len(keys))
    assert Evidence.of(keys) == expected
    found, more = Tally(), Tally()
    found.add_all(keys[:cut])
    more.add_all(keys[cut:])
    found.add_counted(more)
    assert found.evidence == expected


@settings(deadline=None)
@given(rows=SOME_ROWS, wanted=SOME_ROWS, each=st.integers(1, 20))
def test_rows_are_equal_and_common_as_multisets_are(rows: list[Pair], wanted: list[Pair], each: int) -> None:
    with mock.patch.object(partitions, "PARTITION_ROWS", each):
        assert (held(rows) == held(wanted)) == (Counter(rows) == Counter(wanted))
        assert held(rows).common(held(wanted)) == (Counter(rows) & Counter(wanted)).total()


def test_the_order_of_rows_and_batches_makes_no_other_rows() -> None:
    rows = [("a", 1), ("b", 2), ("b", 2), ("c", 3)]
    for order in itertools.permutations(rows):
        assert held(list(order[:2]), list(order[2:])) == held(rows)


@pytest.mark.parametrize("cut", [3, 20])
def test_a_part_of_a_file_that_is_altered_or_cut_off_says_so(cut: int) -> None:
    lines, digest, total = lines_of(["a", "b"], ['{"v":1}', '{"v":2}'])
    assert Part(RowsFile([lines]), 0, len(lines), 2, digest, total).wrong_because() is None
    altered = lines.replace(b'"v":2', b'"v":3')
    assert "found other rows" in str(Part(RowsFile([altered]), 0, len(lines), 2, digest, total).wrong_because())
    assert "expected at least" in str(Part(RowsFile([lines[:-cut]]), 0, len(lines), 2, digest, total).wrong_because())


@settings(deadline=None)
@given(rows=SOME_ROWS, each=st.integers(1, 20))
def test_keys_that_more_than_one_row_has_are_found_in_whatever_partition(rows: list[Pair], each: int) -> None:
    with mock.patch.object(partitions, "PARTITION_ROWS", each):
        found = held(rows[:3], rows[3:]).doubled()
    assert found == Evidence.of(key for key, count in Counter(key for key, _ in rows).items() if count > 1)
