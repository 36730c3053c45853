"""Files of the formats whose records only their own library tells apart, each of several groups of records."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from typing import Any

import pytest

KINDS = ("parquet", "orc", "avro")
TYPES = [("id", "integer"), ("site", "text"), ("price", "decimal"), ("day", "date"), ("at", "timestamp")]

AT = dt.datetime(2026, 11, 23, 2, tzinfo=dt.UTC)
ROWS = [
    {
        "id": number,
        "site": None if number % 7 == 3 else f"Évry {number % 5}",
        "price": Decimal(number) / 4,
        "day": dt.date(2026, 11, 23),
        "at": AT,
    }
    for number in range(1_000)
]
SCHEMA = {
    "type": "record",
    "name": "Order",
    "fields": [
        {"name": "id", "type": "long"},
        {"name": "site", "type": ["null", "string"], "default": None},
        {"name": "price", "type": {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}},
        {"name": "day", "type": {"type": "int", "logicalType": "date"}},
        {"name": "at", "type": {"type": "long", "logicalType": "timestamp-micros"}},
    ],
}


def table(rows: list[dict[str, Any]] = ROWS) -> Any:
    arrow = pytest.importorskip("pyarrow", reason="the parquet extra is not installed")
    types = [arrow.int64(), arrow.string(), arrow.decimal128(9, 2), arrow.date32(), arrow.timestamp("us", tz="UTC")]
    fields = [arrow.field(name, type_, nullable=name != "id") for (name, _), type_ in zip(TYPES, types, strict=True)]
    return arrow.Table.from_pylist(rows, schema=arrow.schema(fields, metadata={"made by": "SAP"}))


def made(kind: str, rows: list[dict[str, Any]] = ROWS, **options: Any) -> bytes:
    """A file of these rows; a Parquet file has 300 in a row group, an Avro file about 50 in a block."""
    out = io.BytesIO()
    if kind == "avro":
        fastavro = pytest.importorskip("fastavro", reason="the avro extra is not installed")
        given = {"codec": "deflate", "sync_interval": 1_000, "metadata": {"made by": "SAP"}} | options
        fastavro.writer(out, SCHEMA, rows, **given)
        return out.getvalue()
    columns = table(rows)
    if kind == "orc":
        from pyarrow import orc

        orc.write_table(columns, out, **({"compression": "zlib"} | options))
        return out.getvalue()
    import pyarrow.parquet

    pyarrow.parquet.write_table(columns, out, **({"row_group_size": 300} | options))
    return out.getvalue()
