"""Damages of bytes: cuts, parts, NULs, bits, encodings, other contents; and what a manifest made from them states."""

from __future__ import annotations

import codecs
import gzip
import hashlib
import io
import tracemalloc
import zipfile
import zlib
from itertools import pairwise
from typing import Any

import pytest

from harness.contract.codec import ContractError, read
from harness.contract.effects.damages import KINDS, Damage, DropTrailer, Encode, Nuls
from harness.mocks.source.damage import DAMAGES, NothingToDamage, apply_damage
from harness.mocks.source.files.body import Body
from harness.mocks.source.store.manifest import manifest_of
from tests.mocks.source.damage.conftest import ROWS, Make, bytes_of, source_file_of

PACKED = pytest.mark.parametrize("compress", [None, "gzip", "zip"])


def test_a_cut_inside_a_character_leaves_half_of_it(make: Make) -> None:
    sample = make()
    data = bytes_of(sample.damaged("cut", fraction=0.5, where="inside_character"))
    assert sample.content.startswith(data)
    assert data.endswith(b"\xc3")
    with pytest.raises(UnicodeDecodeError):
        data.decode()


def test_a_text_of_plain_letters_has_no_such_place(make: Make) -> None:
    sample = make(rows=[("Lyon", *row[1:]) for row in ROWS])
    assert "no character of several bytes" in sample.refused("cut", fraction=0.5, where="inside_character")


@pytest.mark.parametrize("compress", ["gzip", "zip"])
def test_a_cut_between_records_of_a_compressed_file_leaves_a_sound_shorter_archive(make: Make, compress: str) -> None:
    sample = make(compress=compress)
    assert sample.text_damaged("cut", fraction=0.5, where="record_boundary") == sample.text[:11]


def test_a_cut_at_the_end_of_a_member_takes_only_its_checksum(make: Make) -> None:
    sample = make(compress="gzip")
    data = bytes_of(sample.damaged("cut", fraction=0.9999, where="inside_member"))
    assert zlib.decompressobj(wbits=31).decompress(data).decode().splitlines() == sample.text
    with pytest.raises(EOFError):
        gzip.decompress(data)


def test_a_cut_in_the_middle_of_a_member_takes_data(make: Make) -> None:
    sample = make(compress="gzip")
    data = bytes_of(sample.damaged("cut", fraction=0.5, where="inside_member"))
    assert 0 < len(zlib.decompressobj(wbits=31).decompress(data)) < len("\n".join(sample.text))


def test_a_file_that_is_not_compressed_has_no_member_to_cut(make: Make) -> None:
    sample = make()
    assert sample.refused("cut", fraction=0.5, where="inside_member") == "the file is not compressed"


def test_the_tail_is_nuls_and_the_length_is_right(make: Make) -> None:
    sample = make()
    data = bytes_of(sample.damaged("nuls", fraction=0.9))
    kept = int(len(sample.content) * 0.9)
    assert data == sample.content[:kept] + bytes(len(sample.content) - kept)


@pytest.mark.parametrize("compress", [None, "gzip"])
def test_one_bit_anywhere_is_another_always_the_same_one(make: Make, compress: str | None) -> None:
    sample = make(compress=compress)
    data = bytes_of(sample.damaged("flip", where="anywhere"))
    [(old, new)] = [pair for pair in zip(sample.content, data, strict=True) if pair[0] != pair[1]]
    assert (old ^ new).bit_count() == 1
    assert bytes_of(sample.damaged("flip", where="anywhere")) == data


@PACKED
@pytest.mark.parametrize(
    ("how", "order"), [("missing", (0, 1, 3, 4)), ("doubled", (0, 1, 2, 2, 3, 4)), ("out_of_order", (0, 1, 3, 2, 4))]
)
def test_part_three_of_five_between_records(make: Make, compress: str | None, how: str, order: tuple[int, ...]) -> None:
    sample = make(compress=compress)
    lines = sample.text_damaged("part", part=3, of=5, how=how, where="record_boundary")
    text = "\n".join(sample.text) + "\n"
    size = len(text.encode())
    ends = [text.encode().index(b"\n", size * index // 5 - 1) + 1 for index in range(1, 5)]
    parts = [text.encode()[first:last].decode() for first, last in pairwise([0, *ends, size])]
    assert lines == "".join(parts[index] for index in order).splitlines()


def test_the_last_part_is_out_of_order_when_it_comes_before_the_one_before(make: Make) -> None:
    sample = make()
    data = bytes_of(sample.damaged("part", part=2, of=2, how="out_of_order", where="exact"))
    half = len(sample.content) // 2
    assert data == sample.content[half:] + sample.content[:half]


def test_parts_by_bytes_are_those_of_the_file_as_it_is(make: Make) -> None:
    sample = make(compress="gzip")
    data = bytes_of(sample.damaged("part", part=1, of=4, how="missing", where="exact"))
    assert data == sample.content[len(sample.content) // 4 :]


def test_another_content_is_served(make: Make) -> None:
    sample = make()
    other = b"yesterday's\n"
    sha256 = hashlib.sha256(other).hexdigest()
    (sample.source_file.path.parent / sha256).write_bytes(other)
    assert bytes_of(sample.damaged("replace", sha256=sha256, size=len(other))) == other
    assert (
        sample.damaged("replace", sha256=sample.source_file.sha256, size=sample.source_file.size)
        == sample.source_file.body
    )


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [
        ("latin-1", lambda text: text.encode("latin-1")),
        ("utf-16", lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le")),
        ("utf-8-sig", lambda text: codecs.BOM_UTF8 + text.encode()),
        ("utf-8-twice", lambda text: text.replace("É", "Ã\x89").encode()),
    ],
)
def test_the_text_is_the_same_in_another_encoding(make: Make, encoding: str, expected: Any) -> None:
    sample = make()
    assert bytes_of(sample.damaged("encode", encoding=encoding)) == expected(sample.content.decode())


def test_plain_letters_are_the_same_in_latin_1(make: Make) -> None:
    sample = make(rows=[("Lyon", *row[1:]) for row in ROWS])
    assert sample.refused("encode", encoding="latin-1") == "every character of the file is the same in latin-1"


@pytest.mark.parametrize(("ends", "end"), [("crlf", b"\r\n"), ("cr", b"\r")])
def test_lines_end_otherwise(make: Make, ends: str, end: bytes) -> None:
    sample = make()
    assert bytes_of(sample.damaged("line_ends", ends=ends)) == sample.content.replace(b"\n", end)
    assert bytes_of(sample.damaged("line_ends", ends="none_last")) == sample.content[:-1]
    assert sample.refused("line_ends", ends="lf") == "the lines of the file end so already"


@PACKED
@pytest.mark.parametrize(
    ("key", "given", "records"),
    [
        ("drop_trailer", {}, 20),
        ("repeat", {"records": 3, "totals": "follow"}, 23),
        ("empty", {"leave": "no_records"}, 0),
        ("cut", {"fraction": 0.5, "where": "record_boundary"}, 10),
        ("line_ends", {"ends": "crlf"}, 20),
    ],
)
def test_a_manifest_made_from_it_states_what_is_there(
    make: Make, compress: str | None, key: str, given: dict[str, Any], records: int
) -> None:
    sample = make(compress=compress)
    body = sample.damaged(key, **given)
    data = bytes_of(body)
    assert manifest_of(body, sample.source_file) == {
        "size": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "records": records,
    }


def test_a_manifest_of_what_cannot_be_unpacked_states_the_records_that_it_should_have(make: Make) -> None:
    for compress in ("gzip", "zip"):
        sample = make(compress=compress)
        assert (
            manifest_of(sample.source_file.body.part(0, sample.source_file.size // 2), sample.source_file)["records"]
            == 20
        )
        assert manifest_of(Body(), sample.source_file)["records"] == 0


def test_what_another_fault_has_damaged_cannot_be_unpacked(make: Make) -> None:
    for compress in ("gzip", "zip"):
        sample = make(compress=compress)
        broken = sample.source_file.body.part(0, sample.source_file.size // 2)
        with pytest.raises(NothingToDamage, match="the file cannot be unpacked: "):
            apply_damage(broken, sample.source_file, DropTrailer())


def test_a_zip_keeps_its_members_name(make: Make) -> None:
    sample = make(compress="zip")
    with zipfile.ZipFile(io.BytesIO(bytes_of(sample.damaged("drop_trailer")))) as archive:
        assert archive.namelist() == ["content"]


@pytest.mark.exhaustive
def test_a_large_file_is_never_whole_in_memory(make: Make, tmp_path: Any) -> None:
    layout = make().source_file.layout
    record = "Évry 00,2026-11-24,1\n".encode()
    source_file = source_file_of(
        tmp_path, b"site,day,quantity\n" + record * 400_000 + b"TRAILER,400000,400000\n", layout, records=400_000
    )
    tracemalloc.start()
    try:
        damages: list[Damage] = [DropTrailer(), Encode(encoding="latin-1"), Nuls(fraction=0.5)]
        for damage in damages:
            manifest_of(apply_damage(source_file.body, source_file, damage), source_file)
        # Blocks of a quarter of a MiB, as units; the file has nine.
        assert tracemalloc.get_traced_memory()[1] < 6 << 20
    finally:
        tracemalloc.stop()


def test_every_damage_of_the_contract_is_done_by_the_source() -> None:
    assert set(DAMAGES) == set(KINDS.values())


@pytest.mark.parametrize(
    ("key", "given", "said"),
    [
        ("cut", {"where": "exact"}, "both or none of bytes and fraction"),
        ("cut", {"bytes": 1}, "missing key 'where'"),
        ("cut", {"bytes": 1, "where": "there"}, "Known: exact, inside_record"),
        ("nuls", {}, "both or none of bytes and fraction"),
        ("empty", {"leave": "half"}, "Known: header, nothing, no_records"),
        ("flip", {}, "missing key 'where'"),
        ("part", {"part": 6, "of": 5, "how": "missing", "where": "exact"}, "found part 6 of 5"),
        (
            "part",
            {"part": 0, "of": 5, "how": "missing", "where": "exact"},
            "part: found 0, expected a number",
        ),
        ("replace", {"size": 1}, "missing key 'sha256'"),
        ("revise", {"every": 0}, "every: found 0"),
        ("totals", {"of": "control_total", "by": "0.00"}, "by: found '0.00'"),
        ("totals", {"of": "control_total", "by": "1e3"}, "by: found '1e3'"),
        ("repeat", {"records": 1, "totals": "half"}, "Known: follow, kept"),
        ("encode", {"encoding": "ebcdic"}, "Known: latin-1, utf-16"),
        ("line_ends", {"ends": "\n"}, "Known: crlf, lf, cr"),
        ("delimiter", {"delimiter": ";;"}, "expected one character"),
        ("columns", {"how": "lost", "column": None, "header": "kept"}, "Known: added, dropped"),
        ("zone", {"hours": 0}, "expected -26 to 26, and not 0"),
    ],
)
def test_parameters_that_make_no_sense_are_refused(key: str, given: dict[str, Any], said: str) -> None:
    with pytest.raises(ContractError, match=said) as caught:
        read(KINDS[key], {key: given}, "effect")
    assert str(caught.value).startswith(f"effect.{key}")
