"""What a consumer's table holds, as ``holds`` events: written while it is read, so that its size does not matter."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, BinaryIO

from harness.contract.consumers import PlannedPostgres
from harness.contract.rows import MODULUS
from harness.mocks.consumers.ledger import Batch
from harness.mocks.consumers.postgres.following import Dated
from harness.mocks.consumers.postgres.tables import Row

AT_ONCE = 10_000
"""Rows in memory."""

Of = tuple[str, str | None]
"""A business date, and the date whose rows stand in for its own."""


@dataclass
class Held:
    """The rows of one business date in a file: where they begin, and what they have come to."""

    of: Of
    start: int
    rows: int = 0
    size: int = 0
    sum: int = 0
    digest: Any = field(default_factory=lambda: blake2b(digest_size=16))

    def add(self, batch: Batch) -> None:
        """Some more of them."""
        self.rows += batch.rows
        self.size += len(batch.lines)
        self.sum = (self.sum + batch.sum) % MODULUS
        self.digest.update(batch.lines)

    def told(self, number: int) -> dict[str, Any]:
        """The event's value."""
        date, fallback = self.of
        whose = {"batch": number, "business_date": date, "fallback_of": fallback, "rows": self.rows}
        return whose | {
            "start": self.start,
            "bytes": self.size,
            "digest": self.digest.hexdigest(),
            "sum": f"{self.sum:016x}",
        }


async def held(rows: AsyncIterator[Row], consumer: PlannedPostgres, dated: Dated, file: BinaryIO) -> list[Held]:
    """All rows, which come in the order of their dates; they go to the end of the file.

    The columns that say of which night a row is are no part of it: where rows are compared, their night is the same.
    """
    found: list[Held] = []
    of_night = [name for name in (consumer.business_date, consumer.fallback_of) if name is not None]
    some: list[Row] = []
    async for row in rows:
        some.append(row)
        if len(some) == AT_ONCE:
            _write(some, consumer, dated, of_night, file, found)
            some = []
    _write(some, consumer, dated, of_night, file, found)
    return found


def _write(
    rows: Sequence[Row],
    consumer: PlannedPostgres,
    dated: Dated,
    of_night: Sequence[str],
    file: BinaryIO,
    found: list[Held],
) -> None:
    for (date, fallback), part in _by_date(rows, dated):
        if not found or found[-1].of != (date, fallback):
            found.append(Held((date, fallback), file.tell()))
        own = [{name: value for name, value in row.items() if name not in of_night} for row in part]
        key = [name for name in consumer.key if name in own[0]]
        batch = Batch.of(date, fallback, own, key_columns=key, volatile=consumer.volatile)
        file.write(batch.lines)
        found[-1].add(batch)


def _by_date(rows: Sequence[Row], dated: Dated) -> Iterator[tuple[Of, list[Row]]]:
    grouped = itertools.groupby(rows, key=lambda row: (dated.day(row), dated.stands_in_for(row)))
    return ((of, list(part)) for of, part in grouped)
