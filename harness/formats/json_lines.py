"""JSON lines: an object a record with the columns' names, and, if it is asked for, an object with the trailer last."""

from __future__ import annotations

import json
from collections.abc import Sequence
from json.encoder import encode_basestring
from typing import Any

from harness.formats.layout import Layout
from harness.formats.lines import Sink, as_text, write_lines
from harness.formats.table import NUMBERS, Column, Row, Table, Totals

TRAILER = "trailer"


def write(table: Table, layout: Layout, out: Sink) -> Totals:
    """``{"site": "Lille 01", …}`` a record; last ``{"trailer": {"records": 2, "control_total": 7}}``, if at all."""
    names = (encode_basestring(column.name).replace("%", "%%") for column in table.columns)
    # One template for all records: several times faster than to encode each as an object.
    template = "{" + ", ".join(f"{name}: %s" for name in names) + "}\n"

    def encoded(batch: list[Row]) -> str:
        columns = [
            _encoded(column, values) for column, values in zip(table.columns, zip(*batch, strict=True), strict=True)
        ]
        return "".join(map(template.__mod__, zip(*columns, strict=True)))

    return write_lines(table, out, header="", encoded=encoded, trailer=_trailer if layout.trailer else None)


def _encoded(column: Column, values: Sequence[Any]) -> Sequence[str]:
    text = as_text(column, values)
    return text if column.type in NUMBERS else list(map(encode_basestring, text))


def _trailer(totals: Totals) -> str:
    total = "" if totals.control_total is None else f', "control_total": {totals.control_total}'
    return f'{{{json.dumps(TRAILER)}: {{"records": {totals.records}{total}}}}}\n'
