"""What every format owes, whoever wrote it."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from harness.formats import FORMATS, Column, Form, Table, Totals, made_layout, write

Row = Sequence[Any]


class FormatContract:
    """Subclass it with the format's ``name``, records, and a ``read`` that is not the format's own; each method claims.

    columns, rows: some records, with every type that the format can hold. control: a column of numbers among them.
    """

    name: ClassVar[str]
    columns: ClassVar[tuple[Column, ...]]
    rows: ClassVar[list[Row]]
    control: ClassVar[str | None] = None

    def read(self, data: bytes) -> Iterable[Row]:
        """The records of a file, read back by something else than what wrote it."""
        raise NotImplementedError("say how a file of this format is read: def read(self, data)")

    def test_it_is_registered_under_its_name(self) -> None:
        """A chain's file can name it."""
        assert self.name in FORMATS

    def test_what_is_written_is_read_back(self) -> None:
        """Every record, in order, with every value."""
        data, totals = self._written(self.rows)
        assert [list(row) for row in self.read(data)] == [list(row) for row in self.rows]
        assert totals.records == len(self.rows), f"it says that it wrote {totals.records} records"

    def test_the_same_records_give_the_same_bytes(self) -> None:
        """A content is kept under its checksum."""
        assert self._written(self.rows)[0] == self._written(self.rows)[0]

    def test_a_file_without_records_is_written_too(self) -> None:
        """An empty delivery is a delivery."""
        data, totals = self._written([])
        assert list(self.read(data)) == []
        assert totals.records == 0

    def _written(self, rows: Iterable[Row]) -> tuple[bytes, Totals]:
        out = io.BytesIO()
        table = Table(self.columns, iter([tuple(row) for row in rows]), self.control)
        totals = write(table, made_layout(Form(format=self.name), self.columns, self.control), out)
        return out.getvalue(), totals
