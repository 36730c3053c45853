"""Which bytes of a file a changed number or letter may be in, said by hand for a file of each kind."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.contract.content import FileLayout
from harness.contract.effects.damages import Flip, Revise
from harness.contract.layout import Cell, Marked, Stated, Summand, UnitLayout
from harness.formats import Form
from harness.formats.as_said import layout_as_said
from harness.formats.damageable import why_not
from harness.formats.known import KNOWN
from harness.mocks.source.damage import NothingToDamage
from tests.formats.cells.samples import SAMPLES, layout
from tests.formats.test_known import FILES
from tests.mocks.source.damage.samples import Feed, columns, kind, stored

FLIPS: list[dict[str, Any]] = [{"flip": {"where": "text"}}, {"flip": {"where": "number"}}]
REVISES: list[dict[str, Any]] = [{"revise": {"every": 1}}, {"revise": {"every": 2}}]


def known(folder: Path, name: str, data: bytes) -> Feed:
    return stored(folder, data, layout_as_said(Form(), KNOWN[name]).described())


def done(file: Feed, given: dict[str, Any]) -> bytes:
    [(key, values)] = given.items()
    return file.damaged(key, **values)


def lines(file: Feed, data: bytes, encoding: str = "utf-8") -> list[tuple[str, str]]:
    """The lines that differ: as they were, and as they are."""
    was, now = (io.StringIO(text.decode(encoding), newline="").readlines() for text in (file.content, data))
    return [pair for pair in zip(was, now, strict=True) if pair[0] != pair[1]]


def places(was: str, now: str) -> set[int]:
    """The characters that differ, from 0."""
    return {at for at, (one, other) in enumerate(zip(was, now, strict=True)) if one != other}


AMOUNT = set(range(29, 39))
TOTALS = {"6": AMOUNT, "8": set(range(20, 44)), "9": set(range(31, 55))}
"""Of NACHA's entries the amount, of its control records total debits and credits."""


@pytest.mark.parametrize("given", [*REVISES, FLIPS[1]], ids=str)
@pytest.mark.parametrize("text", [(SAMPLES / "nacha.ach").read_bytes(), FILES["nacha"][0].encode()])
def test_of_nacha_only_the_amount_of_an_entry_is_another_number(
    text: bytes, given: dict[str, Any], tmp_path: Path
) -> None:
    file = known(tmp_path, "nacha", text)
    changed = lines(file, done(file, given))
    assert all(places(was, now) <= TOTALS[was[0]] for was, now in changed)
    assert {was[0] for was, _ in changed} == ({"6", "8", "9"} if "revise" in given else {"6"})


def test_of_nacha_a_letter_is_one_of_a_name_or_a_number_of_its_own(tmp_path: Path) -> None:
    file = known(tmp_path, "nacha", (SAMPLES / "nacha.ach").read_bytes())
    [(was, now)] = lines(file, done(file, FLIPS[0]))
    assert was[0] == "6"
    assert places(was, now) <= set(range(39, 76))


PIPE = layout(
    UnitLayout(
        separators=("|",),
        kinds=(kind("header", "header", "H|"), kind("trailer", "trailer", "T|"), kind("record", "record", "D|")),
        stated=(
            Stated(name="record count", kind="trailer", cell=Cell(field=2), counts=("records",)),
            Stated(name="control total", kind="trailer", cell=Cell(field=3), sums=(Summand(cell=Cell(field=4)),)),
        ),
    ),
    columns("type", "site", "day", "qty"),
)
PIPE_TEXT = b"H|x\nD|Lyon|20261123|4\nD|Nice|20261123|9\nD|7|20261123|5\nT|3|18\n"


@pytest.mark.parametrize(
    "kinds",
    [
        (kind("header", "header", "H|"), kind("trailer", "trailer", "T|"), kind("record", "record", "D|")),
        tuple(kind(name, role, sign, field=1) for name, role, sign in
              (("header", "header", "H"), ("trailer", "trailer", "T"), ("record", "record", "D"))),
        (kind("header", "header", "H"), kind("trailer", "trailer", "T"), kind("record", "record", "D")),
    ],
)  # fmt: skip
@pytest.mark.parametrize("given", [*FLIPS, *REVISES], ids=str)
def test_of_a_line_with_a_sign_the_first_field_stays(kinds: Any, given: dict[str, Any], tmp_path: Path) -> None:
    laid_out = with_units(PIPE, kinds=kinds)
    file = stored(tmp_path, PIPE_TEXT, laid_out)
    for was, now in lines(file, done(file, given)):
        fields = [at for at, pair in enumerate(zip(was.split("|"), now.split("|"), strict=True)) if pair[0] != pair[1]]
        assert fields == [2 if was[0] == "T" else 1 if given == FLIPS[0] else 3]


@pytest.mark.parametrize("text", [b"H|x\nD|1|20261123|4\nT|1|4\n", b"H|x\nD|1|20261123|4\nD|2|3|4\nT|2|8\n"])
def test_a_sign_is_no_text(text: bytes, tmp_path: Path) -> None:
    with pytest.raises(NothingToDamage, match="no record of the file has a text to flip a bit of"):
        done(stored(tmp_path, text, PIPE), FLIPS[0])


def test_the_sign_of_a_part_stays_too(tmp_path: Path) -> None:
    kinds = (kind("record", "record", "D|"), kind("comment", "part", "C|"))
    file = stored(tmp_path, b"D|1\nC|x\nD|2\nC|y\n", with_units(PIPE, kinds=kinds, stated=()))
    [(was, now)] = lines(file, done(file, FLIPS[0]))
    assert (was, now) in [("C|x\n", "C|X\n"), ("C|y\n", "C|Y\n")]


def test_a_record_does_not_get_the_sign_of_another_kind(tmp_path: Path) -> None:
    laid_out = layout(
        UnitLayout(separators=("|",), kinds=(kind("trailer", "trailer", "T|"), kind("record"))), columns("a", "b")
    )
    file = stored(tmp_path, b"t|ab\nt|cd\nT|2\n", laid_out)
    [(was, now)] = lines(file, done(file, FLIPS[0]))
    assert places(was, now) == {2}


def test_a_column_that_tells_the_kind_is_no_number(tmp_path: Path) -> None:
    laid_out = layout(
        UnitLayout(separators=("|",), kinds=(kind("trailer", "trailer", "9|"), kind("record", "record", "5|"))),
        columns("type", "site", "qty", type="integer"),
    )
    for given in (*REVISES, FLIPS[1]):
        file = stored(tmp_path, b"5|Lyon|4\n5|Nice|6\n9|2\n", laid_out)
        for was, now in lines(file, done(file, given)):
            assert places(was, now) == {7}


TWO_SUMS = layout(
    UnitLayout(
        separators=("|",),
        kinds=(kind("a", "record", "A|"), kind("b", "record", "B|"), kind("trailer", "trailer", "T|")),
        stated=(
            Stated(
                name="control total",
                kind="trailer",
                cell=Cell(field=2),
                sums=(Summand(cell=Cell(field=3), kind="a"), Summand(cell=Cell(field=4), kind="b")),
            ),
        ),
    ),
    columns("type", "id", "x", "y"),
)


@pytest.mark.parametrize("given", [*REVISES, FLIPS[1]], ids=str)
def test_of_records_of_two_kinds_each_has_its_own_number(given: dict[str, Any], tmp_path: Path) -> None:
    file = stored(tmp_path, b"A|1|10|77\nB|500|2|20\nA|2|10|78\nB|501|3|20\nT|60\n", TWO_SUMS)
    changed = lines(file, done(file, given))
    for was, now in changed:
        [at] = [at for at, pair in enumerate(zip(was.split("|"), now.split("|"), strict=True)) if pair[0] != pair[1]]
        assert at == {"A": 2, "B": 3, "T": 1}[was[0]]
    if "revise" in given:
        assert changed[-1] == ("T|60\n", f"T|{60 + 4 // given['revise']['every']}\n")


HASHED = (Stated(name="hash", kind="trailer", cell=Cell(field=2), sums=(Summand(cell=Cell(field=2)),), digits=4),)


@pytest.mark.parametrize(
    ("more", "changed"),
    [
        ({"amount": "decimal", "account": "integer"}, {2}),
        ({"amount": "integer", "account": "integer"}, {2}),
        ({"account": "integer"}, {1}),
        ({}, {1}),
    ],
)
def test_what_a_hash_total_is_of_changes_only_where_there_is_no_other_number(
    more: dict[str, str], changed: set[int], tmp_path: Path
) -> None:
    named = columns("type", "account", "amount")
    named = tuple(replace(column, type=more.get(column.name, "text")) for column in named)
    laid_out = with_units(PIPE, stated=HASHED, columns=named)
    file = stored(tmp_path, b"D|1234|10\nD|2345|20\nT|3579\n", laid_out)
    for was, now in lines(file, done(file, REVISES[1])):
        fields = zip(was.split("|"), now.split("|"), strict=True)
        assert {at for at, (one, other) in enumerate(fields) if one != other} == ({1} if was[0] == "T" else changed)


def test_a_first_column_of_numbers_is_most_often_a_key(tmp_path: Path) -> None:
    laid_out = layout(
        UnitLayout(separators=(";",), kinds=(kind("header", "header", first=1), kind("record"))),
        columns("id", "qty", id="integer"),
    )
    file = stored(tmp_path, b"id;qty\n10;4\n20;5\n", laid_out)
    assert done(file, REVISES[0]) == b"id;qty\n10;5\n20;6\n"


OBJECTS = layout(UnitLayout(kinds=(kind("record"),)), columns("id", "site", "n", id="integer"), form="jsonl")


@pytest.mark.parametrize("given", FLIPS, ids=str)
def test_of_json_no_key_is_another_one(given: dict[str, Any], tmp_path: Path) -> None:
    text = b'{"id": 12, "site": 7, "n": {"a": ["b"]}}\n{"n": null, "site": "Lyon", "id": 13}\n'
    file = stored(tmp_path, text, OBJECTS)
    [(was, now)] = lines(file, done(file, given))
    before, after = json.loads(was), json.loads(now)
    assert list(before) == list(after)
    assert [name for name in before if before[name] != after[name]] == ["site" if given == FLIPS[0] else "id"]


@pytest.mark.parametrize("text", ['{"id": 2, "ok": false, "n": null}', '{"id": 2, "n": {"A": "x"}}', '{"site": 5}'])
def test_json_without_a_string_has_no_text(text: str, tmp_path: Path) -> None:
    with pytest.raises(NothingToDamage, match="no record of the file has a text to flip a bit of"):
        done(stored(tmp_path, f"{text}\n".encode(), OBJECTS), FLIPS[0])


def test_json_lines_without_a_column_of_text_are_refused(tmp_path: Path) -> None:
    laid_out = layout(OBJECTS.units or UnitLayout(), columns("id", "qty", id="integer"), form="jsonl")
    assert why_not(Flip(where="text"), laid_out) == "its layout has no column of text"
    assert why_not(Flip(where="text"), OBJECTS) is None


@pytest.mark.parametrize("text", [(SAMPLES / "camt.xml").read_bytes(), FILES["camt053"][0].encode()])
@pytest.mark.parametrize("given", [*FLIPS, *REVISES], ids=str)
def test_of_camt_the_direction_stays(text: bytes, given: dict[str, Any], tmp_path: Path) -> None:
    file = known(tmp_path, "camt053", text)
    if given == FLIPS[0]:  # its references have no letters
        with pytest.raises(NothingToDamage, match="no record of the file has a text to flip a bit of"):
            done(file, given)
        return
    data = done(file, given)
    for word in (b"CRDT", b"DBIT"):
        assert data.count(word) == text.count(word)
    for was, now in lines(file, data):
        assert was.split(">")[0].strip() == now.split(">")[0].strip()
        assert "Amt" in was or "Sum" in was


MARKED = Marked(cell=Cell(field=3), values=("D",))


@pytest.mark.parametrize(
    "stated",
    [
        {"sums": (Summand(cell=Cell(field=2)),), "only": MARKED},
        {"sums": (Summand(cell=Cell(field=2, negative=MARKED)),)},
    ],
)
def test_debit_and_credit_stay_where_sums_go_by_them(stated: dict[str, Any], tmp_path: Path) -> None:
    total = Stated(name="total", kind="trailer", cell=Cell(field=2), **stated)
    text = b"D|4|D|x\nD|5|C|y\nT|4\n"
    for told in (columns("type", "amount", "direction", "name"), columns("type", "amount"), ()):
        file = stored(tmp_path, text, with_units(PIPE, stated=(total,), columns=told))
        [(was, now)] = lines(file, done(file, FLIPS[0]))
        assert places(was, now) == {6}


PACKED = layout(
    UnitLayout(
        structure="length",
        length=8,
        kinds=(kind("record", "record", "1"),),
    ),
    columns("amount", cells=(Cell(start=4, width=4, packed=True, decimals=2),)),
    encoding="cp037",
    form="fixed",
)


@pytest.mark.parametrize("sign", "BCDF")
@pytest.mark.parametrize("digits", ["0000000", "0000001", "1234569"])
def test_the_last_digit_of_a_packed_number_is_another_one(sign: str, digits: str, tmp_path: Path) -> None:
    text = "1".ljust(4).encode("cp037") + bytes.fromhex(digits + sign)
    file = stored(tmp_path, text, PACKED)
    assert why_not(Flip(where="number"), PACKED) is None
    other = {"0": "1", "1": "0", "9": "8"}[digits[-1]]
    assert done(file, FLIPS[1]) == text[:4] + bytes.fromhex(digits[:-1] + other + sign)


def test_a_packed_number_has_no_letters(tmp_path: Path) -> None:
    text = "1".ljust(4).encode("cp037") + "ABC".encode("cp037") + b"\x1c"
    with pytest.raises(NothingToDamage, match="no record of the file has a text to flip a bit of"):
        done(stored(tmp_path, text.replace("ABC".encode("cp037"), b"\x12\x34\x81"), PACKED), FLIPS[0])


def test_only_marks_are_no_column_of_numbers() -> None:
    total = Stated(name="count", kind="trailer", cell=Cell(field=2), counts=("records",), only=MARKED)
    laid_out = with_units(PIPE, stated=(total,), columns=columns("type", "name", "code", code="integer"))
    assert why_not(Revise(every=1), laid_out) == "its layout has no column of numbers"
    assert why_not(Flip(where="number"), laid_out) == "its layout has no column of numbers"


def with_units(laid_out: FileLayout, *, columns: Iterable[Any] | None = None, **more: Any) -> FileLayout:
    """The same with something else in its units."""
    units = replace(laid_out.units or UnitLayout(), **more)
    return replace(laid_out, units=units, columns=laid_out.columns if columns is None else tuple(columns))
