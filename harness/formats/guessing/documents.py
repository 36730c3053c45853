"""JSON and XML documents as a proposal: where their records are, their columns, and what stands around them."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator

from harness.contract.content import FileLayout, SaidColumn, SaidLayout
from harness.contract.layout import RECORDS, Cell, Kind, Structure, UnitLayout
from harness.formats.guessing.figures_found import Adding, Agreeing, Comes, Sum
from harness.formats.guessing.json_arrays import records_in
from harness.formats.guessing.leaves import Values, around_array, around_elements, of_element, of_object
from harness.formats.guessing.proposed import Opened, Proposed
from harness.formats.guessing.sample import Sample
from harness.formats.guessing.standards import encoding_of
from harness.formats.guessing.values import SAMPLE_RECORDS, Typed
from harness.formats.guessing.xml_elements import record_path
from harness.formats.layout import Layout
from harness.formats.made_units import HEADER, TRAILER
from harness.formats.table import NUMBERS
from harness.formats.units import Unit, units

_AT_ONCE = 1_000

KINDS = (
    Kind(name=HEADER, role="header"),
    Kind(name=RECORDS, role="record"),
    Kind(name=TRAILER, role="trailer"),
)


def by_structure(opened: Opened, sample: Sample) -> Proposed | None:
    """What a document is; None for what is none. The whole file is read; NotAsLaidOut where it is cut or odd."""
    keys = records_in(sample)
    if keys is not None:
        return _proposed(opened, sample, "json", keys, keys)
    path = record_path(sample)
    return None if path is None else _proposed(opened, sample, "xml", path[-1:], path[:-1])


def _proposed(
    opened: Opened, sample: Sample, structure: Structure, records: tuple[str, ...], above: tuple[str, ...]
) -> Proposed:
    """``above``: names or keys down to what records lie in."""
    parts = UnitLayout(structure=structure, records=records, kinds=KINDS)
    encoding = encoding_of(sample)
    layout = Layout(format=structure, encoding=encoding, line_end=None, units=parts).described()
    if structure == "json":
        document = Framed(opened, layout, of_object, lambda text, is_behind: around_array(text, is_behind, above))
    else:
        document = Framed(opened, layout, of_element, lambda text, is_behind: around_elements(text, is_behind, above))
    columns = document.columns()
    numbers = [(one.name, one.cell) for one in columns if one.type in NUMBERS]
    count, frames = document.counted()
    agreeing = Agreeing(Comes(count, count, count, lambda: document.sums(numbers)))
    # What states something has a name in a document, and stands before the records as well as behind them.
    found = [
        (kind, one)
        for kind, frame in frames.items()
        for one in agreeing.found(kind, ((Cell(path=path), text) for path, text in frame.items()))
    ]
    where = ("/" + "/".join(records) if records else "the array itself") if structure == "json" else records[0]
    guessed = (f"records: {where}", *(f"{kind}: {one.words}" for kind, one in found))
    units_ = UnitLayout(
        structure=structure,
        records=records,
        kinds=KINDS,
        stated=tuple(one.stated for _, one in found),
        guessed=guessed,
    )
    return Proposed(SaidLayout(units=units_, encoding=encoding, columns=tuple(columns)), records=count)


class Framed:
    """Records with something around them that has names: ``values`` takes a record apart, ``around`` what is no record.

    ``around`` is asked with the text and whether it stands behind the records.
    """

    def __init__(
        self, opened: Opened, layout: FileLayout, values: Callable[[str], Values], around: Callable[[str, bool], Values]
    ) -> None:
        self._opened, self._layout, self._values, self._around = opened, layout, values, around
        self._codec = (layout.encoding or "utf-8").removesuffix("-sig")

    def columns(self) -> list[SaidColumn]:
        """Every path that one of the first records has."""
        some = itertools.islice((one for one in self._units() if one.is_record), SAMPLE_RECORDS)
        rows = [self._values(self._text(unit.body)) for unit in some]
        # The text of a record itself has no path, and a key without a character no name.
        paths = dict.fromkeys(path for row in rows for path in row if any(path))
        return [
            SaidColumn(name=found.column.name, cell=Cell(path=path, comma=found.comma), type=found.column.type)
            for path in paths
            for found in [Typed.of("/".join(path), [row.get(path, "") for row in rows])]
        ]

    def sums(self, numbers: Iterable[tuple[str, Cell]]) -> list[Sum]:
        """What these columns come to; all of the file is read."""
        adding = Adding(numbers)
        records = (unit for unit in self._units() if unit.is_record)
        while adding.places and (some := [*itertools.islice(records, _AT_ONCE)]):
            rows = [self._values(self._text(unit.body)) for unit in some]
            for name, cell in adding.places:
                adding.add(name, [row.get(cell.path, "") for row in rows])
        return adding.sums

    def counted(self) -> tuple[int, dict[str, Values]]:
        """How many records there are, and what stands before and behind them."""
        records, frames = 0, dict[str, Values]()
        for unit in self._units():
            if unit.is_record:
                records += 1
            elif unit.kind.name in (HEADER, TRAILER):
                is_behind = unit.kind.name == TRAILER
                frames[unit.kind.name] = self._around(self._text(unit.data), is_behind)
        return records, frames

    def _units(self) -> Iterator[Unit]:
        with self._opened() as file:
            yield from units(file, self._layout)

    def _text(self, data: bytes) -> str:
        return data.decode(self._codec, "replace")
