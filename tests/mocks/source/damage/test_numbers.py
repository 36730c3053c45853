"""The numbers that a damage changes are those that are meant by them, in the records that have them."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from harness.contract.effects.damages import Repeat
from harness.contract.layout import Cell, Stated, Summand, UnitLayout
from harness.formats.record_values import number_cells
from harness.mocks.source.damage import apply_damage
from tests.mocks.source.damage.samples import columns, feed, kind, layout, stored, wrong_figures

TWO_KINDS = layout(
    UnitLayout(
        separators=("|",),
        kinds=(
            kind("header", "header", "H|"),
            kind("trailer", "trailer", "T|"),
            kind("a", "record", "A|"),
            kind("b", "record", "B|"),
        ),
        stated=(
            Stated(
                name="control total",
                kind="trailer",
                cell=Cell(field=2),
                sums=(Summand(cell=Cell(field=3), kind="a"), Summand(cell=Cell(field=4), kind="b")),
            ),
        ),
    )
)
TEXT = b"H|x\nA|1|10|77\nB|500|2|20\nA|2|11|78\nB|501|3|21\nT|62\n"


def test_each_kind_of_record_has_its_own_number(tmp_path: Path) -> None:
    file = stored(tmp_path, TEXT, TWO_KINDS)
    assert file.damaged("revise", every=1) == b"H|x\nA|1|11|77\nB|500|2|21\nA|2|12|78\nB|501|3|22\nT|66\n"
    flipped = [TEXT.replace(b"|%d" % was, b"|%d" % now) for was, now in ((10, 11), (20, 21), (11, 10), (21, 20))]
    assert file.damaged("flip", where="number") in flipped


@pytest.mark.parametrize("every", [1, 2])
def test_a_new_version_of_payments_has_other_amounts_for_the_same_banks(every: int, tmp_path: Path) -> None:
    file = feed(tmp_path, "nacha as it is known")
    data = file.damaged("revise", every=every)
    before, after = file.units(), file.units(data)
    changed = [(one.body, other.body) for one, other in zip(before, after, strict=True) if one != other]
    entries = [(one, other) for one, other in changed if one.startswith(b"6")]
    assert entries
    for one, other in entries:
        assert one[:29] + one[39:] == other[:29] + other[39:]
        assert int(other[29:39]) == int(one[29:39]) + 100
    assert wrong_figures(data, file.layout) == []


def test_a_hash_total_is_made_of_numbers_where_nothing_else_is() -> None:
    hashed = Stated(name="hash", kind="trailer", cell=Cell(field=2), sums=(Summand(cell=Cell(field=2)),), digits=10)
    kinds = (kind("trailer", "trailer", "T|"), kind("record"))
    units = UnitLayout(separators=("|",), kinds=kinds, stated=(hashed,))
    account, pieces = Cell(field=2), Cell(field=3)
    named = columns("site", "account", "pieces", account="integer")
    assert number_cells(layout(units, named)) == [pieces]
    assert number_cells(layout(units, columns("site", "account", account="integer"))) == [account]


def test_records_are_doubled_without_having_them_all_in_memory(tmp_path: Path) -> None:
    count, record = 12_000, b"A|1|10|" + b"x" * 993 + b"\n"
    file = stored(tmp_path, b"H|x\n" + record * count + b"T|%d\n" % (10 * count), TWO_KINDS)
    tracemalloc.start()
    try:
        body = apply_damage(file.source_file.body, file.source_file, Repeat(records=count, totals="follow"))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert body.size == file.source_file.size + len(record) * count
    assert peak < 4 << 20
