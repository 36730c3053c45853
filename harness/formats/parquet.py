"""Parquet: columns with their types, compressed inside, and no line anywhere; written and read by pyarrow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any

from harness.contract.content import FileLayout
from harness.formats.by_library.library import Library
from harness.formats.layout import Layout
from harness.formats.lines import Sink
from harness.formats.table import Column, Table, Totals

LIBRARY = Library("a Parquet file", "pyarrow", "parquet")
"""Half a second and 60 MB, for a format that few chains have."""
MAGIC = b"PAR1"
ROW_GROUP_ROWS = 65_536
"""A row group is in memory as a whole: this many rows are a few megabytes, and enough to be compressed well."""


def write(table: Table, layout: Layout, out: Sink) -> Totals:  # noqa: ARG001 - one shape for every format
    """Row groups of 65,536 records or a few more, each column under its type; timestamps in UTC."""
    arrow = _arrow()
    schema = arrow.schema([(column.name, _type(arrow, column)) for column in table.columns])
    with arrow.parquet.ParquetWriter(out, schema) as writer:
        group, rows = [], 0
        for batch in table.batches():
            columns = [arrow.array(values, type=field.type) for field, values in zip(schema, batch, strict=True)]
            group.append(arrow.record_batch(columns, schema=schema))
            rows += len(batch[0])
            if rows >= ROW_GROUP_ROWS:
                writer.write_table(arrow.Table.from_batches(group))
                group, rows = [], 0
        if group:
            writer.write_table(arrow.Table.from_batches(group))
    return table.totals


def columns_and_records(file: IO[bytes]) -> tuple[tuple[Column, ...], int]:
    """What the footer of a Parquet file says; an error of pyarrow when it is none."""
    with _arrow().parquet.ParquetFile(file) as columns:
        return columns_of(columns.schema_arrow), int(columns.metadata.num_rows)


def columns_of(schema: Any) -> tuple[Column, ...]:
    """The columns of an Arrow schema."""
    arrow = _arrow()
    return tuple(_column(arrow, field) for field in schema)


def read(file: IO[bytes], layout: FileLayout) -> Iterator[dict[str, Any]]:  # noqa: ARG001 - one shape for every format
    """Each record with the values that Python has for its types; a batch at a time."""
    with _arrow().parquet.ParquetFile(file) as columns:
        for batch in columns.iter_batches():
            yield from batch.to_pylist()


def _arrow() -> Any:
    LIBRARY.module("pyarrow.parquet")
    return LIBRARY.module("pyarrow")


def _type(arrow: Any, column: Column) -> Any:
    return {
        "text": arrow.string(),
        "integer": arrow.int64(),
        "decimal": arrow.decimal128(38, column.scale),
        "date": arrow.date32(),
        "timestamp": arrow.timestamp("us", tz="UTC"),
    }[column.type]


def _column(arrow: Any, field: Any) -> Column:
    kinds, kind = arrow.types, field.type
    if kinds.is_integer(kind):
        return Column(field.name, "integer")
    if kinds.is_decimal(kind):
        return Column(field.name, "decimal", scale=kind.scale)
    if kinds.is_floating(kind):
        return Column(field.name, "decimal")
    if kinds.is_date(kind):
        return Column(field.name, "date")
    return Column(field.name, "timestamp" if kinds.is_timestamp(kind) else "text")
