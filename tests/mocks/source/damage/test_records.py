"""Damages of whole records in Parquet, ORC and Avro files, and why the others are refused."""

from __future__ import annotations

import gzip
import io
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from harness.contract.codec import read
from harness.contract.effects.damages import KINDS
from harness.formats import Form, find_layout
from harness.formats.reading import records
from harness.mocks.source.damage import NothingToDamage, apply_damage
from harness.mocks.source.store.control_files import total_of
from harness.mocks.source.store.manifest import manifest_of
from tests.formats import by_library
from tests.formats.by_library import ROWS, made
from tests.mocks.source.damage.conftest import Sample, bytes_of, source_file_of

OF_EACH = pytest.mark.parametrize("kind", by_library.KINDS)

WHOLE = [
    ("repeat", {"records": 1, "totals": "follow"}, [*range(500), 499, *range(500, 1_000)]),
    ("repeat", {"records": 400, "totals": "kept"}, [*range(700), *range(300, 1_000)]),
    ("part", {"part": 3, "of": 5, "how": "missing", "where": "record_boundary"}, [*range(400), *range(600, 1_000)]),
    ("part", {"part": 1, "of": 5, "how": "doubled", "where": "record_boundary"}, [*range(200), *range(1_000)]),
    (
        "part",
        {"part": 5, "of": 5, "how": "out_of_order", "where": "record_boundary"},
        [*range(600), *range(800, 1_000), *range(600, 800)],
    ),
    ("empty", {"leave": "header"}, []),
    ("empty", {"leave": "no_records"}, []),
    ("cut", {"fraction": 0.29, "where": "record_boundary"}, [*range(290)]),
    ("cut", {"fraction": 1.0, "where": "record_boundary"}, [*range(999)]),
    ("cut", {"bytes": 0, "where": "record_boundary"}, []),
]
REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("cut", {"fraction": 0.5, "where": "inside_record"}, "file is changed through its own library, by whole records"),
    ("cut", {"fraction": 0.5, "where": "inside_character"}, "file is no text"),
    ("drop_trailer", {}, "file has no trailer"),
    ("revise", {"every": 1}, "file is changed through its own library, by whole records alone"),
    ("columns", {"how": "dropped", "column": None, "header": "follows"}, "file is changed through its own library"),
    ("encode", {"encoding": "latin-1"}, "file is no text"),
]


def sample_of(folder: Path, kind: str, data: bytes, control: str | None = "price") -> Sample:
    (folder / "found").write_bytes(data)
    layout, totals = find_layout(folder / "found", Form(control=control))
    return Sample(source_file_of(folder, data, layout.described(), records=totals.records, name=f"f.{kind}"), data)


def numbers(folder: Path, data: bytes) -> list[int]:
    """Which of the records there are, each as it was."""
    (folder / "now").write_bytes(data)
    found = [*records(folder / "now", find_layout(folder / "now", Form())[0].described())]
    assert found == [ROWS[row["id"]] for row in found]
    return [row["id"] for row in found]


@pytest.mark.parametrize("compress", [None, "gzip"])
@pytest.mark.parametrize(("key", "given", "left"), WHOLE)
@OF_EACH
def test_records_are_there_as_the_damage_says_and_a_manifest_counts_them(
    tmp_path: Path, kind: str, key: str, given: dict[str, Any], left: list[int], compress: str | None
) -> None:
    data = made(kind)
    sample = sample_of(tmp_path, kind, gzip.compress(data, mtime=0) if compress else data)
    body = sample.damaged(key, **given)
    assert numbers(tmp_path, bytes_of(body)) == left
    damage = read(KINDS[key], {key: given}, "effect")
    assert manifest_of(body, sample.source_file, damage, before=1_000)["records"] == len(left)
    total = sum((ROWS[at]["price"] for at in left), Decimal())
    assert Decimal(str(total_of(body, sample.source_file, len(left)))) == total


@pytest.mark.parametrize(("key", "given", "because"), REFUSED)
@OF_EACH
def test_what_is_no_damage_of_whole_records_is_refused(
    tmp_path: Path, kind: str, key: str, given: dict[str, Any], because: str
) -> None:
    article = "a" if kind == "parquet" else "an"
    assert sample_of(tmp_path, kind, made(kind)).refused(key, **given).startswith(f"{article} {kind} {because}")


@OF_EACH
def test_bytes_can_be_damaged_as_of_any_file(tmp_path: Path, kind: str) -> None:
    sample = sample_of(tmp_path, kind, made(kind))
    body = sample.damaged("cut", fraction=0.5, where="exact")
    assert bytes_of(body) == sample.content[: len(sample.content) // 2]
    assert manifest_of(body, sample.source_file)["records"] == 1_000  # nobody can tell how many there are
    assert sample.damaged("flip", where="anywhere") != sample.source_file.body
    assert bytes_of(sample.damaged("empty", leave="nothing")) == b""


@OF_EACH
def test_without_records_there_is_nothing_to_damage(tmp_path: Path, kind: str) -> None:
    sample = sample_of(tmp_path, kind, made(kind, []), control=None)
    for key, given, _ in WHOLE:
        assert sample.refused(key, **given) == "the file has no records", key


def test_a_part_of_few_records_may_be_empty(tmp_path: Path) -> None:
    sample = sample_of(tmp_path, "parquet", made("parquet", ROWS[:3]))
    because = sample.refused("part", part=1, of=5, how="missing", where="record_boundary")
    assert because == "part 1 of 5 is empty"


@pytest.mark.parametrize(
    ("kind", "library", "extra"),
    [("parquet", "pyarrow", "parquet"), ("orc", "pyarrow", "parquet"), ("avro", "fastavro", "avro")],
)
def test_without_the_library_at_night_it_is_said_what_to_install(
    tmp_path: Path, kind: str, library: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample = sample_of(tmp_path, kind, made(kind))
    for name in [one for one in sys.modules if one == library or one.startswith(f"{library}.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, library, None)
    because = sample.refused("repeat", records=1, totals="follow")
    assert because.endswith(f" needs {library}, which is not installed: pip install 'night-harness[{extra}]'")


def test_a_file_that_another_damage_has_broken_is_left_alone(tmp_path: Path) -> None:
    sample = sample_of(tmp_path, "parquet", made("parquet"))
    broken = sample.damaged("cut", fraction=0.5, where="exact")
    with pytest.raises(NothingToDamage, match=r"^the file is no Parquet file: "):
        apply_damage(broken, sample.source_file, read(KINDS["empty"], {"empty": {"leave": "header"}}, "effect"))


def test_the_same_records_are_written_once(tmp_path: Path) -> None:
    sample = sample_of(tmp_path, "avro", made("avro"))
    assert sample.damaged("repeat", records=1, totals="kept") == sample.damaged("repeat", records=1, totals="follow")
    assert io.BytesIO(sample.content).read(4) == b"Obj\x01"
