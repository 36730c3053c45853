"""Parquet, by its row groups; read and written by pyarrow."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator, Sequence
from typing import IO, Any

from harness.formats import parquet
from harness.formats.by_library.groups import pieces
from harness.formats.by_library.library import CannotRewrite
from harness.formats.table import Column

LIBRARY = parquet.LIBRARY

_CODECS = {"UNCOMPRESSED": "NONE", "LZ4_RAW": "LZ4"}
_ENCODINGS = {"BYTE_STREAM_SPLIT", "DELTA_BINARY_PACKED", "DELTA_BYTE_ARRAY", "DELTA_LENGTH_BYTE_ARRAY"}
"""What pyarrow writes a column in that has no dictionary, where it is asked to."""


def columns_and_records(file: IO[bytes]) -> tuple[tuple[Column, ...], int]:
    """What the footer says."""
    with LIBRARY.reading():
        return parquet.columns_and_records(file)


def values(file: IO[bytes], column: str) -> Iterator[Any]:
    """Those of one column."""
    with LIBRARY.reading():
        for batch in _of(file).iter_batches(columns=[column]):
            yield from batch.column(0).to_pylist()


def rewrite(file: IO[bytes], ranges: Sequence[range], out: IO[bytes]) -> None:
    """The same file with these records; a row group keeps its size but for what is left out of it, or put in.

    CannotRewrite where pyarrow would write its columns otherwise.
    """
    with LIBRARY.reading():
        arrow, was = LIBRARY.module("pyarrow"), _of(file)
        options = _options(was, ranges)
        _no_other_columns(was, options)
        sizes = [was.metadata.row_group(group).num_rows for group in range(was.num_row_groups)]
        with arrow.parquet.ParquetWriter(out, was.schema_arrow, **options) as writer:
            for group, spans in pieces(ranges, sizes):
                table = was.read_row_group(group)
                now = arrow.concat_tables([table.slice(span.start, len(span)) for span in spans])
                writer.write_table(now, row_group_size=now.num_rows)


def _of(file: IO[bytes]) -> Any:
    return LIBRARY.module("pyarrow.parquet").ParquetFile(file)


def _options(was: Any, ranges: Sequence[range]) -> dict[str, Any]:
    """How to write it as it was written, as far as pyarrow tells."""
    meta = was.metadata
    options: dict[str, Any] = {
        "version": meta.format_version,
        "store_schema": b"ARROW:schema" in (meta.metadata or {}),
        "use_compliant_nested_type": not any(".list.item" in leaf[0] for leaf in _leaves(was)),
        "use_deprecated_int96_timestamps": any(leaf[1] == "INT96" for leaf in _leaves(was)),
    }
    if not meta.num_row_groups:
        return options
    group = meta.row_group(0)
    columns = [group.column(at) for at in range(group.num_columns)]
    by_dictionary = [one.path_in_schema for one in columns if one.has_dictionary_page]
    in_order = all(one.stop <= other.start for one, other in itertools.pairwise(ranges))
    return options | {
        "compression": {one.path_in_schema: _CODECS.get(one.compression, one.compression) for one in columns},
        "use_dictionary": by_dictionary or False,
        "column_encoding": {
            one.path_in_schema: encoding
            for one in columns
            if not one.has_dictionary_page
            for encoding in _ENCODINGS & {*one.encodings}
        }
        or None,
        "write_statistics": [one.path_in_schema for one in columns if one.is_stats_set] or False,
        "write_page_index": any(one.has_offset_index for one in columns),
        # Records that are there twice, or later than they were, are not sorted any more.
        "sorting_columns": group.sorting_columns if in_order and group.sorting_columns else None,
    }


def _no_other_columns(was: Any, options: dict[str, Any]) -> None:
    """Raises CannotRewrite where the types or names in the new file would not be those of the old one."""
    trial = io.BytesIO()
    with LIBRARY.module("pyarrow.parquet").ParquetWriter(trial, was.schema_arrow, **options):
        pass
    now = _of(trial)
    for one, other in zip(_leaves(was), _leaves(now), strict=True):
        if one != other:
            raise CannotRewrite(f"pyarrow would write {_said(other)} for {_said(one)}")
    if not now.schema_arrow.equals(was.schema_arrow):
        raise CannotRewrite(f"pyarrow would write the columns {now.schema_arrow} for {was.schema_arrow}")


def _leaves(file: Any) -> list[tuple[Any, ...]]:
    schema = file.schema
    return [
        (
            one.path,
            one.physical_type,
            one.logical_type.type,
            one.precision,
            one.scale,
            one.length,
            one.max_definition_level,
            one.max_repetition_level,
        )
        for one in (schema.column(at) for at in range(len(schema)))
    ]


def _said(leaf: tuple[Any, ...]) -> str:
    return f"the column {leaf[0]} ({leaf[1]}, {leaf[2]})"
