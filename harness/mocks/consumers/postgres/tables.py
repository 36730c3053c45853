"""What the tables of a database hold: rows as they are read, a few at a time, whatever their number."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from harness.mocks.consumers.postgres.admin import Admin, identifier
from harness.mocks.consumers.postgres.settings import ADMIN
from harness.mocks.consumers.postgres.values import Json, converter

Row = dict[str, Json]

Name = tuple[str, str]
"""A schema and a table in it."""

_TABLES = f"""
select n.nspname, c.relname, c.oid,
       (select string_agg(a.attname || '/' || a.atttypid, E'\\n' order by a.attnum)
          from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
       (select string_agg(a.attname, E'\\n' order by array_position(i.indkey::int2[], a.attnum))
          from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = any(i.indkey)
         where i.indrelid = c.oid and i.indisprimary)
       , c.relkind = 'p'
       , exists (select from pg_attribute a where a.attrelid = c.oid and a.attgenerated <> '' and not a.attisdropped)
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where c.relkind in ('r', 'p') and c.relpersistence <> 't' and not c.relispartition
   and n.nspname !~ '^pg_' and n.nspname not in ('information_schema', '{ADMIN}')
 order by 1, 2
"""  # noqa: S608 - no text of a client

_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
_ESCAPES = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}


@dataclass(frozen=True)
class Table:
    """A table, and of partitioned ones the whole: its columns with their types, and its primary key.

    ``generated``: the server makes some of its columns, which not every version has in its log.
    """

    schema: str
    name: str
    oid: int
    columns: tuple[tuple[str, int], ...]
    key: tuple[str, ...]
    partitioned: bool = False
    generated: bool = False

    @property
    def sql(self) -> str:
        """Its name in a statement."""
        return f"{identifier(self.schema)}.{identifier(self.name)}"


async def tables_of(admin: Admin) -> list[Table]:
    """Every table that is not the server's own."""
    return [
        Table(
            schema or "",
            name or "",
            int(oid or 0),
            _columns(columns or ""),
            tuple((key or "").split("\n")) if key else (),
            partitioned == "t",
            generated == "t",
        )
        for schema, name, oid, columns, key, partitioned, generated in await admin.run(_TABLES)
    ]


async def rows_of(admin: Admin, table: Table, order: Sequence[str] = ()) -> AsyncIterator[Row]:
    """Its rows in the order of these columns and of its key, or else as they lie there."""
    if not table.columns:
        return
    names = ", ".join(identifier(name) for name, _ in table.columns)
    by = ", ".join(map(identifier, (*order, *table.key)))
    ordered = f" order by {by}" if by else ""
    makers = [(name, converter(type_id)) for name, type_id in table.columns]
    async for line in admin.copy_out(f"copy (select {names} from {table.sql}{ordered}) to stdout"):  # noqa: S608 - names
        fields = line.removesuffix(b"\n").split(b"\t")
        yield {
            name: None if field == b"\\N" else make(_plain(field))
            for (name, make), field in zip(makers, fields, strict=True)
        }


def _columns(told: str) -> tuple[tuple[str, int], ...]:
    found = [one.rpartition("/") for one in told.split("\n") if one]
    return tuple((name, int(type_id)) for name, _, type_id in found)


def _plain(field: bytes) -> str:
    """A field of COPY's text format without its escapes."""
    if b"\\" in field:
        field = _ESCAPED.sub(lambda found: _ESCAPES.get(found[1], found[1]), field)
    return field.decode()
