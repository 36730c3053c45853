"""What a message says: one row or several, of which night, and in whose place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from harness.contract.consumers import PlannedQueue
from harness.mocks.consumers.ledger import Batch, Row
from harness.mocks.consumers.queue.arrivals import Message
from harness.mocks.core.documents import MOST_ROW_VALUES, NoDocument, document
from harness.mocks.core.serving import shown

Dated = tuple[str, str | None, str | None, Row]
"""A row, behind its business date, the date whose rows it repeats in that one's place, and its message's id."""


class NoRow(ValueError):
    """A message that is none: what was found, what was expected."""


class Reader:
    """Reads the messages of one consumer in one night."""

    def __init__(self, consumer: PlannedQueue, date: str) -> None:
        self._consumer, self._date = consumer, date

    def rows(self, message: Message) -> list[Dated]:
        """All rows of a message; NoRow when one of them is none."""
        if isinstance(message, tuple):
            return [self._dated(_fields(message))]
        try:
            found = document(message, MOST_ROW_VALUES)
        except NoDocument as error:
            raise NoRow(f"found {error}, expected an object of JSON or a list of objects") from None
        rows = found if isinstance(found, list) else [found]
        for row in rows:
            if not isinstance(row, dict):
                raise NoRow(f"found {shown(row)}, expected an object of JSON or a list of objects")
        return [self._dated(row) for row in rows]

    def batches(self, rows: Sequence[Dated]) -> Iterator[tuple[str | None, Batch]]:
        """A batch for all rows of one date and one message's id that follow each other; the id."""
        for (date, fallback_of, message_id), together in groupby(rows, key=lambda dated: dated[:3]):
            yield (
                message_id,
                Batch.of(
                    date,
                    fallback_of,
                    [row for _, _, _, row in together],
                    key_columns=self._consumer.key,
                    volatile=self._consumer.volatile,
                ),
            )

    def _dated(self, row: Row) -> Dated:
        named, fallback, message = self._consumer.business_date, self._consumer.fallback_of, self._consumer.message_id
        date = self._date if named is None else _date(named, row.get(named))
        standing_in = None if fallback is None or not row.get(fallback) else _date(fallback, row[fallback])
        message_id = None if message is None or row.get(message) is None else str(row[message])
        row = {name: value for name, value in row.items() if name not in (named, fallback, message)}
        for column in self._consumer.key:
            if row.get(column) is None or isinstance(row[column], dict | list):
                raise NoRow(f"found {shown(row.get(column))} in {column}, expected a value: it is part of the key")
        return date, standing_in, message_id, row


def _fields(message: tuple[bytes, ...]) -> Row:
    try:
        texts = [text.decode() for text in message]
    except UnicodeDecodeError:
        raise NoRow("found fields that are no UTF-8, expected text") from None
    return dict(zip(texts[::2], texts[1::2], strict=True))


def _date(name: str, found: Any) -> str:
    try:
        if dt.date.fromisoformat(found).isoformat() == found:
            return str(found)
    except (TypeError, ValueError):
        pass
    raise NoRow(f"found {shown(found)} in {name}, expected a date as YYYY-MM-DD")
