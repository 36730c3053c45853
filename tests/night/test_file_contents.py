"""Contents are made once and found again."""

import datetime as dt
import gzip
import hashlib
import json
import os
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest

from harness.chain.model import Chain
from harness.contract.codec import write
from harness.errors import AuthorError
from harness.night.file_contents import FileContents

NIGHT = dt.date(2026, 11, 23)
FACTORY = """
from pathlib import Path

def write(out, *, date, seed, text="x"):
    calls = Path(__file__).with_name("calls")
    calls.write_text((calls.read_text() if calls.exists() else "") + ".")
    out.write(text.encode())
    return 1
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "factories").mkdir()
    (tmp_path / "factories" / "one.py").write_text(FACTORY)
    return tmp_path


def chain(folder: Path, **content: Any) -> Chain:
    given = {
        "chain": "c", "owner": "o", "deadline": "06:00", "jobs": {"a": {"run": ["x"], "at": "02:00"}},
        "files": {"f": {"name": "f_{date}.csv", "arrives": "01:00", "content": content or {"factory": "one"}}},
    }  # fmt: skip
    return Chain.model_validate(given).located(folder)


def calls(folder: Path) -> int:
    return len((folder / "factories" / "calls").read_text())


def test_a_content_is_kept_under_its_checksum(folder: Path) -> None:
    store = FileContents(folder / "store")
    stored = store.content(chain(folder, factory="one", text="hello"), "f", NIGHT, 0)
    assert store.path(stored.sha256).read_bytes() == b"hello"
    assert (stored.sha256, stored.size, stored.records) == (hashlib.sha256(b"hello").hexdigest(), 5, 1)


def test_a_content_is_made_once_for_all_nights_and_runs(folder: Path) -> None:
    store = FileContents(folder / "store")
    for _ in range(3):
        store.content(chain(folder), "f", NIGHT, 0)
    FileContents(folder / "store").content(chain(folder), "f", NIGHT, 0)
    assert calls(folder) == 1


def test_another_date_seed_parameter_or_factory_is_another_content(folder: Path) -> None:
    store = FileContents(folder / "store")
    store.content(chain(folder), "f", NIGHT, 0)
    store.content(chain(folder), "f", NIGHT, 1)
    store.content(chain(folder), "f", NIGHT + dt.timedelta(days=1), 0)
    store.content(chain(folder, factory="one", text="y"), "f", NIGHT, 0)
    assert calls(folder) == 4
    (folder / "factories" / "two.py").write_text(FACTORY.replace('"x"', '"z"'))
    stored = store.content(chain(folder, factory="two"), "f", NIGHT, 0)
    assert store.path(stored.sha256).read_bytes() == b"z"


def test_a_damaged_note_or_a_lost_content_is_made_again(folder: Path) -> None:
    first = FileContents(folder / "store").content(chain(folder), "f", NIGHT, 0)
    (note,) = (folder / "store" / "recipes").iterdir()
    note.write_text("{")
    assert FileContents(folder / "store").content(chain(folder), "f", NIGHT, 0) == first
    (folder / "store" / first.sha256).unlink()
    store = FileContents(folder / "store")
    assert store.content(chain(folder), "f", NIGHT, 0) == first
    assert store.path(first.sha256).is_file()
    assert json.loads(note.read_text())["sha256"] == first.sha256


def test_a_copied_file_has_its_lines_without_header_and_trailer_as_records(folder: Path) -> None:
    (folder / "real.csv").write_text("a,b\n1,2\n3,4\nTRAILER,2,6\n")
    (folder / "bare.csv").write_text("a,b\n1,2\n")
    store = FileContents(folder / "store")
    assert store.content(chain(folder, copy="real.csv"), "f", NIGHT, 0).records == 2
    assert store.content(chain(folder, copy="bare.csv"), "f", NIGHT, 0).records == 1


def test_a_copied_file_that_changes_is_copied_again(folder: Path) -> None:
    store, real = FileContents(folder / "store"), folder / "real.csv"
    for digit in "123":
        real.write_text(f"a\n{digit}\n")
        # In the same moment, and as long as before.
        os.utime(real, ns=(0, time.time_ns() // 10**10 * 10**10 + 10**10))
        stored = store.content(chain(folder, copy="real.csv"), "f", NIGHT, 0)
        assert store.path(stored.sha256).read_text() == f"a\n{digit}\n"
    os.utime(real, ns=(0, 0))
    assert store.content(chain(folder, copy="real.csv"), "f", NIGHT, 0) == stored
    real.write_text("a\n4\n")
    assert store.content(chain(folder, copy="real.csv"), "f", NIGHT, 0) != stored


def test_a_copied_file_tells_its_layout_by_its_bytes(folder: Path) -> None:
    body = "\ufeffday;amount;note\r\n2026-11-23;1.50;a\r\n2026-11-24;2.25;b\r\nTRAILER;2;3.75\r\n".encode()
    (folder / "real.csv").write_bytes(body)
    stored = FileContents(folder / "store").content(chain(folder, copy="real.csv", control="amount"), "f", NIGHT, 0)
    assert (stored.records, stored.control_total) == (2, "3.75")
    assert (stored.md5, stored.size) == (hashlib.md5(body).hexdigest(), len(body))
    layout = write(stored.layout)
    columns = [(column["name"], column["type"]) for column in layout.pop("columns")]
    assert columns == [("day", "date"), ("amount", "decimal"), ("note", "text")]
    units = layout.pop("units")
    assert [kind["name"] for kind in units["kinds"]] == ["header", "trailer", "records"]
    assert [stated["name"] for stated in units["stated"]] == ["record count", "control total"]
    assert layout == {
        "format": "csv", "compress": None, "encoding": "utf-8-sig", "line_end": "\r\n", "delimiter": ";", "header": 1,
        "trailer": 1, "control": "amount", "date_columns": ["day"],
    }  # fmt: skip


def test_a_copied_file_is_counted_and_added_up_as_its_layout_says(folder: Path) -> None:
    (folder / "real.txt").write_text("H|x\nD|a|1,50\nC|of a\nD|b|2,25\nT|2\n")
    columns = {"sku": 2, "amount": {"field": 3, "comma": True}}
    layout = {"delimiter": "|", "records": {"starts": "D|", "parts": "C|"}, "trailer": 1, "columns": columns}
    store = FileContents(folder / "store")
    stored = store.content(chain(folder, copy="real.txt", control="amount", layout=layout), "f", NIGHT, 0)
    assert (stored.records, stored.control_total) == (2, "3.75")
    assert [column.type for column in stored.layout.columns] == ["text", "decimal"]
    other = chain(folder, copy="real.txt", layout={**layout, "records": {"starts": ["D|", "C|"]}})
    assert store.content(other, "f", NIGHT, 0).records == 3


def test_a_file_that_is_not_as_its_layout_says_is_told_at_the_layout(folder: Path) -> None:
    (folder / "real.json").write_text('{"data": 7}')
    said = chain(folder, copy="real.json", layout={"structure": "json", "records": "/data"})
    with pytest.raises(
        AuthorError, match="the file is not as its layout says: byte 9: found '7', expected the array /data"
    ):
        FileContents(folder / "store").content(said, "f", NIGHT, 0)


def test_what_the_chain_says_of_a_copied_file_goes_before_what_its_bytes_tell(folder: Path) -> None:
    (folder / "real.csv").write_text("made by: SAP\na|b\n1|2,5\n3|4,5\nend\n")
    said = chain(folder, copy="real.csv", delimiter="|", header=2, trailer=1)
    stored = FileContents(folder / "store").content(said, "f", NIGHT, 0)
    assert (stored.records, stored.layout.delimiter, stored.layout.header) == (2, "|", 2)
    assert [column.name for column in stored.layout.columns] == ["a", "b"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"compress": "gzip"}, r"found compress: gzip, and the file is not compressed; it is kept as it is"),
        ({"control": "amuont"}, r"unknown column 'amuont'. Did you mean 'amount'\? Columns of numbers: amount"),
        ({"control": "note"}, r"the column 'note' holds no numbers\. Columns of numbers: amount"),
        ({"format": "parquet"}, r"real\.csv is no Parquet file: "),
        ({"format": "fixed", "control": "x"}, r"a fixed file that was found has no columns to add up: drop it"),
    ],
)
def test_what_is_not_so_of_a_copied_file_is_told(folder: Path, said: dict[str, Any], expected: str) -> None:
    (folder / "real.csv").write_text("amount,note\n1,a\n2,b\n")
    with pytest.raises(AuthorError, match=expected):
        FileContents(folder / "store").content(chain(folder, copy="real.csv", **said), "f", NIGHT, 0)
    assert list((folder / "store").iterdir()) == []


RECORDS = """
from harness.formats import Column

COLUMNS = (Column("name"), Column("amount", "integer"), Column("other", "integer"))
CONTROL = "amount"

def records(*, date, seed, rows=3):
    for number in range(rows):
        yield f"{date} {seed % 2}", number, 10 * number
"""


def test_a_factory_of_records_is_written_in_the_form_that_the_chain_says(folder: Path) -> None:
    (folder / "factories" / "one.py").write_text(RECORDS)
    store = FileContents(folder / "store")
    plain = store.content(chain(folder), "f", NIGHT, 0)
    assert store.path(plain.sha256).read_text().splitlines()[0::4] == ["name,amount,other", "TRAILER,3,3"]
    assert (plain.records, plain.control_total) == (3, 3)
    said = {"factory": "one", "rows": 2, "format": "jsonl", "compress": "gzip", "trailer": True, "control": "other"}
    made = store.content(chain(folder, **said), "f", NIGHT, 0)
    lines = gzip.decompress(store.path(made.sha256).read_bytes()).splitlines()
    assert [json.loads(line) for line in lines][1:] == [
        {"name": "2026-11-23 0", "amount": 1, "other": 10} | json.loads(lines[1]),
        {"trailer": {"records": 2, "control_total": 10}},
    ]
    assert (made.layout.format, made.layout.compress, made.layout.control) == ("jsonl", "gzip", "other")
    assert (made.records, made.control_total) == (2, 10)


def test_a_zip_file_holds_the_file_under_its_nights_name(folder: Path) -> None:
    (folder / "factories" / "one.py").write_text(RECORDS)
    store = FileContents(folder / "store")
    made = store.content(chain(folder, factory="one", compress="zip"), "f", NIGHT, 0)
    with zipfile.ZipFile(store.path(made.sha256)) as archive:
        assert archive.namelist() == ["f_2026-11-23.csv"]


def test_a_factory_that_writes_by_itself_gets_the_keys_that_it_asks_for(folder: Path) -> None:
    body = "def write(out, *, date, seed, delimiter):\n    out.write(f'a{delimiter}b\\n1{delimiter}2\\n'.encode())\n"
    (folder / "factories" / "one.py").write_text(body + "    return 1\n")
    stored = FileContents(folder / "store").content(chain(folder, factory="one", delimiter="|"), "f", NIGHT, 0)
    assert (stored.records, stored.layout.delimiter, stored.layout.trailer) == (1, "|", 0)


@pytest.mark.parametrize("content", [{"factory": "one", "format": "parquet"}, {"copy": "real.parquet"}])
def test_a_parquet_file_without_pyarrow_is_told_with_the_command_that_brings_it(
    folder: Path, content: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    (folder / "factories" / "one.py").write_text(RECORDS)
    (folder / "real.parquet").write_bytes(b"PAR1")
    expected = (
        r"^chain c: a Parquet file needs pyarrow, which is not installed: pip install 'night-harness\[parquet\]'$"
    )
    with pytest.raises(AuthorError, match=expected):
        FileContents(folder / "store").content(chain(folder, **content), "f", NIGHT, 0)
    assert list((folder / "store").iterdir()) == []


def test_a_choice_that_the_factory_cannot_take_is_told_of_a_chain_built_in_python(folder: Path) -> None:
    (folder / "factories" / "one.py").write_text(RECORDS)
    with pytest.raises(AuthorError, match=r"its columns name, amount, other have no width, which a fixed-width file"):
        FileContents(folder / "store").content(chain(folder, factory="one", format="fixed"), "f", NIGHT, 0)


def test_a_copied_file_that_is_gone_is_the_authors_to_know(folder: Path) -> None:
    with pytest.raises(AuthorError, match=r"real\.csv cannot be read \(No such file or directory\)"):
        FileContents(folder / "store").content(chain(folder, copy="real.csv"), "f", NIGHT, 0)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("raise ValueError('no such day')", r"^chain .*: .*one\.py: the factory failed for 2026-11-23: no such day"),
        ("return 1 / 0", r"one\.py: the factory failed for 2026-11-23: ZeroDivisionError: division by zero"),
        ("return None", r"one\.py: the factory returned None, expected the number of records"),
    ],
)
def test_a_factory_that_fails_is_the_authors_to_know_and_leaves_nothing(folder: Path, body: str, expected: str) -> None:
    (folder / "factories" / "one.py").write_text(f"def write(out, *, date, seed):\n    {body}\n")
    with pytest.raises(AuthorError, match=expected):
        FileContents(folder / "store").content(chain(folder), "f", NIGHT, 0)
    assert list((folder / "store").iterdir()) == []
