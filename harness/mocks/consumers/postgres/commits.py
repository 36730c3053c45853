"""What every transaction has changed, in the order in which they committed: read from the write-ahead log.

The server decodes it (`pgoutput`, version 1 of its protocol). Nothing of that is in a job's way: no trigger on its
tables, that it could see, disable or be slowed by, and a table that is made anew is in the log like any other. What
changes without a row being written (a table renamed, dropped, made) is written there by the event triggers of
`journal.py`, as messages.
"""

from __future__ import annotations

import json
import struct
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from harness.mocks.consumers.postgres.admin import Admin, literal
from harness.mocks.consumers.postgres.settings import ADMIN
from harness.mocks.consumers.postgres.tables import Name, Row
from harness.mocks.consumers.postgres.values import Json, converter

EPOCH_US = int(datetime(2000, 1, 1, tzinfo=UTC).timestamp()) * 1_000_000

BINARY_HEAD = b"PGCOPY\n\xff\r\n\0"
END_OF_ROWS = b"\xff\xff"

_BEGIN = struct.Struct("!qqI")
_RELATION = struct.Struct("!I")

ChangeKind = Literal["insert", "update", "delete", "truncate", "define", "drop"]


@dataclass(frozen=True)
class Change:
    """One thing that a transaction did to a table.

    ``table`` is its name at that time, ``oid`` what it keeps when it is renamed; of a partition, ``root`` is the table
    that it is a part of, which may be in another schema, ``root_schema``. ``define``: it was made or changed, and is
    called so from then on, by ``command``.
    """

    kind: ChangeKind
    schema: str
    table: str
    oid: int
    root: str = ""
    root_schema: str = ""
    old: Row | None = None
    new: Row | None = None
    command: str = ""

    @property
    def whole(self) -> Name:
        """The table that it is, or is a part of."""
        return (self.root_schema, self.root) if self.root else (self.schema, self.table)


@dataclass
class Commit:
    """A transaction: its number, the moment at which it committed, and what it changed."""

    xid: int
    at_ns: int
    changes: list[Change] = field(default_factory=list)


@dataclass(frozen=True)
class _Relation:
    schema: str
    name: str
    columns: tuple[tuple[str, Callable[[str], Json]], ...]


async def changes_of(
    admin: Admin, slot: str, roots: Mapping[int, Name], *, take: bool = False
) -> AsyncIterator[tuple[Commit, Change]]:
    """Every change since the slot was made, or since they were taken last, with the transaction that it is of.

    ``roots``: of each partition, the table that it is a part of. ``take``: nobody is told of these again.
    """
    # Its own commit is written at once, and with it those before that were to be written later (synchronous_commit).
    await admin.run(f"select pg_logical_emit_message(true, '{ADMIN}.read', '')")
    options = f"'proto_version', '1', 'publication_names', '{ADMIN}', 'messages', 'true'"
    how = "get" if take else "peek"
    decoded = f"select data from pg_logical_slot_{how}_binary_changes({literal(slot)}, null, null, {options})"  # noqa: S608 - quoted
    reading = _Reading(roots)
    async for raw in admin.copy_out(f"copy ({decoded}) to stdout (format binary)"):
        if raw.startswith(BINARY_HEAD):
            raw = raw[len(BINARY_HEAD) + 8 :]
        if raw and not raw.startswith(END_OF_ROWS):
            for change in reading.read(raw[6:]):
                yield reading.commit, change


class _Reading:
    """What is known of tables and of the transaction while the messages are read."""

    def __init__(self, roots: Mapping[int, Name]) -> None:
        self._roots = roots
        self.commit = Commit(0, 0)
        self._relations: dict[int, _Relation] = {}

    def read(self, raw: bytes) -> list[Change]:
        """The changes that one message tells."""
        match raw[:1]:
            case b"B":
                _, at_us, xid = _BEGIN.unpack_from(raw, 1)
                self.commit = Commit(xid, (at_us + EPOCH_US) * 1000)
            case b"R":
                self._learn(raw)
            case b"I" | b"U" | b"D":
                return [self._row(raw)]
            case b"T":
                oids = struct.unpack_from(f"!{int.from_bytes(raw[1:5])}I", raw, 6)
                return [self._change("truncate", oid) for oid in oids]
            case b"M":
                return self._message(raw)
        return []

    def _learn(self, raw: bytes) -> None:
        (oid,) = _RELATION.unpack_from(raw, 1)
        schema, name, rest = raw[5:].split(b"\0", 2)
        columns = []
        at, rest = 0, rest[1:]
        count, at = int.from_bytes(rest[:2]), 2
        for _ in range(count):
            end = rest.index(b"\0", at + 1)
            columns.append((rest[at + 1 : end].decode(), converter(int.from_bytes(rest[end + 1 : end + 5]))))
            at = end + 9
        self._relations[oid] = _Relation(schema.decode() or "pg_catalog", name.decode(), tuple(columns))

    def _row(self, raw: bytes) -> Change:
        (oid,) = _RELATION.unpack_from(raw, 1)
        relation, at = self._relations[oid], 5
        old: Row | None = None
        if raw[at : at + 1] in (b"O", b"K"):
            old, at = _tuple(raw, at + 1, relation, None)
        if raw[:1] == b"D":
            return self._change("delete", oid, old=old)
        new, _ = _tuple(raw, at + 1, relation, old)
        return self._change("insert" if raw[:1] == b"I" else "update", oid, old=old, new=new)

    def _change(self, kind: ChangeKind, oid: int, **rows: Any) -> Change:
        relation = self._relations[oid]
        return Change(kind, relation.schema, relation.name, oid, **self._root(oid), **rows)

    def _root(self, oid: int) -> dict[str, Any]:
        schema, name = self._roots.get(oid, ("", ""))
        return {"root": name, "root_schema": schema}

    def _message(self, raw: bytes) -> list[Change]:
        """What an event trigger has written: a list of what became of tables."""
        prefix, rest = raw[10:].split(b"\0", 1)
        if prefix.decode() != ADMIN:
            return []
        return [Change(**one, **self._root(one["oid"])) for one in json.loads(rest[4:])]


def _tuple(raw: bytes, at: int, relation: _Relation, before: Row | None) -> tuple[Row, int]:
    """A row, and where it ends; a long value that was not changed is the one before."""
    row: Row = {}
    at += 2
    for name, make in relation.columns:
        kind = raw[at : at + 1]
        at += 1
        if kind == b"t":
            size = int.from_bytes(raw[at : at + 4])
            row[name] = make(raw[at + 4 : at + 4 + size].decode())
            at += 4 + size
        else:
            row[name] = before.get(name) if kind == b"u" and before else None
    return row, at
