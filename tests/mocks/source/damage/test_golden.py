"""What every damage makes of every form that the harness writes, to the byte: what was right stays so.

python -m tests.mocks.source.damage.test_golden     writes golden.json anew; somebody looks at what changes in it
"""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import io
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from harness.content.factories import find, table
from harness.contract.codec import read
from harness.contract.effects.damages import KINDS
from harness.formats import Column, Form, Table, made_layout, write
from harness.mocks.source.damage import DAMAGES, NothingToDamage
from harness.mocks.source.damage.damage import apply_damage
from harness.mocks.source.files.body import Body
from harness.mocks.source.files.source_file import SourceFile
from tests.mocks.source.damage.conftest import bytes_of, source_file_of

GOLDEN = Path(__file__).with_name("golden.json")
UNCHANGED = "unchanged"

COLUMNS = (
    Column("site", width=12),
    Column("day", "date", 10),
    Column("quantity", "integer", 9),
    Column("price", "decimal", 9),
)
DAY = dt.date(2026, 11, 24)
ROWS = [(f"Évry {number:02d}", DAY, number, Decimal(number) / 4 + 1) for number in range(40)]
QUOTED = [(f'5" {number}, "a"\nb' if number % 3 else "plain", DAY, number, Decimal(number)) for number in range(12)]
STAMPED = [(f"Lyon {number}", dt.datetime(2026, 11, 24, number, tzinfo=dt.UTC), number) for number in range(20)]
STAMPS = (Column("site"), Column("at", "timestamp"), Column("quantity", "integer"))
FORECAST = find("forecast", Path())


def _forecast() -> Iterator[list[tuple[Any, ...]]]:
    table_ = table(FORECAST, date=DAY, seed=0, parameters={"rows": 500}, control=None)
    return (list(zip(*columns, strict=True)) for columns in table_.batches())


SHAPES: Mapping[str, tuple[Form, Any, Any, str | None]] = {
    "csv": (Form(), COLUMNS, ROWS, "quantity"),
    "csv, money added up": (Form(), COLUMNS, ROWS, "price"),
    "csv without a header": (Form(header=0), COLUMNS, ROWS, "quantity"),
    "csv without a trailer": (Form(trailer=0), COLUMNS, ROWS, "quantity"),
    "csv of records alone": (Form(header=0, trailer=0), COLUMNS, ROWS, None),
    "csv with semicolons": (Form(delimiter=";"), COLUMNS, ROWS, None),
    "csv with quotes": (Form(), COLUMNS, QUOTED, "quantity"),
    "csv with times": (Form(), STAMPS, STAMPED, None),
    "csv without records": (Form(), COLUMNS, [], "quantity"),
    "the forecast": (Form(), FORECAST.columns, [row for batch in _forecast() for row in batch], FORECAST.control),
    "fixed": (Form(format="fixed"), COLUMNS, ROWS, "quantity"),
    "fixed, money added up": (Form(format="fixed"), COLUMNS, ROWS, "price"),
    "fixed with a header": (Form(format="fixed", header=1), COLUMNS, ROWS, "quantity"),
    "fixed without a trailer": (Form(format="fixed", trailer=0), COLUMNS, ROWS, None),
    "jsonl": (Form(format="jsonl"), COLUMNS, ROWS, "quantity"),
    "jsonl with a trailer": (Form(format="jsonl", trailer=1), COLUMNS, ROWS, "quantity"),
    "jsonl with a trailer of money": (Form(format="jsonl", trailer=1), COLUMNS, ROWS, "price"),
}

GIVEN: list[dict[str, Any]] = [
    *({"cut": {"fraction": part, "where": where}} for part in (0.3, 0.5, 0.9, 1.0)
      for where in ("exact", "inside_record", "record_boundary", "inside_character")),
    {"nuls": {"fraction": 0.9}},
    *({"empty": {"leave": leave}} for leave in ("header", "nothing", "no_records")),
    {"drop_trailer": {}},
    *({"flip": {"where": where}} for where in ("text", "number", "anywhere")),
    *({"part": {"part": part, "of": of, "how": how, "where": where}} for part, of in ((3, 5), (1, 5), (5, 5), (1, 2))
      for how in ("missing", "doubled", "out_of_order") for where in ("record_boundary", "exact")),
    {"revise": {"every": 1}}, {"revise": {"every": 7}},
    *({"totals": {"of": of, "by": by}} for of in ("record_count", "control_total") for by in ("1", "-1", "0.01")),
    *({"repeat": {"records": records, "totals": totals}} for records in (1, 3, 9999) for totals in ("follow", "kept")),
    *({"encode": {"encoding": encoding}} for encoding in ("latin-1", "utf-16", "utf-8-sig", "utf-8-twice")),
    *({"line_ends": {"ends": ends}} for ends in ("crlf", "lf", "cr", "none_last")),
    {"delimiter": {"delimiter": ";"}}, {"delimiter": {"delimiter": "|"}},
    {"decimal_comma": {}},
    *({"columns": {"how": how, "column": column, "header": header}}
      for how in ("added", "dropped", "renamed", "moved") for column in (None, "day", "at", "quantity")
      for header in ("follows", "kept")),
    {"zone": {"hours": -1}}, {"zone": {"hours": 1}}, {"zone": {"hours": 26}},
]  # fmt: skip
"""Every damage but ``replace``, which makes nothing, with all that its parameters can mean."""


def made(shape: str, folder: Path, compress: Any = None) -> SourceFile:
    form, columns, rows, control = SHAPES[shape]
    layout = made_layout(Form(**(form.given() | {"compress": compress})), columns, control)
    out = io.BytesIO()
    totals = write(Table(columns, iter(rows), layout.control), layout, out)
    return source_file_of(folder, out.getvalue(), layout.described(), records=totals.records)


def unpacked(data: bytes, compress: str | None) -> bytes:
    if compress == "gzip" and data:
        return gzip.decompress(data)
    if compress == "zip" and data:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return archive.read(archive.namelist()[0])
    return data


def damaged(source_file: SourceFile, given: Mapping[str, Any]) -> Body:
    [key] = given
    return apply_damage(source_file.body, source_file, read(KINDS[key], given, "effect"))


def told(source_file: SourceFile, given: Mapping[str, Any], text: Callable[[bytes], bytes] = bytes) -> str:
    """The first digits of a checksum of what is served then, unpacked."""
    try:
        body = damaged(source_file, given)
    except NothingToDamage:
        return UNCHANGED
    if body == source_file.body:
        return UNCHANGED
    return hashlib.sha256(text(bytes_of(body))).hexdigest()[:16]


def called(given: Mapping[str, Any]) -> str:
    [(key, values)] = given.items()
    return " ".join([key, *(str(value) for value in values.values())])


def now(folder: Path) -> dict[str, dict[str, str]]:
    files = {shape: made(shape, folder) for shape in SHAPES}
    return {shape: {called(given): told(file, given) for given in GIVEN} for shape, file in files.items()}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_damage_does_what_it_did(shape: str, tmp_path: Path) -> None:
    file = made(shape, tmp_path)
    golden = json.loads(GOLDEN.read_text())[shape]
    assert {called(given): told(file, given) for given in GIVEN} == golden


OF_THE_PACKED = ("exact", "anywhere", "nuls")
"""Words of damages that take the bytes of a compressed file as they are."""


@pytest.mark.parametrize("compress", ["gzip", "zip"])
@pytest.mark.parametrize("shape", ["csv", "fixed", "jsonl with a trailer"])
def test_what_is_inside_a_compressed_file_is_damaged_as_if_it_were_not(
    shape: str, compress: str, tmp_path: Path
) -> None:
    file = made(shape, tmp_path, compress)
    golden = json.loads(GOLDEN.read_text())[shape]
    for given in GIVEN:
        if not set(called(given).split()) & set(OF_THE_PACKED) and "flip" not in given:  # the content chooses the bit
            assert told(file, given, lambda data: unpacked(data, compress)) == golden[called(given)], given


def test_every_damage_is_here() -> None:
    assert {key for given in GIVEN for key in given} | {"replace"} == {kind.under for kind in DAMAGES}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        GOLDEN.write_text(json.dumps(now(Path(folder)), indent=1) + "\n")
