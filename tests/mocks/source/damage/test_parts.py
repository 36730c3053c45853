"""Parts of a file between its records: whole records of equal parts, and every group as it was around them."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from harness.contract.layout import Cell, UnitLayout
from harness.mocks.source.damage import NothingToDamage
from tests.mocks.source.damage.samples import columns, feed, kind, layout, stored

OF_LINES = layout(
    UnitLayout(
        separators=("|",),
        kinds=(
            kind("filling", "filling", "999"),
            kind("header", "header", "H|"),
            kind("trailer", "trailer", "T|"),
            kind("record", "record", "D|"),
        ),
    ),
    columns("type", "number"),
)
RECORDS = [b"D|%d\n" % number for number in range(4)]
LONG = b"x" * 200


@pytest.mark.parametrize(
    ("before", "behind"),
    [
        (b"H|" + LONG + b"\n", b"T|4\n"),
        (b"H|1\n", b"T|" + LONG + b"\n"),
        (b"H|1\n", b"T|4\n" + (b"9" * 94 + b"\n") * 3),
    ],
)
@pytest.mark.parametrize("of", [2, 4])
def test_parts_are_of_the_records_where_what_is_around_them_weighs_more(
    before: bytes, behind: bytes, of: int, tmp_path: Path
) -> None:
    file = stored(tmp_path, before + b"".join(RECORDS) + behind, OF_LINES)
    for part in range(1, of + 1):
        first, last = 4 * (part - 1) // of, 4 * part // of
        served = file.damaged("part", part=part, of=of, how="missing", where="record_boundary")
        assert served == before + b"".join([*RECORDS[:first], *RECORDS[last:]]) + behind


def test_more_parts_than_records_are_empty(tmp_path: Path) -> None:
    file = stored(tmp_path, b"H|1\n" + b"".join(RECORDS), OF_LINES)
    with pytest.raises(NothingToDamage, match="part 2 of 9 is empty"):
        file.damaged("part", part=2, of=9, how="missing", where="record_boundary")


XML = layout(
    UnitLayout(
        structure="xml",
        records=("Order",),
        groups=("Batch",),
        kinds=(
            kind("header", "header"),
            kind("Batch opens", "header", opens="Batch"),
            kind("record"),
            kind("Batch closes", "trailer", closes="Batch"),
            kind("trailer", "trailer"),
        ),
    ),
    columns("id", cells=(Cell(path=("@id",)),)),
    form="xml",
)


def document(**batches: int) -> bytes:
    made = (
        b"<Batch>\n" + b"".join(b' <Order id="%s%d"/>\n' % (name.encode(), one) for one in range(count)) + b"</Batch>\n"
        for name, count in batches.items()
    )
    return b"<Feed>\n" + b"".join(made) + b"</Feed>\n"


def of_batches(data: bytes) -> list[list[str]]:
    return [[order.get("id", "") for order in batch] for batch in ET.fromstring(data)]


@pytest.mark.parametrize("part", [1, 2, 3])
def test_groups_stay_around_what_is_missing_or_doubled(part: int, tmp_path: Path) -> None:
    file = stored(tmp_path, document(a=2, b=5, c=2), XML)
    before = of_batches(file.content)
    given: dict[str, Any] = {"part": part, "of": 3, "where": "record_boundary"}
    missing = of_batches(file.damaged("part", how="missing", **given))
    doubled = of_batches(file.damaged("part", how="doubled", **given))
    assert len(missing) == len(doubled) == 3
    gone = [[one for one in was if one not in now] for was, now in zip(before, missing, strict=True)]
    assert 0 < sum(map(len, gone)) < 9
    for was, twice, lost in zip(before, doubled, gone, strict=True):
        at = was.index(lost[0]) + len(lost) if lost else 0
        assert twice == [*was[:at], *lost, *was[at:]]


def test_records_change_their_places_within_a_group_alone(tmp_path: Path) -> None:
    file = stored(tmp_path, document(a=4, b=4), XML)
    given: dict[str, Any] = {"of": 4, "how": "out_of_order", "where": "record_boundary"}
    true = [["a0", "a1", "a2", "a3"], ["b0", "b1", "b2", "b3"]]
    assert of_batches(file.damaged("part", part=1, **given)) == [["a2", "a3", "a0", "a1"], true[1]]
    assert of_batches(file.damaged("part", part=4, **given)) == [true[0], ["b3", "b0", "b1", "b2"]]
    with pytest.raises(NothingToDamage, match="parts 2 and 3 of 4 do not lie in one group"):
        file.damaged("part", part=2, **given)


@pytest.mark.parametrize("how", ["missing", "doubled"])
@pytest.mark.parametrize("part", [1, 2, 3])
def test_a_batch_of_payments_has_its_beginning_and_its_end(how: str, part: int, tmp_path: Path) -> None:
    file = feed(tmp_path, "nacha as it is known")
    data = file.damaged("part", part=part, of=3, how=how, where="record_boundary")
    kinds = "".join(line[:1] for line in data.decode().splitlines())
    assert re.fullmatch(r"1(5(67*)*8)+9+", kinds)
    changed = [one for one in pairwise(kinds) if one == ("5", "8")]
    assert how == "missing" or not changed
