"""What control files state: of a file as its manifest states it, the sum of its control column too."""

from __future__ import annotations

import datetime as dt
import decimal
import itertools
from collections.abc import Iterator
from typing import IO

from harness.contract.content import FileLayout
from harness.contract.plan import PlannedControlFile
from harness.formats.adding_up import total_of as total_of_values
from harness.formats.by_library.kinds import KINDS
from harness.formats.cells import Cells
from harness.formats.control_file import fields_of, stated
from harness.formats.units import NotAsLaidOut, Unit, units
from harness.mocks.source.damage.text import BROKEN, unpacked
from harness.mocks.source.files.body import Body
from harness.mocks.source.files.digests import Digests
from harness.mocks.source.files.source_file import SourceFile
from harness.mocks.source.store.sight import Sight

Total = int | str | decimal.Decimal | None


class ControlFiles:
    """The control files of a night; the sum of what a fault has made of a file is worked out once."""

    def __init__(self) -> None:
        self._digests = Digests()
        self._totals: dict[Body, Total] = {}

    def forget(self) -> None:
        """Begin a night."""
        self._digests.forget()
        self._totals.clear()

    def of(self, control: PlannedControlFile, source_file: SourceFile, sight: Sight) -> Body:
        """The control file of a file that its clients see so."""
        body, fields = sight.promised, fields_of(control.text)
        is_true = body == source_file.body
        total: Total = source_file.control_total
        if "control_total" in fields and not is_true:
            if body not in self._totals:
                self._totals[body] = total_of(body, source_file, sight.manifest["records"])
            total = self._totals[body]
        text = stated(
            control.text,
            name=source_file.name,
            control_total=total,
            md5=source_file.md5 if is_true or "md5" not in fields else self._digests.md5(body).hex(),
            date=dt.date.fromisoformat(control.date),
            **sight.manifest,
        )
        return Body.of_bytes(text.encode())


def total_of(body: Body, source_file: SourceFile, count: int) -> Total:
    """What the control column of a body's first so many records adds up to; a value that is not there is none.

    Where they cannot be told apart or added up, what the true file states: its sender has added it up before.
    """
    layout = source_file.layout
    if layout is None or layout.control is None:
        return source_file.control_total
    if layout.format in KINDS:
        return _of_library(body, source_file, layout, layout.control)
    if layout.units is None:
        return source_file.control_total
    cells = Cells(layout)
    cell, total = cells.columns[layout.control], decimal.Decimal(0)
    try:
        with unpacked(body, layout.compress, layout.member) as text:
            for unit in itertools.islice(_records(text, layout), count):
                number = cells.number(unit, cell)
                if number is None and cells.text(unit, cell):
                    return source_file.control_total
                total += number or 0
    except (*BROKEN, NotAsLaidOut):
        return source_file.control_total
    return int(total) if isinstance(source_file.control_total, int) else total


def _of_library(body: Body, source_file: SourceFile, layout: FileLayout, control: str) -> Total:
    try:
        with unpacked(body, layout.compress, layout.member) as text:
            return total_of_values(KINDS[layout.format].values(text, control))
    except (*BROKEN, ValueError):
        return source_file.control_total


def _records(text: IO[bytes], layout: FileLayout) -> Iterator[Unit]:
    """The records, and what a layout takes for a trailer because it is last: the trailer itself may be gone."""
    return (unit for unit in units(text, layout) if unit.is_record or unit.kind.last is not None)
