"""Lines with a delimiter whose first ones are headers, whose last one may be a trailer, and that say no more."""

from __future__ import annotations

import io
import itertools
from collections import Counter
from collections.abc import Iterator, Sequence

from harness.contract.content import FileLayout
from harness.contract.layout import Cell
from harness.formats import delimited
from harness.formats.guessing.delimiters import DELIMITERS, guessed_delimiter, told_delimiter
from harness.formats.guessing.documents import Framed
from harness.formats.guessing.figures_found import Agreeing, Comes, Found, Sum
from harness.formats.guessing.leaves import of_object, within_object
from harness.formats.guessing.proposed import Opened
from harness.formats.guessing.summing import Around, columns_to_add, fields, sums_of
from harness.formats.guessing.values import SAMPLE_RECORDS, type_of
from harness.formats.lines import TRAILER as WORD
from harness.formats.made_units import TRAILER
from harness.formats.table import NUMBERS

TRAILER_WORDS = (WORD, "TOTAL", "TOTALS", "EOF")
"""The first field of a last line that is no record."""

_MOST_TITLES = 5
_FEWEST_RECORDS = 3
_FEWEST_TYPED = 2
_LOOKED_AT = 50

Rows = Sequence[Sequence[str]]


def delimiter_of(lines: Sequence[str]) -> str:
    """What the lines show; where titles stand above them, what leaves fewer lines for titles."""
    told = told_delimiter(lines)
    if told is not None:
        return told
    guessed = guessed_delimiter(lines)
    above = {one: _titles([*filter(None, delimited.rows(lines[:_LOOKED_AT], one))]) for one in DELIMITERS}
    if not above.get(guessed):
        return guessed
    fewest = {one: titles for one, titles in above.items() if titles is not None}
    return min(fewest, key=lambda one: (fewest[one], one != guessed))


def header_of(lines: Sequence[str], rows: Rows) -> int:
    """One, with the names of the columns, and what stands above it: ``sep=;``, titles of another shape; units below."""
    if not any(line.strip() for line in lines):
        return 0
    told = int(told_delimiter(lines) is not None)
    there = [row for row in rows[told:] if row]
    titles = _titles(there) or 0
    return min(told + titles + 1 + int(_has_units(there[titles:])), len(rows))


def names_at(lines: Sequence[str], rows: Rows) -> int:
    """Which of the lines of a header has the names, from 0."""
    told = int(told_delimiter(lines) is not None)
    return told + (_titles([row for row in rows[told:] if row]) or 0)


def _titles(rows: Rows) -> int | None:
    """Lines above the names of the columns, told by their number of fields; None where lines have no number of them."""
    shapes = Counter(len(row) for row in rows[_MOST_TITLES:] or rows[-_FEWEST_RECORDS:])
    shape = max(shapes, key=lambda one: shapes[one], default=1)
    above = next((at for at, row in enumerate(rows) if len(row) == shape), 0)
    inner = rows[above:-1]
    if shape < 2 or above > _MOST_TITLES or len(inner) <= _FEWEST_RECORDS:
        return None
    return above if all(len(row) == shape for row in inner) else None


def _has_units(rows: Rows) -> bool:
    """Whether a second line has the units of the columns: text, wherever all others have numbers or dates."""
    if len(rows) < _FEWEST_RECORDS + 3:
        return False
    second, records = rows[1], rows[2:-1]
    columns = [[row[at] for row in records if at < len(row)] for at in range(len(second))]
    typed = [at for at, values in enumerate(columns) if type_of(values) != "text"]
    return len(typed) >= _FEWEST_TYPED and all(
        second[at].strip() and type_of([second[at]]) == "text" and not any(map(str.isdigit, second[at])) for at in typed
    )


def words_of(header: int, trailer: int, found: Sequence[Found]) -> list[str]:
    """What was told of lines, in words."""
    said = [f"header: {header} line{'s' * (header > 1)}"] if header else ["header: none"]
    if trailer:
        states = "".join(f", {one.words}" for one in found)
        said.append(f"trailer: {trailer} line{'s' * (trailer > 1)}{states}")
    return [*said, "records: all other lines"]


def stated_in_row(opened: Opened, layout: FileLayout, last: str, records: int) -> list[Found]:
    """What a last line of fields states that agrees with the file; all of which is read, if need be."""
    row = next(delimited.rows([last], layout.delimiter or ","), [])
    names = [column.name for column in layout.columns]
    around = Around(layout.header, layout.trailer)

    def sums() -> list[Sum]:
        some = [*itertools.islice(_rows(opened, layout), layout.header, layout.header + SAMPLE_RECORDS)]
        # Below a header with fewer fields, columns have no names.
        more = [f"column {at}" for at in range(len(names) + 1, max(map(len, some), default=0) + 1)]
        return sums_of(_rows(opened, layout), around, columns_to_add(some[: -layout.trailer], [*names, *more]))

    comes = Comes(records, records + layout.header + layout.trailer, records, sums)
    return [*Agreeing(comes).found(TRAILER, fields(row)[1:])]


def _rows(opened: Opened, layout: FileLayout) -> Iterator[Sequence[str]]:
    with opened() as file:
        text = io.TextIOWrapper(file, encoding=layout.encoding, errors="replace", newline="\n")
        yield from filter(None, delimited.rows(text, layout.delimiter or ","))
        text.detach()


def stated_in_object(opened: Opened, layout: FileLayout, text: str, records: int) -> list[Found]:
    """What a trailer of JSON lines states that agrees with the file; all of which is read, if need be."""
    numbers = [(one.name, Cell(path=(one.name,))) for one in layout.columns if one.type in NUMBERS]
    framed = Framed(opened, layout, of_object, lambda *_: {})
    comes = Comes(records, records + layout.trailer, records, lambda: framed.sums(numbers))
    places = within_object(text)
    return [*Agreeing(comes).found(TRAILER, ((Cell(path=path), value) for path, value in places.items()))]
