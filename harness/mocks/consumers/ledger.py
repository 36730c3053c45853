"""What one consumer holds: batches in a SQLite file, each taken once for its idempotency key, and their rows beside."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from harness.contract.rows import MODULUS, digest_of, lines_of

SCHEMA = """
create table batches (
    batch integer primary key, key text unique, payload text not null, business_date text not null, fallback_of text,
    rows integer not null, start integer not null, bytes integer not null, digest text not null, sum text not null
);
create table uniques (business_date text not null, value text not null, primary key (business_date, value));
"""
"""``start`` and ``bytes``: where the lines of a batch are in the file of rows. ``uniques``: what is there of columns
whose values come once a date."""

LONGEST_KEY = 1_024
"""Characters of a row's key that are kept: a history has the key of every row."""

COPIED_BYTES = 1 << 20

Row = dict[str, Any]


@dataclass(frozen=True)
class Batch:
    """What is kept of a batch: how many rows, their lines, the digest and the sum of them, and the digest of all."""

    business_date: str
    fallback_of: str | None
    rows: int
    lines: bytes
    digest: str
    sum: int

    @classmethod
    def of(
        cls,
        business_date: str,
        fallback_of: str | None,
        rows: Sequence[Row],
        *,
        key_columns: Sequence[str] = (),
        volatile: Sequence[str] = (),
    ) -> Batch:
        """A batch of these rows; a row's key is its key columns' values, or all of them in the order of their names.

        Volatile columns are no part of them: the same rows have others when they are sent again.
        """
        if volatile:
            rows = [{name: value for name, value in row.items() if name not in volatile} for row in rows]
        keys = _keys_of_text(rows, key_columns) or [_key(row, key_columns or sorted(row)) for row in rows]
        lines, digest, total = lines_of(keys, _texts(rows) if rows else [])
        return cls(business_date, fallback_of, len(rows), lines, digest, total)

    @property
    def payload(self) -> str:
        """What another batch must have too to be the same one."""
        return f"{self.business_date} {self.fallback_of} {self.digest}"

    def contents(self) -> Iterator[Row]:
        """Its rows, as they are kept."""
        return (_content(line) for line in self.lines.splitlines())

    def first(self, rows: int) -> Batch:
        """A batch of the first so many of its rows."""
        lines = self.lines.splitlines(keepends=True)[:rows]
        digests = [int(line.split(b"\t", 2)[1], 16) for line in lines]
        body, total = b"".join(lines), sum(digests) % MODULUS
        return replace(self, rows=rows, lines=body, digest=digest_of(body), sum=total)


class OtherPayload(Exception):
    """An idempotency key that came before, with other content."""


class Ledger:
    """One consumer's database of the night."""

    def __init__(
        self, path: Path, key_columns: Sequence[str], volatile: Sequence[str] = (), unique: Sequence[str] = ()
    ) -> None:
        self.key_columns = tuple(key_columns)
        self.volatile = tuple(volatile)
        self.unique = tuple(unique)
        self._versions: Counter[str] = Counter()
        path.unlink(missing_ok=True)
        self._database = sqlite3.connect(path, isolation_level=None)
        # The file lives as long as the night: it does not have to survive a crash of the machine.
        self._database.executescript(f"pragma journal_mode=off; pragma synchronous=off; {SCHEMA}")
        self._rows = path.with_suffix(".rows").open("w+b", buffering=0)

    def knows(self, key: str | None) -> bool:
        """Whether a batch has come under that idempotency key."""
        return bool(self._database.execute("select 1 from batches where key = ?", (key,)).fetchone())

    def store(self, key: str | None, batch: Batch, *, sent: Batch | None = None) -> int | None:
        """Take a batch in, once for its idempotency key if it has one: the number of rows stored.

        ``sent`` is what its sender takes it for, where that is more. None if it was taken before; OtherPayload if
        another was.
        """
        payload = (sent or batch).payload
        if key is not None:
            before = self._database.execute("select payload from batches where key = ?", (key,)).fetchone()
            if before is not None and before[0] != payload:
                raise OtherPayload(f"Idempotency-Key {key!r}: found another payload than the first one's")
            if before is not None:
                return None
        start = self._rows.tell()
        self._rows.write(batch.lines)
        values = (key, payload, batch.business_date, batch.fallback_of, batch.rows)
        self._database.execute(
            "insert into batches (key, payload, business_date, fallback_of, rows, start, bytes, digest, sum)"
            " values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*values, start, len(batch.lines), batch.digest, f"{batch.sum:016x}"),
        )
        self._versions[batch.business_date] += 1
        if self.unique:
            named = ((batch.business_date, value) for value in self._values(batch))
            self._database.executemany("insert or ignore into uniques values (?, ?)", named)
        return batch.rows

    def version(self, business_date: str) -> int:
        """How often what is held of a date has changed."""
        return self._versions[business_date]

    def doubled(self, batch: Batch) -> Iterator[tuple[int, str]]:
        """Where a batch has rows whose unique values are there already, or came before in it; and these values."""
        if not self.unique:
            return
        came = set()
        for position, value in enumerate(self._values(batch)):
            query = "select 1 from uniques where business_date = ? and value = ?"
            if value in came or self._database.execute(query, (batch.business_date, value)).fetchone():
                yield position, value
            came.add(value)

    def rows(self, business_date: str | None, start: int, count: int) -> list[Row]:
        """So many of the rows held of a date, or of all, from one on, in the order in which they came."""
        found: list[Row] = []
        query = "select rows, start, bytes from batches where ?1 is null or business_date = ?1 order by batch"
        for rows, begins, size in self._database.execute(query, (business_date,)).fetchall():
            if start < rows and len(found) < count:
                lines = os.pread(self._rows.fileno(), size, begins).splitlines()
                found += [_content(line) for line in lines[start : start + count - len(found)]]
            start = max(0, start - rows)
        return found

    def _values(self, batch: Batch) -> Iterator[str]:
        return (_canonical([row.get(column) for column in self.unique]) for row in batch.contents())

    def count(self, business_date: str | None) -> tuple[int, int]:
        """Rows and batches held for a business date, or for all of them."""
        where, values = ("where business_date = ?", (business_date,)) if business_date else ("", ())
        query = f"select coalesce(sum(rows), 0), count(*) from batches {where}"  # noqa: S608 - no text of a client
        rows, batches = self._database.execute(query, values).fetchone()
        return rows, batches

    def withdraw(self, business_date: str) -> tuple[int, int]:
        """Forget all of a business date, its keys too: how many rows and batches that were. It may be sent anew."""
        before = self.count(business_date)
        for table in ("batches", "uniques"):
            self._database.execute(f"delete from {table} where business_date = ?", (business_date,))  # noqa: S608 - a table of ours
        self._versions[business_date] += 1
        return before

    def holds(self, file: BinaryIO) -> Iterator[dict[str, Any]]:
        """Every batch with its rows' digest, in the order in which they came; the rows go to the end of a file."""
        begins = file.tell()
        self._rows.seek(0)
        shutil.copyfileobj(self._rows, file, COPIED_BYTES)
        columns = "batch, business_date, fallback_of, rows, start, bytes, digest, sum"
        for values in self._database.execute(f"select {columns} from batches order by batch"):  # noqa: S608 - columns of ours
            told = dict(zip(columns.split(", "), values, strict=True))
            yield told | {"start": begins + told["start"]}

    def close(self) -> None:
        """Leave the files as they are."""
        self._database.close()
        self._rows.close()


_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


def _content(line: bytes) -> Row:
    """The row of a line of the file of rows."""
    return dict(json.loads(line.split(b"\t", 2)[2]))


def _keys_of_text(rows: Sequence[Row], columns: Sequence[str]) -> list[str] | None:
    """The keys of rows that have text in all columns of their key, as most have: all at once, which is quicker."""
    if not columns or not rows:
        return None
    values = [[row[column] for row in rows] for column in columns]
    if not {str}.issuperset(map(type, itertools.chain.from_iterable(values))):
        return None
    keys = [*map("|".join, zip(*values, strict=True))]
    return keys if max(map(len, keys)) <= LONGEST_KEY else None


def _key(row: Row, columns: Sequence[str]) -> str:
    """A row's key; of a long one the beginning and a digest, so that no two rows have one that are not the same."""
    key = "|".join([_text(row[column]) for column in columns])
    if len(key) <= LONGEST_KEY:
        return key
    return f"{key[:LONGEST_KEY]}… ({len(key):,} characters, the first {LONGEST_KEY:,} are kept; {_digest(key, 8)})"


def _texts(rows: Sequence[Row]) -> list[str]:
    """Each row as canonical JSON: all are written at once, which takes half the time, and cut where two meet.

    Where the text of a row contains such a place, the pieces are too many, and each row is written by itself.
    """
    pieces = _canonical(rows)[2:-2].split("},{")
    return [f"{{{piece}}}" for piece in pieces] if len(pieces) == len(rows) else [_canonical(row) for row in rows]


def _digest(text: str, size: int) -> str:
    return hashlib.blake2b(text.encode(), digest_size=size).hexdigest()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value) if type(value) is int else json.dumps(value)
