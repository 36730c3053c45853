"""What one consumer holds: batches of rows in a SQLite file, each batch taken once for its idempotency key."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SCHEMA = """
create table batches (
    batch integer primary key, key text unique, digest text not null, business_date text not null, fallback_of text,
    rows integer not null, held text not null, sent text not null
);
create view rows as
    select batch, one.key as position, json_extract(one.value, '$[0]') as row_key,
        json_extract(one.value, '$[1]') as row_digest, json_extract(sent, '$.rows[' || one.key || ']') as content
    from batches, json_each(held) as one;
"""
"""``held`` has the key and the digest of each row, ``sent`` what came; the view shows people one row a line."""

LONGEST_KEY = 1_024
"""Characters of a row's key that are kept: a history has the key of every row."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Batch:
    """What is kept of a batch: how many rows, as JSON the key and digest of each, and the digest of all."""

    business_date: str
    fallback_of: str | None
    rows: int
    held: str
    digest: str

    @classmethod
    def of(
        cls, business_date: str, fallback_of: str | None, rows: Sequence[Row], *, key_columns: Sequence[str] = ()
    ) -> Batch:
        """A batch of these rows; a row's key is its key columns' values, or all of them in the order of their names."""
        digests = [_digest(text, 8) for text in _texts(rows)]
        keys = [_key(row, key_columns or sorted(row)) for row in rows]
        payload = _canonical([business_date, fallback_of, digests])
        held = _canonical(list(zip(keys, digests, strict=True)))
        return cls(business_date, fallback_of, len(rows), held, _digest(payload, 16))


class OtherPayload(Exception):
    """An idempotency key that came before, with other content."""


class Ledger:
    """One consumer's database of the night."""

    def __init__(self, path: Path, key_columns: Sequence[str]) -> None:
        self.key_columns = tuple(key_columns)
        path.unlink(missing_ok=True)
        self._database = sqlite3.connect(path, isolation_level=None)
        # The file lives as long as the night: it does not have to survive a crash of the machine.
        self._database.executescript(f"pragma journal_mode=off; pragma synchronous=off; {SCHEMA}")

    def store(self, key: str | None, batch: Batch, sent: str) -> int | None:
        """Take a batch in with its text, once for its idempotency key if it has one: the number of rows stored.

        None if it was taken before; OtherPayload if another was.
        """
        if key is not None:
            before = self._database.execute("select digest from batches where key = ?", (key,)).fetchone()
            if before is not None and before[0] != batch.digest:
                raise OtherPayload(f"Idempotency-Key {key!r}: found another payload than the first one's")
            if before is not None:
                return None
        self._database.execute(
            "insert into batches (key, digest, business_date, fallback_of, rows, held, sent)"
            " values (?, ?, ?, ?, ?, ?, ?)",
            (key, batch.digest, batch.business_date, batch.fallback_of, batch.rows, batch.held, sent),
        )
        return batch.rows

    def count(self, business_date: str | None) -> tuple[int, int]:
        """Rows and batches held for a business date, or for all of them."""
        where, values = ("where business_date = ?", (business_date,)) if business_date else ("", ())
        query = f"select coalesce(sum(rows), 0), count(*) from batches {where}"  # noqa: S608 - no text of a client
        rows, batches = self._database.execute(query, values).fetchone()
        return rows, batches

    def holds(self) -> Iterator[dict[str, Any]]:
        """Every batch with its rows' keys and digests, in the order in which they came."""
        batches = self._database.execute("select batch, business_date, fallback_of, held from batches order by batch")
        for batch, business_date, fallback_of, held in batches:
            rows = json.loads(held)
            yield {"business_date": business_date, "fallback_of": fallback_of, "batch": batch, "rows": rows}

    def close(self) -> None:
        """Leave the file as it is."""
        self._database.close()


_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode


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
