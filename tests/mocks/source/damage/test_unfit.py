"""What cannot be done to a file as it is, or as it is laid out, is said, and nothing is served in its place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.contract.codec import read
from harness.contract.content import FileLayout
from harness.contract.effects.damages import KINDS
from harness.contract.layout import Cell, UnitLayout
from harness.formats.damageable import why_not
from harness.mocks.source.damage import NothingToDamage
from tests.mocks.source.damage.samples import AS_KNOWN, CONTENTS, MAINFRAME, Feed, columns, kind, layout, stored


def refused(laid_out: FileLayout, key: str, **given: Any) -> str | None:
    """Why the layout alone does not allow it."""
    return why_not(read(KINDS[key], {key: given}, "effect"), laid_out)


def unfired(file: Feed, key: str, **given: Any) -> str:
    """Why it is not done to this file, though its layout allows it."""
    assert refused(file.layout, key, **given) is None
    with pytest.raises(NothingToDamage) as caught:
        file.damaged(key, **given)
    return str(caught.value)


def lines(*roles: str, names: Iterable[str] = ("type", "sku"), separator: str = "|") -> FileLayout:
    """Lines of the kinds H, D and T."""
    known = {"header": "H", "record": "D", "trailer": "T"}
    kinds = tuple(kind(role, role, known[role]) for role in roles)
    return layout(UnitLayout(separators=(separator,), kinds=kinds), columns(*names))


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16", "utf-8-sig", "utf-8-twice"])
def test_bytes_that_are_no_text_are_not_encoded(encoding: str) -> None:
    assert refused(MAINFRAME, "encode", encoding=encoding) == "its records hold packed decimals, which are no text"
    plain = replace(MAINFRAME, columns=tuple(one for one in MAINFRAME.columns if not (one.cell and one.cell.packed)))
    assert refused(plain, "encode", encoding=encoding) is None


def test_a_packed_total_is_no_text_either() -> None:
    laid_out = CONTENTS["object.json"][1]
    units = laid_out.units
    assert units is not None
    packed = tuple(replace(one, cell=Cell(start=4, width=4, packed=True)) for one in units.stated)
    assert refused(laid_out, "encode", encoding="utf-16") is None
    assert refused(replace(laid_out, units=replace(units, stated=packed)), "encode", encoding="utf-16") is not None


@pytest.mark.parametrize("fraction", [0.1, 0.9, 1.0])
def test_without_records_there_is_no_boundary_between_them(fraction: float, tmp_path: Path) -> None:
    empty_night = stored(tmp_path, b"H|20261124\nT|0|0.00\n", lines("header", "trailer", "record"))
    assert unfired(empty_night, "cut", fraction=fraction, where="record_boundary") == "the file has no records"


def test_only_a_header_that_is_there_is_left_alone(tmp_path: Path) -> None:
    assert refused(lines("record", "trailer"), "empty", leave="header") == "its layout has no header"
    assert refused(lines("record", "trailer"), "empty", leave="no_records") is None
    assert refused(CONTENTS["object.json"][1], "empty", leave="header") is None
    of_three = lines("header", "trailer", "record")
    without = stored(tmp_path, b"\nD|1\nT|1\n", of_three)
    assert unfired(without, "empty", leave="header") == "the file has no header"
    assert unfired(stored(tmp_path, b"", of_three), "empty", leave="header") == "the file has no header"
    alone = stored(tmp_path, b"H|1\n\n", of_three)
    assert unfired(alone, "empty", leave="header") == "the file has nothing but its header"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1", "utf-8-twice"])
def test_an_empty_file_is_not_encoded(encoding: str, tmp_path: Path) -> None:
    assert unfired(stored(tmp_path, b"", lines("record")), "encode", encoding=encoding) == "the file is empty"


RENAMED: dict[str, Any] = {"how": "renamed", "column": "sku", "header": "follows"}
NO_NAMES = "its layout has no header that would name a column"


@pytest.mark.parametrize(
    ("sign", "why"),
    [("H|", NO_NAMES), ("H", NO_NAMES), ("type|", None), ("Type", None), ('"type"|', None), ("type|sku|day", None)],
)
def test_a_header_names_columns_only_where_its_sign_is_their_names(sign: str, why: str | None) -> None:
    kinds = (kind("header", "header", sign), kind("record"))
    laid_out = layout(UnitLayout(separators=("|",), quote='"', kinds=kinds), columns("type", "sku"))
    assert refused(laid_out, "columns", **RENAMED) == why
    assert refused(laid_out, "columns", **RENAMED | {"how": "dropped"}) is None
    of_a_field = replace(kinds[0], starts=(sign.split("|")[0],), field=1)
    units = replace(laid_out.units or UnitLayout(), kinds=(of_a_field, kinds[1]))
    assert refused(replace(laid_out, units=units), "columns", **RENAMED) == why


def test_it_may_name_columns_where_none_is_known_in_its_place() -> None:
    behind = (Cell(field=3), Cell(field=4))
    kinds = (kind("header", "header", "#"), kind("record"))
    laid_out = layout(UnitLayout(separators=("|",), kinds=kinds), columns("day", "sku", cells=behind))
    assert refused(laid_out, "columns", **RENAMED) is None


@pytest.mark.parametrize(("width", "why"), [(3, None), (2, NO_NAMES)])
def test_a_name_that_has_no_room_is_in_no_header(width: int, why: str | None) -> None:
    cells = (Cell(start=1, width=4), Cell(start=5, width=width))
    laid_out = layout(
        UnitLayout(kinds=(kind("header", "header", first=1), kind("record"))),
        columns("type", "sku", cells=cells),
        form="fixed",
    )
    assert refused(laid_out, "columns", **RENAMED) == why
    assert refused(AS_KNOWN["nacha as it is known"][1], "columns", **RENAMED | {"column": None}) == NO_NAMES


def test_places_whose_sign_is_no_name() -> None:
    cells = (Cell(start=0, width=4), Cell(start=4, width=6))
    for sign, why in (("H", NO_NAMES), ("TYPE", None), ("type  sku", None)):
        units = UnitLayout(kinds=(kind("header", "header", sign), kind("record")))
        assert refused(layout(units, columns("type", "sku", cells=cells)), "columns", **RENAMED) == why, sign


@pytest.mark.parametrize("first", ["sep=;\n", "SEP=;\n", '"sep=;"\n', "\ufeffSep=;\n"])
def test_what_tells_spreadsheets_the_delimiter_still_tells_the_old_one(first: str, tmp_path: Path) -> None:
    laid_out = layout(UnitLayout(separators=(";",), quote='"', kinds=(kind("record"),)), columns("id", "qty"))
    file = stored(tmp_path, f"{first}1;2\n".encode(), laid_out)
    assert file.damaged("delimiter", delimiter=",") == f"{first}1,2\n".encode()
