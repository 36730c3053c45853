"""Batches as their senders write them: JSON with a business date and rows, which is checked and kept as lines."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from harness.contract.rows import RowsFile
from harness.mocks.consumers import dates
from harness.mocks.consumers.ledger import Batch
from harness.mocks.consumers.rows import check_rows
from harness.mocks.core.documents import MOST_ROW_VALUES
from harness.mocks.core.refusal import Refusal
from harness.mocks.core.serving import Fields, fields_in, shown

FIELDS = ("business_date", "rows", "fallback_of")

REMEMBERED_BATCHES = 20_000
REMEMBERED_BYTES = 256 << 20
"""So much is remembered of batches; their rows are in a file, so that it is little memory: a million rows fit."""


class Reader:
    """Reads batches, and knows by its digest one that has come before: a chain sends the same night after night."""

    def __init__(self) -> None:
        self._forget()

    def read(self, body: bytes, key_columns: tuple[str, ...], volatile: tuple[str, ...] = ()) -> Batch:
        """The batch in a body; Refusal when it has another shape."""
        name = (hashlib.blake2b(body).digest(), key_columns, volatile)
        if name in self._known:
            batch, start, size = self._known[name]
            return replace(batch, lines=b"".join(self._lines.chunks(start, size)))
        batch = _read(body, key_columns, volatile)
        size = len(batch.lines)
        if self._lines.size + size > REMEMBERED_BYTES or len(self._known) == REMEMBERED_BATCHES:
            self._forget()
        if size <= REMEMBERED_BYTES:
            try:
                self._known[name] = (replace(batch, lines=b""), self._lines.append(batch.lines), size)
            except OSError:  # the disk is full: what is not remembered is read again
                self._forget()
        return batch

    def _forget(self) -> None:
        self._known: dict[tuple[bytes, tuple[str, ...], tuple[str, ...]], tuple[Batch, int, int]] = {}
        self._lines = RowsFile()


def _read(body: bytes, key_columns: tuple[str, ...], volatile: tuple[str, ...]) -> Batch:
    fields = fields_in(body, most_values=MOST_ROW_VALUES)
    if unknown := sorted(set(fields.given) - set(FIELDS)):
        raise Refusal(unknown[0], found="an unknown field", expected=f"only {', '.join(FIELDS)}")
    rows = fields.given.get("rows")
    if not isinstance(rows, list):
        raise Refusal("rows", found=shown(rows), expected="a list of objects")
    check_rows(rows, key_columns)
    date, fallback_of = _date(fields, "business_date") or "", _date(fields, "fallback_of", optional=True)
    return Batch.of(date, fallback_of, rows, key_columns=key_columns, volatile=volatile)


def _date(fields: Fields, name: str, *, optional: bool = False) -> str | None:
    text = fields.text(name, optional=optional)
    return None if text is None else dates.checked(name, text)
