"""Parquet, ORC and Avro: told by their bytes, read, and written with other records, all else as it was."""

from __future__ import annotations

import gzip
import io
import itertools
import random
import sys
from pathlib import Path
from typing import Any

import pytest

from harness.formats import Form, Mismatch, Totals, find_layout
from harness.formats.by_library.groups import pieces
from harness.formats.by_library.kinds import KINDS, name_of
from harness.formats.containers.opaque import why_opaque
from harness.formats.reading import records
from tests.formats import by_library
from tests.formats.by_library import ROWS, made

OF_EACH = pytest.mark.parametrize("kind", by_library.KINDS)

CHOICES = {
    "all": [range(1_000)],
    "none": [],
    "the first": [range(421)],
    "twice": [range(510), range(490, 1_000)],
    "twice, over two groups": [range(700), range(200, 1_000)],
    "without some": [range(100), range(650, 1_000)],
    "out of order": [range(200), range(400, 600), range(200, 400), range(600, 1_000)],
}
OF_CHOICES = pytest.mark.parametrize("ranges", CHOICES.values(), ids=CHOICES)


def rewritten(kind: str, data: bytes, ranges: list[range]) -> bytes:
    out = io.BytesIO()
    KINDS[kind].rewrite(io.BytesIO(data), ranges, out)
    return out.getvalue()


def rows_of(path: Path) -> list[dict[str, Any]]:
    return [*records(path, find_layout(path, Form())[0].described())]


@pytest.mark.parametrize("compress", [None, "gzip"])
@OF_EACH
def test_it_is_told_by_its_bytes_and_its_records_come_back(tmp_path: Path, kind: str, compress: str | None) -> None:
    path = tmp_path / "f"
    path.write_bytes(gzip.compress(made(kind)) if compress else made(kind))
    found, totals = find_layout(path, Form(control="price"))
    assert (found.format, found.compress, found.encoding, found.units) == (kind, compress, None, None)
    assert [(column.name, column.type) for column in found.columns] == by_library.TYPES
    assert totals == Totals(1_000, str(sum(row["price"] for row in ROWS)))
    assert rows_of(path) == ROWS
    assert why_opaque(path) is None


@OF_EACH
def test_a_column_of_text_is_not_added_up(tmp_path: Path, kind: str) -> None:
    (tmp_path / "f").write_bytes(made(kind))
    with pytest.raises(Mismatch, match=r"the column 'site' holds no numbers\. Columns of numbers: id, price"):
        find_layout(tmp_path / "f", Form(control="site"))


@OF_CHOICES
@OF_EACH
def test_other_records_are_in_a_file_that_is_else_the_same(tmp_path: Path, kind: str, ranges: list[range]) -> None:
    (tmp_path / "was").write_bytes(made(kind))
    (tmp_path / "now").write_bytes(rewritten(kind, made(kind), ranges))
    assert rows_of(tmp_path / "now") == [ROWS[at] for some in ranges for at in some]
    was, now = (find_layout(tmp_path / name, Form())[0] for name in ("was", "now"))
    assert was == now


@OF_CHOICES
def test_parquet_keeps_row_groups_metadata_and_how_each_column_is_written(ranges: list[range]) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="the parquet extra is not installed")
    said = {
        "compression": {"id": "zstd", "site": "gzip", "price": "none", "day": "snappy", "at": "brotli"},
        "use_dictionary": ["site"],
        "column_encoding": {"id": "DELTA_BINARY_PACKED"},
        "write_statistics": ["id", "day"],
        "write_page_index": True,
        "version": "1.0",
        "store_schema": False,
    }
    data = made("parquet", **said)
    was, now = (parquet.ParquetFile(io.BytesIO(one)) for one in (data, rewritten("parquet", data, ranges)))
    assert now.schema_arrow.equals(was.schema_arrow, check_metadata=True)
    assert now.metadata.metadata == was.metadata.metadata
    assert now.metadata.format_version == was.metadata.format_version

    def written(file: Any, group: int) -> list[tuple[Any, ...]]:
        columns = map(file.metadata.row_group(group).column, range(file.metadata.num_columns))
        return [(one.compression, {*one.encodings}, one.is_stats_set, one.has_offset_index) for one in columns]

    assert all(written(now, group) == written(was, 0) for group in range(now.num_row_groups))
    if ranges == CHOICES["twice"]:
        sizes = [now.metadata.row_group(group).num_rows for group in range(now.num_row_groups)]
        assert sizes == [300, 320, 300, 100]


def test_parquet_is_said_to_be_sorted_only_while_it_is() -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="the parquet extra is not installed")
    data = made("parquet", sorting_columns=[parquet.SortingColumn(0)])

    def is_sorted(ranges: list[range]) -> bool:
        file = parquet.ParquetFile(io.BytesIO(rewritten("parquet", data, ranges)))
        return bool(file.metadata.row_group(0).sorting_columns)

    assert [name for name, ranges in CHOICES.items() if ranges and is_sorted(ranges)] == [
        "all",
        "the first",
        "without some",
    ]


def test_a_parquet_file_that_pyarrow_would_write_otherwise_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="the parquet extra is not installed")
    arrow = pytest.importorskip("pyarrow")
    out = io.BytesIO()
    column = arrow.array([1, 2], arrow.timestamp("ns"))
    parquet.write_table(arrow.table({"at": column}), out, use_deprecated_int96_timestamps=True)
    assert rewritten("parquet", out.getvalue(), [range(1)])  # all of them are so

    from harness.formats.by_library import row_groups

    usual = row_groups._options
    monkeypatch.setattr(
        row_groups, "_options", lambda *given: usual(*given) | {"use_deprecated_int96_timestamps": False}
    )
    with pytest.raises(ValueError, match=r"pyarrow would write the column at \(INT64, TIMESTAMP\) for the column at"):
        rewritten("parquet", out.getvalue(), [range(1)])


@pytest.mark.parametrize("compression", ["uncompressed", "zlib", "zstd", "snappy"])
def test_orc_keeps_its_compression_and_its_stripes(compression: str) -> None:
    orc = pytest.importorskip("pyarrow.orc", reason="the parquet extra is not installed")
    arrow = pytest.importorskip("pyarrow")
    numbers, out = random.Random(1), io.BytesIO()
    table = arrow.table({"x": [numbers.random() for _ in range(200_000)]})
    orc.write_table(table, out, compression=compression, stripe_size=400_000, batch_size=1_000)
    data = out.getvalue()
    was = orc.ORCFile(io.BytesIO(data))
    sizes = [was.read_stripe(at).num_rows for at in range(was.nstripes)]
    assert len(sizes) > 2
    start = sum(sizes[:2])
    now = orc.ORCFile(io.BytesIO(rewritten("orc", data, [range(start - 10), range(start - 1_000, 200_000)])))
    assert [now.read_stripe(at).num_rows for at in range(now.nstripes)] == [sizes[0], sizes[1] + 990, *sizes[2:]]
    assert (now.compression, now.compression_size, now.file_version, now.row_index_stride) == (
        was.compression, was.compression_size, was.file_version, was.row_index_stride,
    )  # fmt: skip


def records_of(data: bytes) -> Any:
    return pytest.importorskip("fastavro", reason="the avro extra is not installed").reader(io.BytesIO(data))


def blocks_of(data: bytes) -> list[bytes]:
    fastavro = pytest.importorskip("fastavro", reason="the avro extra is not installed")
    return [data[one.offset : one.offset + one.size] for one in fastavro.block_reader(io.BytesIO(data))]


@pytest.mark.parametrize("codec", ["null", "deflate", "bzip2", "xz", "snappy", "zstandard", "lz4"])
def test_avro_keeps_every_byte_before_and_behind_what_changes(codec: str) -> None:
    data = made("avro", codec=codec)
    assert rewritten("avro", data, CHOICES["all"]) == data
    twice = rewritten("avro", data, CHOICES["twice"])
    assert list(records_of(twice)) == [ROWS[at] for some in CHOICES["twice"] for at in some]
    was, now = blocks_of(data), blocks_of(twice)
    assert twice.startswith(data[: len(data) - sum(map(len, was))])
    before = next(at for at in itertools.count() if was[at] != now[at])
    behind = next(at for at in itertools.count(1) if was[-at] != now[-at]) - 1
    assert before + behind >= len(was) - 2
    assert data == rewritten("avro", data, []) + b"".join(was)


def test_a_text_may_begin_as_an_orc_file_does(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("ORCHARD,TREES\nnorth,12\nsouth,3\n")
    assert find_layout(tmp_path / "f", Form())[0].format == "csv"
    assert name_of(io.BytesIO(b"ORC")) is None


@pytest.mark.parametrize(("kind", "library"), [("orc", "pyarrow"), ("avro", "fastavro")])
def test_without_its_library_it_is_opaque_and_says_what_it_needs(
    tmp_path: Path, kind: str, library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "f").write_bytes(made(kind))
    monkeypatch.setitem(sys.modules, library, None)
    found, totals = find_layout(tmp_path / "f", Form())
    assert (found.format, found.units, totals) == ("binary", None, Totals(0))
    because = why_opaque(tmp_path / "f")
    assert because is not None
    assert because.startswith(f"it is opaque: an {kind.title() if kind == 'avro' else 'ORC'} file needs {library}, ")


@OF_EACH
def test_what_is_damaged_is_a_mistake_of_the_file(tmp_path: Path, kind: str) -> None:
    data = made(kind)
    cut = data[: len(data) // 2] + (data[-4:] if kind == "orc" else b"")
    (tmp_path / "f").write_bytes(cut)
    with pytest.raises(ValueError, match=r"^is no (Parquet|ORC|Avro) file: "):
        find_layout(tmp_path / "f", Form())


def test_avro_whose_schema_is_no_record_is_counted_and_not_read(tmp_path: Path) -> None:
    fastavro = pytest.importorskip("fastavro", reason="the avro extra is not installed")
    with (tmp_path / "f").open("wb") as out:
        fastavro.writer(out, "long", [1, 2, 3])
    found, totals = find_layout(tmp_path / "f", Form())
    assert (found.format, found.columns, totals) == ("avro", (), Totals(3))
    with pytest.raises(Mismatch, match="found int values, expected a schema of records"):
        list(records(tmp_path / "f", found.described()))


@pytest.mark.parametrize(
    ("ranges", "expected"),
    [
        ([range(2)], [(0, [range(2)])]),
        ([range(2, 5)], [(0, [range(2, 3)]), (2, [range(2)])]),
        ([range(3), range(1, 3)], [(0, [range(3), range(1, 3)])]),
        ([range(4, 5), range(2)], [(2, [range(1, 2)]), (0, [range(2)])]),
        ([], []),
    ],
)
def test_only_groups_are_read_that_have_some_of_the_records(ranges: list[range], expected: Any) -> None:
    assert [*pieces(ranges, [3, 0, 2])] == expected
