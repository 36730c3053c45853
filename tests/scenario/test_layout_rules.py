"""A fault that cannot be done to a file as it is laid out is refused where the scenario is collected."""

from __future__ import annotations

import gzip
import io
import sys
import textwrap
import zipfile
from pathlib import Path

import pytest

from harness.chain.loading import load_chain
from harness.errors import AuthorError, LoadError
from harness.faults import MissingTrailer
from harness.scenario.loading import load_scenario
from harness.scenario.model import Scenario

CHAIN = """
chain: feed
owner: data-ops
deadline: "06:00"
files:
  orders:
    name: "orders_{date:%Y%m%d}.txt"
    arrives: "01:30"
    content:
CONTENTjobs:
  load: {run: [python, load.py], at: "02:00"}
"""

SCENARIO = """
scenario: what is in the file is not what was sent
chain: chain.yaml
night: 2026-11-23
faults:
  - no_fault
  - FAULT
expect: {outcome: contained}
"""

PIPE = """
copy: orders.txt
layout:
  delimiter: "|"
  header: {starts: "H|"}
  records: {starts: "D|"}
  columns: [type, day, sku, qty]
"""

WRITER = """
def write(out, *, date, seed):
    out.write(b"H|D|")
    return 1
"""


def of_two() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.csv", "a\n1\n")
        archive.writestr("b.csv", "b\n2\n")
    return out.getvalue()


TWO = of_two()


def refused(tmp_path: Path, content: str, fault: str) -> list[str]:
    (tmp_path / "orders.txt").write_text("H|1\nD|2026-11-23|SKU1|5\nD|2026-11-23|SKU2|7\n")
    (tmp_path / "factories").mkdir(exist_ok=True)
    (tmp_path / "factories/own.py").write_text(WRITER)
    (tmp_path / "chain.yaml").write_text(CHAIN.lstrip().replace("CONTENT", textwrap.indent(content.lstrip(), " " * 6)))
    path = tmp_path / "scenario.yaml"
    path.write_text(SCENARIO.lstrip().replace("FAULT", fault))
    try:
        load_scenario(path)
    except LoadError as error:
        return str(error).replace(f"{tmp_path}/", "").splitlines()
    return []


@pytest.mark.parametrize(
    ("content", "fault", "lacks"),
    [
        (PIPE, "missing_trailer", "its layout has no trailer"),
        (PIPE, "schema_drift: {how: dropped, column: kty}", "its layout has no column 'kty', but type, day, sku, qty"),
        (PIPE.replace('  header: {starts: "H|"}\n', ""), "empty_file", "its layout has no header"),
        (PIPE, 'wrong_delimiter: {delimiter: "|"}', "its values are separated by '|' already"),
        (
            "copy: orders.txt\nlayout: {like: edifact}\n",
            "wrong_line_ends: {ends: crlf}",
            "the file is made of segments, which have no line ends of their own",
        ),
        (
            "factory: own\nlayout: {header: 1, columns: {n: {start: 0, width: 3}}}\n",
            "missing_trailer",
            "its layout has no trailer",
        ),
    ],
)
def test_what_a_layout_does_not_have_is_told_at_the_file_of_the_fault(
    tmp_path: Path, content: str, fault: str, lacks: str
) -> None:
    name, _, given = fault.partition(": ")
    written = f"{name}: {{file: orders{', ' + given[1:-1] if given else ''}}}"
    line = 1 + next(at for at, text in enumerate(CHAIN.lstrip().splitlines()) if text == "CONTENTjobs:") + 1
    todo = f"say it in its layout (chain.yaml:{line}) if it is otherwise, or choose another fault"
    told = f"scenario.yaml:6: {name} cannot be done to the file 'orders': {lacks}; {todo}"
    assert refused(tmp_path, content, written) == [told]


@pytest.mark.parametrize(
    ("content", "fault", "lacks"),
    [
        ("factory: forecast\ntrailer: false\n", "missing_trailer", "its layout has no trailer"),
        (
            "factory: forecast\nformat: parquet\n",
            "changed_content",
            "a parquet file is changed through its own library, by whole records alone",
        ),
        ("copy: orders.txt\nformat: parquet\n", "missing_trailer", "a parquet file has no trailer"),
    ],
)
def test_so_is_what_a_form_does_not_have(tmp_path: Path, content: str, fault: str, lacks: str) -> None:
    todo = "give it another form (chain.yaml:8), or choose another fault"
    told = f"scenario.yaml:6: {fault} cannot be done to the file 'orders': {lacks}; {todo}"
    assert refused(tmp_path, content, f"{fault}: {{file: orders}}") == [told]


@pytest.mark.parametrize(
    ("fault", "lacks"),
    [
        ("missing_trailer: {file: orders}", "its layout has no trailer"),
        ("decimal_comma: {file: orders}", "its layout has no column of numbers"),
    ],
)
def test_a_copied_file_whose_layout_nobody_says_is_looked_at(tmp_path: Path, fault: str, lacks: str) -> None:
    todo = "say its layout (chain.yaml:8) if it is otherwise, or choose another fault"
    told = f"scenario.yaml:6: {fault.partition(':')[0]} cannot be done to the file 'orders': {lacks}; {todo}"
    (tmp_path / "texts").write_text("id,name\na,x\nb,y\n")
    assert refused(tmp_path, "copy: texts\n", fault) == [told]
    (tmp_path / "texts").write_text("id,name\na,1.5\nb,2.5\nTRAILER,2\n")
    assert refused(tmp_path, "copy: texts\n", fault) == []


@pytest.mark.parametrize(
    ("data", "because"),
    [
        (b"-----BEGIN PGP MESSAGE-----\n", "a PGP message"),
        (gzip.compress(b"Salted__\xe9\x01\x02", mtime=0), "encrypted by openssl"),
        (TWO, "of a zip file, it has 2 members: a.csv, b.csv, and nothing says which of them"),
    ],
)
def test_of_what_nobody_can_read_only_bytes_can_be_damaged(tmp_path: Path, data: bytes, because: str) -> None:
    (tmp_path / "opaque").write_bytes(data)
    content = "copy: opaque\n"
    for fault in ("missing_trailer: {file: orders}", "duplicate_records: {file: orders}"):
        told = f"scenario.yaml:6: {fault.partition(':')[0]} cannot be done to the file 'orders': "
        told += "a binary file has no records that could be told apart; "
        told += f"it is opaque: {because} (chain.yaml:8); say its member or format if it can be read"
        assert refused(tmp_path, content, fault) == [f"{told}, or choose another fault"]
    for fault in (
        'truncate_file: {file: orders, keep: "50%"}',
        'truncate_file: {file: orders, keep: "50%", where: inside_member}',
        "flip_bit: {file: orders, where: anywhere}",
        "stale_content: {file: orders}",
    ):
        assert refused(tmp_path, content, fault) == []
    said = 'layout: {delimiter: "|", records: {starts: "D|"}, trailer: {starts: "T|"}}\n'
    for fault in ("missing_trailer: {file: orders}", 'wrong_delimiter: {file: orders, delimiter: ";"}'):
        (told,) = refused(tmp_path, content + said, fault)
        assert f"it is opaque: {because} (chain.yaml:10)" in told
    if data is TWO:
        assert refused(tmp_path, f"{content}member: b.csv\n", "duplicate_records: {file: orders}") == []


def avro(folder: Path) -> None:
    """An Avro file, as far as its header."""
    (folder / "orders.avro").write_bytes(b"Obj\x01\x04\x16avro.schema")


def test_a_copied_file_is_what_its_bytes_say_that_their_library_reads(tmp_path: Path) -> None:
    pytest.importorskip("fastavro", reason="the avro extra is not installed")
    avro(tmp_path)
    assert refused(tmp_path, "copy: orders.avro\n", "duplicate_records: {file: orders}") == []
    [told] = refused(tmp_path, "copy: orders.avro\n", "schema_drift: {file: orders, how: dropped}")
    assert "an avro file is changed through its own library, by whole records alone; give it another form" in told


def test_without_that_library_it_is_opaque(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fastavro", None)
    avro(tmp_path)
    [told] = refused(tmp_path, "copy: orders.avro\n", "duplicate_records: {file: orders}")
    assert "a binary file has no records that could be told apart; it is opaque: an Avro file needs fastavro" in told
    assert "pip install 'night-harness[avro]' (chain.yaml:8)" in told


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (PIPE, "duplicate_records: {file: orders}"),
        (PIPE, "schema_drift: {file: orders, how: dropped, column: qty}"),
        (PIPE, "another_time_zone: {file: orders, hours: 2}"),  # the type of `day` is told from the file
        (PIPE, 'truncate_file: {file: orders, keep: "50%", where: record_boundary}'),
        ("factory: forecast\nformat: parquet\n", 'truncate_file: {file: orders, keep: "50%"}'),
        ("factory: forecast\nformat: parquet\n", "stale_content: {file: orders}"),
        ("factory: forecast\nformat: parquet\n", "duplicate_records: {file: orders}"),
        ("factory: forecast\nformat: parquet\n", "wrong_part: {file: orders}"),
        ("factory: forecast\nformat: parquet\n", "empty_file: {file: orders, leave: header}"),
        ("copy: orders.txt\n", "duplicate_records: {file: orders}"),
        ("factory: own\n", "missing_trailer: {file: orders}"),
        ("factory: own\nlayout: {header: 1}\n", "another_time_zone: {file: orders, hours: 2}"),
        (
            "factory: own\nlayout: {header: 1, columns: {n: {start: 0, width: 3}}}\n",
            "another_time_zone: {file: orders, hours: 2}",
        ),
        (
            "factory: own\nlayout: {header: 1, columns: {n: {start: 0, width: 3}}}\n",
            'truncate_file: {file: orders, keep: "50%", where: inside_member}',
        ),
    ],
)
def test_what_may_be_done_is_collected(tmp_path: Path, content: str, fault: str) -> None:
    assert refused(tmp_path, content, fault) == []


@pytest.mark.parametrize("layout", ["", "layout: {header: 1}\n"])
def test_what_has_two_bytes_a_character_is_not_opaque(tmp_path: Path, layout: str) -> None:
    (tmp_path / "wide").write_bytes("id,day\n1,2\n".encode("utf-16"))
    assert refused(tmp_path, f"copy: wide\n{layout}", "duplicate_records: {file: orders}") == []


def test_a_wrong_parameter_is_told_alone(tmp_path: Path) -> None:
    told = refused(tmp_path, PIPE, "wrong_part: {file: orders, part: 6, of: 5}")
    assert told == ["scenario.yaml:6: found part 6 of 5, expected at most 5"]


def test_a_scenario_in_python_is_refused_alike(tmp_path: Path) -> None:
    assert refused(tmp_path, PIPE, "duplicate_records: {file: orders}") == []
    chain = load_chain(tmp_path / "chain.yaml")
    with pytest.raises(
        AuthorError, match="missing_trailer cannot be done to the file 'orders': its layout has no trailer"
    ):
        Scenario(scenario="s", chain=chain, night="2026-11-23", faults=[MissingTrailer(file="orders")])
