"""Whatever lies in a folder under the name that a consumer reads: it is taken, or told as one that cannot be read."""

from __future__ import annotations

import datetime as dt
import decimal
import gzip
import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from harness.contract.consumers import FileForm, PlannedPull
from harness.contract.content import SaidColumn, SaidLayout
from harness.contract.layout import Cell, Kind, UnitLayout
from harness.mocks.consumers.taking import Taking

CSV = b"a,b\n" + b"1,2\n" * 500
Taken = Callable[..., tuple[str, int | None, str | None]]


@pytest.fixture
def taken(tmp_path: Path) -> Taken:
    """A file as a consumer takes it: the event's type, its rows, its error."""

    def take(name: str, content: bytes | Callable[[Path], object], **form: Any) -> tuple[str, int | None, str | None]:
        (tmp_path / "folders" / "out").mkdir(parents=True)
        path = tmp_path / "folders" / "out" / name
        path.write_bytes(content) if isinstance(content, bytes) else content(path)
        events: list[tuple[str, int | None, str | None]] = []

        def record(kind: str, _: str, value: dict[str, Any], error: str | None, **__: str) -> None:
            events.append((kind, value.get("rows"), error))

        mock: Any = SimpleNamespace(dir=tmp_path, recorder=SimpleNamespace(record=record))
        plan: Any = SimpleNamespace(date="2026-11-23")
        taking = Taking(mock, plan, "c", PlannedPull(folder="out", name=name, at_ns=1, form=FileForm(**form)))
        taking.take()
        taking.close()
        (event,) = events
        return event

    return take


def test_a_file_is_read_as_the_chain_says_that_it_is_made(taken: Taken) -> None:
    kinds = (Kind(name="trailer", role="trailer", starts=("T",)), Kind(name="records", role="record", starts=("D",)))
    columns = (SaidColumn(name="sku", cell=Cell(field=2)), SaidColumn(name="pieces", cell=Cell(field=3)))
    layout = SaidLayout(units=UnitLayout(separators=("|",), kinds=kinds), columns=columns)
    assert taken("a.txt", b"D|1|7\nD|2|8\nT|2|15\n", layout=layout) == ("ok", 2, None)


@pytest.mark.parametrize("name", ["array.json", "camt.xml", "pipe2t.txt", "nacha.ach", "bai2.txt", "quoted.csv"])
def test_a_file_of_any_structure_is_taken_for_what_it_is(taken: Taken, name: str) -> None:
    body = (Path(__file__).parents[2] / "formats" / "samples" / name).read_bytes()
    rows = {"array.json": 12, "camt.xml": 8, "pipe2t.txt": 10, "nacha.ach": 11, "bai2.txt": 8, "quoted.csv": 12}
    assert taken(name, body) == ("ok", rows[name], None)


def zipped(**changed: Any) -> bytes:
    """A zip file; ``flags`` says that it is encrypted, ``method`` by what it is compressed, wrongly."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("a.csv"), CSV, zipfile.ZIP_DEFLATED)
    found = bytearray(out.getvalue())
    directory = found.find(b"PK\1\2")
    for name, (in_head, in_directory) in {"flags": (6, 8), "method": (8, 10)}.items():
        if name in changed:
            found[in_head] = found[directory + in_directory] = changed[name]
    return bytes(found)


@pytest.mark.parametrize(
    ("name", "content", "form", "says"),
    [
        ("a.csv", b"a,b\n" + b"x" * 200_000 + b",1\n", {}, "field larger than field limit"),
        ("a.csv", b"a,b\n" + b"1,1\n" * 900 + b"x" * 200_000 + b",1\n", {}, "field larger than field limit"),
        ("a.csv", CSV[:8], {"header": 3}, "found 2 lines, expected a header of 3"),
        ("a.csv", CSV[:8], {"header": 10**20}, "found 2 lines, expected a header of"),
        ("a.csv", b"", {}, "of which no columns are known"),
        ("a.csv", b"a,b\n\x00,1\n", {}, "of which no columns are known"),
        ("a.csv.gz", gzip.compress(CSV, mtime=0)[:-9], {}, "is damaged"),
        ("a.csv", CSV, {"compress": "gzip"}, "the file is not compressed"),
        ("a.zip", zipped(flags=1), {"compress": "zip"}, "is encrypted"),
        ("a.zip", zipped(method=99), {"compress": "zip"}, "compressed by method 99, which is not known here"),
        ("a.jsonl", b'{"a":' + b"[" * 100_000 + b"\n", {"format": "jsonl"}, "of which no columns are known"),
        ("a.jsonl", b'{"a": 1}\n{"a":' + b"[" * 100_000 + b"\n", {"format": "jsonl"}, "line 2 is no JSON"),
        ("a.jsonl", b'{"a": "\\ud800"}\n', {"format": "jsonl"}, "surrogates not allowed"),
        ("a.parquet", b"PAR1" + b"x" * 100 + b"PAR1", {"format": "parquet"}, "is no Parquet file"),
    ],
)
def test_what_cannot_be_read_is_told_in_a_line(
    taken: Taken, name: str, content: bytes, form: dict[str, Any], says: str
) -> None:
    kind, rows, error = taken(name, content, **form)
    assert (kind, rows) == ("fail", None)
    assert says in str(error)
    assert "\n" not in str(error)


@pytest.mark.parametrize(
    "value",
    [
        [decimal.Decimal("1.5")],
        {"x": dt.date(2026, 1, 1)},
        dt.timedelta(seconds=1),
        dt.datetime(2026, 1, 1),
        b"\xff",
        decimal.Decimal("1.50"),
    ],
)
def test_values_that_json_does_not_have_are_read_as_what_they_say(taken: Taken, value: Any) -> None:
    out = io.BytesIO()
    pq.write_table(pa.table({"a": [value]}), out)
    assert taken("a.parquet", out.getvalue(), format="parquet") == ("ok", 1, None)


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (os.mkfifo, "it is no file"),
        (lambda path: path.symlink_to("/dev/zero"), "it is no file"),
        (lambda path: path.symlink_to(path), "Too many levels of symbolic links"),
        (Path.mkdir, "it is no file"),
        (lambda path: path.symlink_to("nowhere"), "there is no a.csv in out"),
    ],
)
def test_what_is_no_file_is_not_waited_for(taken: Taken, made: Callable[[Path], object], says: str) -> None:
    kind, _, error = taken("a.csv", made)
    assert kind == "fail"
    assert says in str(error)


def test_what_is_sound_is_taken(taken: Taken) -> None:
    assert taken("a.zip", zipped(), compress="zip") == ("ok", 500, None)
