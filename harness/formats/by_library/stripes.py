"""ORC, by its stripes; read and written by pyarrow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import IO, Any

from harness.contract.content import FileLayout
from harness.formats import parquet
from harness.formats.by_library.groups import pieces
from harness.formats.by_library.library import Library
from harness.formats.table import Column

LIBRARY = Library("an ORC file", "pyarrow", "parquet")


def columns_and_records(file: IO[bytes]) -> tuple[tuple[Column, ...], int]:
    """What the footer says."""
    with LIBRARY.reading():
        found = _of(file)
        return parquet.columns_of(found.schema), int(found.nrows)


def read(file: IO[bytes], layout: FileLayout) -> Iterator[dict[str, Any]]:  # noqa: ARG001 - one shape for every format
    """Each record with the values that Python has for its types; a stripe at a time."""
    found = _of(file)
    for stripe in range(found.nstripes):
        yield from found.read_stripe(stripe).to_pylist()


def values(file: IO[bytes], column: str) -> Iterator[Any]:
    """Those of one column."""
    with LIBRARY.reading():
        found = _of(file)
        for stripe in range(found.nstripes):
            yield from found.read_stripe(stripe, columns=[column]).column(0).to_pylist()


def rewrite(file: IO[bytes], ranges: Sequence[range], out: IO[bytes]) -> None:
    """The same file with these records; a stripe keeps its size but for what is left out of it, or put in."""
    with LIBRARY.reading():
        arrow, was = LIBRARY.module("pyarrow"), _of(file)
        first = was.schema.names[:1]
        sizes = [was.read_stripe(stripe, columns=first).num_rows for stripe in range(was.nstripes)]
        parts = [*pieces(ranges, sizes)]
        most = max((sum(map(len, spans)) for _, spans in parts), default=1)
        with arrow.orc.ORCWriter(out, **_options(was), batch_size=most) as writer:
            writer.write(was.schema.empty_table())
            for stripe, spans in parts:
                batch = was.read_stripe(stripe)
                writer.write(
                    arrow.Table.from_batches([batch.slice(span.start, len(span)) for span in spans]).combine_chunks()
                )


def _of(file: IO[bytes]) -> Any:
    return LIBRARY.module("pyarrow.orc").ORCFile(file)


def _options(was: Any) -> dict[str, Any]:
    return {
        "file_version": was.file_version,
        "compression": was.compression,
        "compression_block_size": was.compression_size,
        "row_index_stride": was.row_index_stride,
        # A stripe ends behind the batch with which it has so many bytes: each batch is one.
        "stripe_size": 1,
    }
