"""Undo a damage in the words of its description, and the file is there again, byte for byte: on every kind of file."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from harness.contract.codec import read
from harness.contract.content import FileLayout, PlacedColumn
from harness.contract.effects.damages import KINDS
from harness.contract.layout import Cell, UnitLayout
from harness.formats.cells import Cells
from harness.formats.damageable import stated_as, why_not
from harness.formats.figures import following, told
from harness.formats.record_values import number_cells
from harness.formats.units import Step, Unit, joined
from harness.mocks.source.damage import NothingToDamage
from tests.mocks.source.damage.samples import AS_KNOWN, CONTENTS, Feed, feed, units_of, wrong_figures
from tests.mocks.source.damage.test_golden import GIVEN, damaged

WITH_RECORDS = [name for name in CONTENTS if name != "pipe0.txt"]
EVERY_FEED = pytest.mark.parametrize("name", WITH_RECORDS)


def can(given: dict[str, Any], layout: FileLayout) -> bool:
    [(key, values)] = given.items()
    return why_not(read(KINDS[key], {key: values}, "effect"), layout) is None


def feeds_for(*given: dict[str, Any]) -> list[Any]:
    """Each damage with each feed on which it can act, by the layout."""
    return [
        pytest.param(name, one, id=f"{name} {' '.join(map(str, next(iter(one.values())).values()))}")
        for name in WITH_RECORDS
        for one in given
        if can(one, CONTENTS[name][1])
    ]


def done(file: Feed, given: dict[str, Any]) -> bytes:
    [(key, values)] = given.items()
    return file.damaged(key, **values)


def tried(file: Feed, given: dict[str, Any]) -> bytes | str:
    """What is served, or why the damage cannot be done."""
    try:
        return done(file, given)
    except NothingToDamage as nothing:
        return str(nothing)


def whole(units: Iterator[Unit] | list[Unit], layout: FileLayout) -> bytes:
    return b"".join(joined(units, layout))


def put_back(steps: list[Step], layout: FileLayout) -> bytes:
    """The file after steps that undo a damage, with what it states of itself following once more."""
    return whole(following(lambda: iter(steps), layout), layout)


def bodies(units: list[Unit]) -> list[bytes]:
    return [unit.body for unit in units]


@EVERY_FEED
@pytest.mark.parametrize("percent", [30, 50, 77, 99, 100])
def test_a_cut_on_a_boundary_is_a_prefix_that_ends_with_a_unit(name: str, percent: int, tmp_path: Path) -> None:
    file = feed(tmp_path, name)
    data = file.damaged("cut", fraction=percent / 100, where="record_boundary")
    assert file.content.startswith(data)
    ends, at = [], 0
    for unit in file.units():
        at += len(unit.data)
        ends.append(at)
    assert len(data) in ends
    assert any(unit.is_record for unit in file.units()[: ends.index(len(data)) + 1]) or percent == 30


@EVERY_FEED
def test_a_cut_below_the_header_is_refused(name: str, tmp_path: Path) -> None:
    file = feed(tmp_path, name)
    with pytest.raises(NothingToDamage, match=r"would leave less than the header|would leave nothing"):
        file.damaged("cut", bytes=1, where="record_boundary")


@EVERY_FEED
@pytest.mark.parametrize("percent", [0, 30, 50, 100])
def test_a_cut_inside_a_record_is_a_prefix_that_ends_within_one(name: str, percent: int, tmp_path: Path) -> None:
    file = feed(tmp_path, name)
    data = file.damaged("cut", fraction=percent / 100, where="inside_record")
    assert file.content.startswith(data)
    at = 0
    for unit in file.units():
        if at < len(data) < at + len(unit.body):
            assert unit.is_record
            return
        at += len(unit.data)
    pytest.fail("the cut is between units")


@pytest.mark.parametrize("name", [name for name in WITH_RECORDS if name not in ("nacha.ach", "bai2.txt", "array.json")])
def test_a_cut_inside_a_character_breaks_one(name: str, tmp_path: Path) -> None:
    file = feed(tmp_path, name)
    encoding = file.layout.encoding or "utf-8"
    data = tried(file, {"cut": {"fraction": 0.6, "where": "inside_character"}})
    if isinstance(data, str):
        assert "every character has one byte" in data or "no character of several bytes" in data
        assert file.content.isascii() or len(file.content.decode(encoding)) == len(file.content)
        return
    assert file.content.startswith(data)
    with pytest.raises(UnicodeDecodeError):
        data.decode(encoding)


@EVERY_FEED
@pytest.mark.parametrize("count", [1, 3, 9999])
@pytest.mark.parametrize("totals", ["kept", "follow"])
def test_records_that_are_there_twice_are_taken_out_again(name: str, count: int, totals: str, tmp_path: Path) -> None:
    file = feed(tmp_path, name)
    before = file.units()
    after = file.units(file.damaged("repeat", records=count, totals=totals))
    wanted, steps = bodies(before), list[Step]()
    # From the end on, for the first ones of two are taken out: the last record of all may have no end.
    for unit in reversed(after):
        is_true = bool(wanted) and (wanted[-1] == unit.body or not unit.is_record)
        steps.insert(0, Step(unit, unit if is_true else None))
        if is_true:
            wanted.pop()
    assert not wanted
    assert len([step for step in steps if step.now is None]) == min(
        count, len([one for one in before if one.is_record])
    )
    if totals == "follow":
        assert wrong_figures(whole(after, file.layout), file.layout) == []
        assert put_back(steps, file.layout) == file.content
    else:
        assert whole((step.now for step in steps if step.now), file.layout) == file.content


@pytest.mark.parametrize("name", [name for name in WITH_RECORDS if name != "nacha.ach"])  # its batches stay as they are
@pytest.mark.parametrize("how", ["missing", "doubled", "out_of_order"])
@pytest.mark.parametrize(("part", "of"), [(1, 2), (2, 3), (3, 3), (3, 5)])
def test_parts_are_put_right_again(name: str, how: str, part: int, of: int, tmp_path: Path) -> None:
    file = feed(tmp_path, name)
    before = file.units()
    data = tried(file, {"part": {"part": part, "of": of, "how": how, "where": "record_boundary"}})
    if isinstance(data, str):
        assert data.endswith("is empty")
        return
    after = file.units(data)
    mine, true = bodies(after), bodies(before)
    if how == "missing":
        at = next(at for at, unit in enumerate(true) if at >= len(mine) or mine[at] != unit)
        gone = len(true) - len(mine)
        assert gone > 0
        assert true[:at] + true[at + gone :] == mine
    elif how == "doubled":
        more = len(mine) - len(true)
        assert more > 0
        assert any(
            mine[at : at + more] == mine[at + more : at + 2 * more] and mine[:at] + mine[at + more :] == true
            for at in range(len(true))
        )
    else:
        assert sorted(mine) == sorted(true)
        assert mine != true
        # A last line that had no end has one where it is now.
        assert whole(sorted(after, key=lambda unit: true.index(unit.body)), file.layout).startswith(file.content)
    heads = [unit.body for unit in before[: next(at for at, unit in enumerate(before) if unit.is_record)]]
    assert mine[: len(heads)] == heads
    assert mine[-1] == true[-1] or file.units()[-1].is_record


@EVERY_FEED
def test_without_records_the_rest_is_as_it_was_and_states_none(name: str, tmp_path: Path) -> None:
    file = feed(tmp_path, name)
    before = file.units()
    data = file.damaged("empty", leave="no_records")
    after = file.units(data)
    figures = [one for one in told(iter(after), file.layout) if one.stated.kind != "header"]
    assert wrong_figures(data, file.layout) == []
    assert not [one for one in figures if one.stated.counts == ("records",) and one.states]
    steps = [Step(unit, unit) for unit in after if not unit.is_record]
    heads = next(at for at, unit in enumerate(before) if unit.is_record)
    if name.endswith(".json"):
        emptied, true = json.loads(data), json.loads(file.content)
        assert emptied == ([] if isinstance(true, list) else true | {"count": 0, "total": 0, "data": {"orders": []}})
    elif not any(kind.opens for kind in (file.layout.units or UnitLayout()).kinds):
        steps[heads:heads] = [Step(None, unit) for unit in before if unit.is_record]
        assert put_back(steps, file.layout) == file.content


@EVERY_FEED
def test_the_header_alone_is_what_comes_first(name: str, tmp_path: Path) -> None:
    file = feed(tmp_path, name)
    data = file.damaged("empty", leave="header")
    if name.endswith((".json", ".xml")):
        assert not [unit for unit in file.units(data) if unit.is_record]
    else:
        assert file.content.startswith(data)
        heads = next(at for at, unit in enumerate(file.units()) if unit.is_record)
        assert data == b"".join(unit.data for unit in file.units()[:heads])


@pytest.mark.parametrize(("name", "given"), feeds_for({"drop_trailer": {}}))
def test_the_trailer_is_put_back(name: str, given: dict[str, Any], tmp_path: Path) -> None:
    file = feed(tmp_path, name)
    data = done(file, given)
    at = next(at for at, (mine, true) in enumerate(zip(data + b"\0", file.content, strict=False)) if mine != true)
    more = len(file.content) - len(data)
    # What is common to the trailer and what stands behind it is told only by where it begins.
    assert any(file.content[:begin] + file.content[begin + more :] == data for begin in range(at + 1))
    assert len([unit for unit in file.units() if unit.is_record]) == len(
        [unit for unit in units_of(data, file.layout) if unit.is_record]
    )


@pytest.mark.parametrize(
    ("name", "given"),
    feeds_for(*({"totals": {"of": of, "by": by}} for of in ("record_count", "control_total") for by in ("1", "-1"))),
)
def test_a_wrong_total_is_put_right(name: str, given: dict[str, Any], tmp_path: Path) -> None:
    file = feed(tmp_path, name)
    data = done(file, given)
    [wrong] = wrong_figures(data, file.layout)
    assert wrong.partition(":")[0] in {one.name for one in stated_as(given["totals"]["of"], file.layout)}
    back = str(-Decimal(given["totals"]["by"]))
    assert file.other(data).damaged("totals", of=given["totals"]["of"], by=back) == file.content
    assert len(data) == len(file.content) or given["totals"]["by"] == "-1" or name.startswith(("camt", "object"))


@pytest.mark.parametrize(("name", "given"), feeds_for({"revise": {"every": 1}}, {"revise": {"every": 4}}))
def test_a_new_version_is_made_the_old_one_again(name: str, given: dict[str, Any], tmp_path: Path) -> None:
    file = feed(tmp_path, name)
    data = done(file, given)
    assert wrong_figures(data, file.layout) == []
    cells, cell = Cells(file.layout), number_cells(file.layout)[0]
    steps = []
    for now, true in zip(file.units(data), file.units(), strict=True):
        number = cells.number(now, cell) if now.is_record else None
        changed = number is not None and number != cells.number(true, cell)
        steps.append(Step(now, cells.with_number(now, cell, number - 1) if changed and number is not None else now))
    assert sum(step.was is not step.now for step in steps) == file.source_file.records // given["revise"]["every"]
    assert put_back(steps, file.layout) == file.content


@pytest.mark.parametrize(("name", "given"), feeds_for({"flip": {"where": "text"}}, {"flip": {"where": "number"}}))
def test_one_bit_of_a_record_is_another_one(name: str, given: dict[str, Any], tmp_path: Path) -> None:
    file = feed(tmp_path, name)
    data = done(file, given)
    assert len(data) == len(file.content)
    pairs = [pair for pair in zip(file.units(data), file.units(), strict=True) if pair[0] != pair[1]]
    [(now, true)] = pairs
    assert true.is_record
    [(mine, old)] = [pair for pair in zip(now.data, true.data, strict=True) if pair[0] != pair[1]]
    assert (mine ^ old).bit_count() == 1 or file.layout.encoding == "cp037"
    assert len(file.units(data)) == len(file.units())


@pytest.mark.parametrize(("name", "given"), feeds_for({"delimiter": {"delimiter": "\t"}}))
def test_the_delimiter_is_put_back(name: str, given: dict[str, Any], tmp_path: Path) -> None:
    file = feed(tmp_path, name)
    units = file.layout.units
    assert units is not None
    data = done(file, given)
    assert len(data) == len(file.content)
    other = replace(file.layout, units=replace(units, separators=("\t", *units.separators[1:])))
    back = replace(file.other(data), layout=other)
    back = replace(back, source_file=replace(back.source_file, layout=other))
    assert back.damaged("delimiter", delimiter=units.separators[0]) == file.content


@pytest.mark.parametrize(
    ("name", "given"), feeds_for(*({"line_ends": {"ends": ends}} for ends in ("crlf", "lf", "cr")))
)
def test_line_ends_are_put_back(name: str, given: dict[str, Any], tmp_path: Path) -> None:
    file = feed(tmp_path, name)
    data = tried(file, given)
    if isinstance(data, str):
        assert data == "the lines of the file end so already"
        return
    units = file.layout.units
    assert units is not None
    end = {"crlf": "\r\n", "lf": "\n", "cr": "\r"}[given["line_ends"]["ends"]]
    other = replace(file.layout, units=replace(units, ends=end))
    # A line of its own for each part of a record.
    before = [line for unit in file.units() for line in Cells(file.layout).parts(unit)]
    after = [line for unit in units_of(data, other) for line in Cells(other).parts(unit)]
    assert [line.body for line in after] == [line.body for line in before]
    assert {line.data[len(line.body) :] for line in after if line.end} == {written(end, data, file.layout)}
    pairs = zip(after, before, strict=True)
    assert b"".join(now.body + true.data[len(true.body) :] for now, true in pairs) == file.content


def written(text: str, data: bytes, layout: FileLayout) -> bytes:
    encoding = layout.encoding or "utf-8"
    if encoding == "utf-16":
        encoding = "utf-16-le" if data.startswith(codecs.BOM_UTF16_LE) else "utf-16-be"
    return text.encode(encoding.removesuffix("-sig"))


@pytest.mark.parametrize(("name", "given"), feeds_for({"line_ends": {"ends": "none_last"}}))
def test_only_the_last_line_end_is_left_out(name: str, given: dict[str, Any], tmp_path: Path) -> None:
    file = feed(tmp_path, name)
    last = file.units()[-1]
    if not last.end:
        with pytest.raises(NothingToDamage, match="the last line of the file has no end"):
            done(file, given)
        return
    assert done(file, given) + last.data[len(last.body) :] == file.content


@pytest.mark.parametrize(("name", "given"), feeds_for({"decimal_comma": {}}))
def test_a_point_is_put_back_for_the_comma(name: str, given: dict[str, Any], tmp_path: Path) -> None:
    file = feed(tmp_path, name)
    cells = Cells(file.layout)
    if name == "bai2.txt":  # it has neither points nor quotes in which a comma would be none of its delimiters
        with pytest.raises(NothingToDamage, match="no number of the file has a decimal point, or room for a comma"):
            done(file, given)
        return
    data = done(file, given)
    if name == "object.json":
        assert re.sub(rb'"qty": "(\d),00"', rb'"qty": \1', data) == file.content
        return
    chosen = [cells.columns[one.name] for one in file.layout.columns if one.type in ("decimal", "integer")]
    back = list[Unit]()
    for now, true in zip(file.units(data), file.units(), strict=True):
        if not now.is_record:
            assert now == true
        for cell in chosen if now.is_record else ():
            text, was = cells.text(now, cell), cells.text(true, cell)
            if text != was:
                assert text is not None
                assert text.replace(",00", "" if "." not in (was or "") else ".00").replace(",", ".") == was
                if name == "quoted.csv":  # the comma is its delimiter, and so there are quotes now
                    now = now._replace(data=now.data.replace(f'"{text}"'.encode(), (was or "").encode()))
                    continue
                now = cells.with_text(now, cell, was or "")
        back.append(now)
    assert whole(back, file.layout) == file.content


@pytest.mark.parametrize(("name", "given"), feeds_for({"zone": {"hours": -1}}))
def test_the_next_day_is_put_back(name: str, given: dict[str, Any], tmp_path: Path) -> None:
    file = feed(tmp_path, name)
    data = done(file, given)
    assert len(data) == len(file.content)
    assert [unit for unit in file.units(data) if not unit.is_record] == [u for u in file.units() if not u.is_record]
    assert file.other(data).damaged("zone", hours=24) == file.content


@pytest.mark.parametrize(
    ("name", "given"),
    feeds_for(*({"encode": {"encoding": encoding}} for encoding in ("latin-1", "utf-16", "utf-8-sig", "utf-8-twice"))),
)
def test_the_same_text_is_read_in_the_other_encoding(name: str, given: dict[str, Any], tmp_path: Path) -> None:
    file = feed(tmp_path, name)
    was, encoding = file.layout.encoding or "utf-8", given["encode"]["encoding"]
    data = tried(file, given)
    if isinstance(data, str):
        assert data == f"every character of the file is the same in {encoding}"
        return
    text = data.decode("utf-8" if encoding == "utf-8-twice" else encoding)
    if encoding == "utf-8-twice":
        text = text.encode("latin-1").decode()
    assert text.removeprefix("\ufeff") == file.content.decode(was).removeprefix("\ufeff")


def ordered(layout: FileLayout, names: list[str], new: str | None = None) -> FileLayout:
    """The layout whose columns stand in that order, one beside the other; a new one is as wide as its name."""
    cells = Cells(layout).columns
    first = min(cells.values(), key=lambda cell: (cell.field or 0, cell.start or 0))
    field, start, columns = first.field or 1, first.start or 0, []
    for name in names:
        width = len("remark ") if name == new else cells[name].width
        if first.path:
            cell = Cell(path=(name,))
        else:
            cell = (
                Cell(field=field) if first.field else replace(cells.get(name, Cell(start=0)), start=start, width=width)
            )
        columns.append(PlacedColumn(name=name, type="text", start=None, width=None, cell=cell))
        field, start = field + 1, start + (width or 0)
    return replace(layout, columns=tuple(columns))


def drifted(file: Feed, data: bytes, layout: FileLayout, how: str, column: str) -> bytes:
    again = file.other(data, layout)
    return again.damaged("columns", how=how, column=column, header="follows")


ADDED = {"columns": {"how": "added", "column": None, "header": "follows"}}
DRIFTING = [name for name in WITH_RECORDS if name != "nacha.ach" and can(ADDED, CONTENTS[name][1])]
"""Of NACHA's columns there are some between others that nobody has named."""


@pytest.mark.parametrize("name", [name for name in DRIFTING if "mainframe" not in name])
def test_a_new_column_is_dropped_again(name: str, tmp_path: Path) -> None:
    file = feed(tmp_path, name)
    names = [column.name for column in file.layout.columns]
    for number in range(1, len(names)):
        data = file.damaged("columns", how="added", column=names[number], header="follows")
        layout = ordered(file.layout, [*names[:number], "remark", *names[number:]], "remark")
        assert drifted(file, data, layout, "dropped", "remark") == file.content


# Behind the columns of these two there are values that nobody has named.
@pytest.mark.parametrize("name", [name for name in DRIFTING if name not in ("bai2.txt", "object.json")])
def test_a_column_that_was_moved_is_moved_back_by_those_behind_it(name: str, tmp_path: Path) -> None:
    file = feed(tmp_path, name)
    names = [column.name for column in file.layout.columns]
    for number in range(1, len(names) - 1):
        data, order = file.content, names
        for column in names[number:]:
            data = drifted(file, data, ordered(file.layout, order), "moved", column)
            order = [one for one in order if one != column] + [column]
            assert (data == file.content) == (order == names)


def test_pieces_of_one_length_are_longer_by_a_new_column(tmp_path: Path) -> None:
    file = feed(tmp_path, "a mainframe's")
    data = file.damaged("columns", how="added", column="day", header="follows")
    records = [unit.data for unit in file.units() if unit.is_record]
    made = b"".join(record[:12] + " ".encode("cp037") * 7 + record[12:] for record in records)
    assert data == file.content[:20] + made + file.content[-20:]


@pytest.mark.parametrize("name", AS_KNOWN)
@pytest.mark.parametrize(
    "given",
    [
        {"repeat": {"records": 1, "totals": "follow"}},
        {"repeat": {"records": 99, "totals": "follow"}},
        {"empty": {"leave": "no_records"}},
        {"revise": {"every": 1}},
    ],
    ids=str,
)
def test_what_a_file_of_several_groups_states_follows(name: str, given: dict[str, Any], tmp_path: Path) -> None:
    file = feed(tmp_path, name)
    data = tried(file, given)
    if isinstance(data, str):
        assert data == "its layout has no column of numbers"
        return
    # Figures that a file need not have, and has not, are wrong before and behind.
    there = {one.partition(":")[0] for one in wrong_figures(data, file.layout) if ": None, " not in one}
    assert there == set()
    records = [sum(unit.is_record for unit in units) for units in (file.units(data), file.units())]
    assert records[0] == {"repeat": min(2, 1 + given.get("repeat", {}).get("records", 0) / records[1]) * records[1],
                          "empty": 0, "revise": records[1]}[next(iter(given))]  # fmt: skip


@pytest.mark.parametrize("name", AS_KNOWN)
def test_the_trailer_of_the_file_goes_and_no_groups(name: str, tmp_path: Path) -> None:
    file = feed(tmp_path, name)
    data = tried(file, {"drop_trailer": {}})
    if isinstance(data, str):
        assert data == "the end of a document (xml) is no trailer record"
        return
    kinds = [unit.kind for unit in file.units() if unit.kind.role != "filling"]
    left = [unit.kind for unit in file.units(data) if unit.kind.role != "filling"]
    assert left == kinds[:-1]


@pytest.mark.parametrize("name", [*CONTENTS, *AS_KNOWN])
def test_every_damage_acts_or_says_why_not(name: str, tmp_path: Path) -> None:
    file = feed(tmp_path, name)
    acted = set[str]()
    for given in GIVEN:
        with suppress(NothingToDamage):
            if damaged(file.source_file, given) != file.source_file.body:
                acted.update(given)
    assert acted >= {"cut", "nuls", "empty", "flip", "part"}
