"""Avro object container files, by their blocks; read by fastavro.

No record is written anew: its bytes are found in its block, and put into another one.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import IO, Any, NamedTuple

from harness.contract.content import FileLayout
from harness.formats.by_library.groups import pieces
from harness.formats.by_library.library import Library
from harness.formats.table import Column, Type

LIBRARY = Library("an Avro file", "fastavro", "avro")

_SYNC_BYTES = 16
_TYPES: dict[str, Type] = {
    "int": "integer",
    "long": "integer",
    "float": "decimal",
    "double": "decimal",
    "decimal": "decimal",
    "date": "date",
    "timestamp-millis": "timestamp",
    "timestamp-micros": "timestamp",
    "timestamp-nanos": "timestamp",
}


class _Block(NamedTuple):
    """Where a block lies, and how many records it has."""

    start: int
    size: int
    records: int


class _Records(NamedTuple):
    """A block as fastavro writes it: how many records, and their bytes before they are compressed."""

    num_records: int
    bytes_: io.BytesIO


def columns_and_records(file: IO[bytes]) -> tuple[tuple[Column, ...], int]:
    """What the schema says, and the sum of what the blocks say."""
    with LIBRARY.reading():
        found = _of(file)
        schema = found.writer_schema
        fields = schema.get("fields", []) if isinstance(schema, dict) else []
        return tuple(_column(one["name"], one["type"]) for one in fields), sum(block.num_records for block in found)


def read(file: IO[bytes], layout: FileLayout) -> Iterator[dict[str, Any]]:  # noqa: ARG001 - one shape for every format
    """Each record with the values that Python has for its types; ValueError where the schema is no record's."""
    for record in _records(file):
        if not isinstance(record, dict):
            raise ValueError(f"found {type(record).__name__} values, expected a schema of records")
        yield record


def values(file: IO[bytes], column: str) -> Iterator[Any]:
    """Those of one column."""
    with LIBRARY.reading():
        for record in _records(file):
            yield record[column]


def rewrite(file: IO[bytes], ranges: Sequence[range], out: IO[bytes]) -> None:
    """The same file with these records; every block that is whole stays byte for byte, and so does what is before."""
    with LIBRARY.reading():
        found = _of(file)
        blocks = [_Block(one.offset, one.size, one.num_records) for one in found]
        file.seek(0)
        header = file.read(blocks[0].start) if blocks else file.read()
        out.write(header)
        for number, spans in pieces(ranges, [one.records for one in blocks]):
            block = blocks[number]
            file.seek(block.start)
            was = file.read(block.size)
            out.write(was if spans == [range(block.records)] else _block_of(header, was, spans))


def _block_of(header: bytes, was: bytes, spans: Sequence[range]) -> bytes:
    """A block with these of another one's records."""
    found = _of(io.BytesIO(header + was))
    block = next(found)
    ends = [0, *(block.bytes_.tell() for _ in block)]
    data = block.bytes_.getvalue()
    now = io.BytesIO(b"".join(data[ends[span.start] : ends[span.stop]] for span in spans))
    out = io.BytesIO()
    sync = header[-_SYNC_BYTES:]
    writer = LIBRARY.module("fastavro.write").Writer(out, found.writer_schema, found.codec, sync_marker=sync)
    begins = out.tell()
    writer.write_block(_Records(sum(map(len, spans)), now))
    return out.getvalue()[begins:]


def _records(file: IO[bytes]) -> Iterator[Any]:
    file.seek(0)
    yield from LIBRARY.module("fastavro").reader(file)


def _of(file: IO[bytes]) -> Any:
    file.seek(0)
    return LIBRARY.module("fastavro").block_reader(file)


def _column(name: str, kind: Any) -> Column:
    """A column by its type, or by the only one that it has beside null."""
    kinds = [one for one in kind if one != "null"] if isinstance(kind, list) else [kind]
    if len(kinds) != 1:
        return Column(name)
    [only] = kinds
    if not isinstance(only, dict):
        return Column(name, _TYPES.get(only, "text"))
    found = _TYPES.get(only.get("logicalType", only["type"])) if isinstance(only["type"], str) else None
    return Column(name, found or "text", scale=only.get("scale", 0) if found == "decimal" else 2)
