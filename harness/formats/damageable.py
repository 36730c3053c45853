"""Which damages can act on a file of a layout, and what the layout lacks where they cannot.

By the layout alone: what only the file's bytes can say (it has no records, no letter) is told when it is served.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable
from typing import Any

from harness.contract.content import FileLayout
from harness.contract.effects import damages
from harness.contract.effects.damages import Damage
from harness.contract.layout import DOCUMENTS, LINES, RECORD_LINES, RECORDS, Cell, Stated, UnitLayout
from harness.formats.by_library.kinds import KINDS
from harness.formats.cells import Cells
from harness.formats.header_names import may_name_columns
from harness.formats.record_values import number_cells, text_cells
from harness.formats.table import DATES
from harness.formats.value_cells import drifting, every_cell, written_numbers

Why = Callable[[Any, FileLayout], str | None]


def why_not(damage: Damage, layout: FileLayout | None) -> str | None:
    """Why this damage can never act on a file of this layout, as a sentence without its end; None: it may act.

    ``layout`` None: nothing is known of the file. Damages of users' own are not known here.
    """
    asked = _ASKED.get(type(damage))
    if asked is None or _takes_bytes(damage):
        return None
    if layout is None:
        return None if _takes_lines(damage) else "nothing is known of what the file is made of"
    return asked(damage, layout)


def goes_by_units(damage: Damage) -> bool:
    """Whether it is one of ours, and goes by what the layout says of the file's units."""
    if isinstance(damage, damages.Cut):
        return damage.where in ("inside_record", "record_boundary")
    return type(damage) in _ASKED and not (_takes_bytes(damage) or isinstance(damage, damages.Encode))


def stated_as(of: str, layout: FileLayout) -> list[Stated]:
    """What a file states as its ``record_count`` or ``control_total``, the likeliest first.

    By that name, else by what it counts or adds up: that of the whole file goes before that of a group in it, of
    records before lines, a sum before a hash total, of all records before some.
    """
    stated = layout.units.stated if layout.units is not None else ()
    named = [one for one in stated if one.name == of.replace("_", " ")]
    if not named:
        named = [one for one in stated if (one.counts if of == "record_count" else one.sums)]
    return sorted(named, key=lambda one: (one.within is not None, _far(one), one.only is not None))


def _far(one: Stated) -> int:
    """How far what it counts is from records, or what it adds up from a total."""
    if one.sums:
        return int(one.digits is not None)
    counted = [at for at, what in enumerate((RECORDS, RECORD_LINES, LINES)) if what in one.counts and one.per == 1]
    return min(counted, default=3)


def _takes_bytes(damage: Damage) -> bool:
    """Whether it takes any file's bytes as they are."""
    if isinstance(damage, damages.Empty):
        return damage.leave == "nothing"
    if isinstance(damage, damages.Flip):
        return damage.where == "anywhere"
    if isinstance(damage, damages.Cut | damages.WrongPart):
        return damage.where == "exact"
    return isinstance(damage, damages.Nuls | damages.Replace)


def _takes_lines(damage: Damage) -> bool:
    """Whether it only asks where a line ends, which every text has."""
    if isinstance(damage, damages.Cut):
        return damage.where != "inside_member"
    return isinstance(damage, damages.WrongPart)


def _units(layout: FileLayout) -> str | None:
    if layout.format in KINDS:
        return f"{_a(layout)} file is changed through its own library, by whole records alone"
    return f"{_a(layout)} file has no records that could be told apart" if layout.units is None else None


def _records(layout: FileLayout) -> str | None:
    """Why it has no records that could be left out or put in."""
    return None if layout.format in KINDS else _units(layout)


def _a(layout: FileLayout) -> str:
    return f"{'an' if layout.format[0] in 'aeiou' else 'a'} {layout.format}"


def _cut(damage: damages.Cut, layout: FileLayout) -> str | None:
    if damage.where == "inside_member":
        return "the file is not compressed" if layout.compress is None else None
    if damage.where == "record_boundary":
        return _records(layout)
    if damage.where != "inside_character":
        return _units(layout)
    if layout.encoding is None:
        return f"{_a(layout)} file is no text"
    return None if _has_long_characters(layout.encoding) else f"in {layout.encoding}, every character has one byte"


def _has_long_characters(encoding: str) -> bool:
    return any(len(one.encode(encoding, "ignore")) > 1 for one in "\u00e9\u0416\u4e2d\u3042\ud55c")


def _drop_trailer(_: damages.DropTrailer, layout: FileLayout) -> str | None:
    if layout.format in KINDS:
        return f"{_a(layout)} file has no trailer"
    if layout.units is None:
        return _units(layout)
    if layout.units.structure in DOCUMENTS:
        return f"the end of a document ({layout.units.structure}) is no trailer record"
    has_one = any(kind.role == "trailer" for kind in layout.units.kinds)
    return None if has_one else "its layout has no trailer"


def _empty(damage: damages.Empty, layout: FileLayout) -> str | None:
    if (units := layout.units) is None:
        return _records(layout)
    if damage.leave == "no_records" or units.structure in DOCUMENTS:
        return None
    return None if _has_header(units) else "its layout has no header"


def _flip(damage: damages.Flip, layout: FileLayout) -> str | None:
    if layout.units is None:
        return _units(layout)
    if damage.where == "number":
        return _numbers(layout)
    return None if text_cells(layout) else "its layout has no column of text"


def _numbers(layout: FileLayout) -> str | None:
    return _units(layout) if layout.units is None or number_cells(layout) else "its layout has no column of numbers"


def _totals(damage: damages.WrongTotals, layout: FileLayout) -> str | None:
    if layout.units is None:
        return _units(layout)
    if stated_as(damage.of, layout):
        return None
    return f"its layout has no {damage.of.replace('_', ' ')}: it does not say where the file states one"


def _encode(damage: damages.Encode, layout: FileLayout) -> str | None:
    if layout.encoding is None:
        return f"{_a(layout)} file is no text"
    if any(cell.packed for cell in every_cell(layout)):
        return "its records hold packed decimals, which are no text"
    was = codecs.lookup(layout.encoding).name
    is_so = was.startswith("utf-16") if damage.encoding == "utf-16" else was == damage.encoding == "utf-8-sig"
    return f"the file is {damage.encoding} already" if is_so else None


def _line_ends(_: damages.LineEnds, layout: FileLayout) -> str | None:
    if layout.units is None:
        return _units(layout)
    found = layout.units.structure
    return None if found == "lines" else f"the file is made of {_MADE_OF[found]}, which have no line ends of their own"


def _delimiter(damage: damages.Delimiter, layout: FileLayout) -> str | None:
    if layout.units is None:
        return _units(layout)
    if layout.units.structure != "lines" or not layout.units.separators:
        return "its values are not separated by a character, as those of a CSV file are"
    is_so = layout.units.separators[0] == damage.delimiter
    return f"its values are separated by {damage.delimiter!r} already" if is_so else None


def _decimal_comma(_: damages.DecimalComma, layout: FileLayout) -> str | None:
    if layout.units is None:
        return _units(layout)
    if not (cells := written_numbers(layout)):
        return "its layout has no column of numbers"
    if all(cell.comma for cell in cells):
        return "its numbers have a decimal comma already"
    pointless = all(cell.packed or cell.decimals for cell in cells)
    return "no point is written in its numbers" if pointless else None


def _columns(damage: damages.OtherColumns, layout: FileLayout) -> str | None:
    if (units := layout.units) is None:
        return _units(layout)
    if not layout.columns:
        return "its layout has no columns"
    column = drifting(damage, layout)
    if column is None:
        known = ", ".join(one.name for one in layout.columns)
        return f"its layout has no column {damage.column!r}, but {known}"
    cell = Cells(layout).columns[column]
    if not _is_column(cell, units):
        return f"the column {column!r} does not stand beside others: it is an element, or a part of a value"
    if damage.how == "renamed" and not cell.path and not may_name_columns(layout, units):
        return "its layout has no header that would name a column"
    return None


def _is_column(cell: Cell, units: UnitLayout) -> bool:
    if cell.path:
        return len(cell.path) == 1 and units.structure in ("lines", "json")
    if cell.field is not None:
        return cell.component is None and units.structure == "lines"
    return cell.width is not None and units.structure in ("lines", "length")


def _has_header(units: UnitLayout) -> bool:
    return any(kind.role == "header" for kind in units.kinds)


def _zone(_: damages.OtherZone, layout: FileLayout) -> str | None:
    if layout.units is None:
        return _units(layout)
    has_dates = any(column.type in DATES for column in layout.columns)
    return None if has_dates else "its layout has no column of dates"


_MADE_OF = {
    "length": "pieces of one length",
    "segments": "segments",
    "json": "the elements of a JSON document",
    "xml": "the elements of an XML document",
}

_ASKED: dict[type[Damage], Why] = {
    damages.Cut: _cut,
    damages.Empty: _empty,
    damages.DropTrailer: _drop_trailer,
    damages.Flip: _flip,
    damages.WrongPart: lambda _, layout: _records(layout),
    damages.Revise: lambda _, layout: _numbers(layout),
    damages.WrongTotals: _totals,
    damages.Repeat: lambda _, layout: _records(layout),
    damages.Encode: _encode,
    damages.LineEnds: _line_ends,
    damages.Delimiter: _delimiter,
    damages.DecimalComma: _decimal_comma,
    damages.OtherColumns: _columns,
    damages.OtherZone: _zone,
}
"""What each of our damages asks of a layout; one that takes any bytes asks nothing."""
