"""Containers: one text of them is another one, and all the rest stays byte for byte."""

from __future__ import annotations

import bz2
import gzip
import io
import itertools
import lzma
import os
import random
import re
import shutil
import struct
import subprocess
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.formats.compression import decompressed, member_name
from harness.formats.containers.compared import common_prefix, common_suffix, equal
from harness.formats.containers.container import container_of, packing, repacked, unpacked
from harness.formats.containers.members import CannotRepack, NoMember, chosen
from harness.formats.containers.streams import streams
from tests.clock.needed import needs

RECORDS = [b"%06d;article %d;%d\n" % (number, number * 7 % 991, number % 13) for number in range(3_000)]
TEXT = b"".join(RECORDS)
NAMES = ["gzip", "bz2", "xz", "zip", "tar", "tar.gz", "tar.bz2", "tar.xz"]
CODECS: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "bz2": bz2.compress, "xz": lzma.compress}


def text_of(data: bytes, compress: str, member: str | None = None) -> bytes:
    with unpacked(io.BytesIO(data), compress, member) as text:
        return text.read()


def again(data: bytes, now: bytes, compress: str, member: str | None = None) -> bytes:
    """The container with another text."""
    out = io.BytesIO()
    was = text_of(data, compress, member)
    repacked(io.BytesIO(data), io.BytesIO(was), io.BytesIO(now), out, compress, member)
    assert text_of(out.getvalue(), compress, member) == now
    return out.getvalue()


def made(text: bytes, compress: str) -> bytes:
    out = io.BytesIO()
    with packing(out, compress, "orders.csv") as inside:
        inside.write(text)
    return out.getvalue()


def ran(*command: str, cwd: Path) -> bytes:
    needs(command[0])
    return subprocess.run(command, cwd=cwd, check=True, capture_output=True).stdout


def changes(text: bytes, seed: int) -> Iterator[bytes]:
    """Texts that damages could leave: cut, with a part gone, doubled, altered, and with more before and behind."""
    chance = random.Random(seed)
    one, two = sorted(chance.randrange(len(text)) for _ in range(2))
    yield from (b"", text[:one], text[two:], text[:one] + text[two:], text[:two] + text[one:])
    yield from (text[:one] + b"?" + text[one + 1 :], text + b"behind\n", b"before\n" + text, text[:one] + text[:one])


@pytest.mark.parametrize("compress", NAMES)
def test_the_same_text_gives_the_same_bytes_and_other_text_those_that_it_would_have_given(compress: str) -> None:
    whole = made(TEXT, compress)
    assert whole == made(TEXT, compress)
    assert text_of(whole, compress) == TEXT
    for now in changes(TEXT, 5):
        assert again(whole, now, compress) == made(now, compress)


@pytest.mark.parametrize("compress", NAMES)
def test_what_has_not_changed_is_the_same_file(compress: str) -> None:
    whole = made(TEXT, compress)
    assert again(whole, TEXT, compress) == whole
    assert again(again(whole, TEXT[:-100], compress), TEXT, compress) == whole


@pytest.mark.parametrize("compress", NAMES)
def test_a_container_is_told_by_its_bytes(compress: str, tmp_path: Path) -> None:
    (tmp_path / "it").write_bytes(made(TEXT, compress))
    assert container_of(tmp_path / "it") == (compress, None, None)
    with decompressed(tmp_path / "it", compress) as text:
        assert text.read() == TEXT


# ---- several streams ---------------------------------------------------------------------------------------------


@pytest.fixture(params=["gzip", "bz2", "xz"])
def codec(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def parts_of(data: bytes, codec: str) -> list[bytes]:
    return [data[one.start : one.end] for one in streams(io.BytesIO(data), codec)]


def joined(codec: str, *texts: bytes) -> bytes:
    return b"".join(CODECS[codec](text) for text in texts)


def test_all_streams_are_one_text(codec: str) -> None:
    assert text_of(joined(codec, b"a\n", b"", b"b\n"), codec) == b"a\nb\n"


def test_records_removed_in_the_second_of_three_leave_the_others_as_they_are(codec: str) -> None:
    texts = [b"".join(RECORDS[at : at + 1000]) for at in (0, 1000, 2000)]
    whole = joined(codec, *texts)
    now = TEXT.replace(RECORDS[1500], b"")
    one, two, three = parts_of(again(whole, now, codec), codec)
    assert (one, three) == (parts_of(whole, codec)[0], parts_of(whole, codec)[2])
    assert text_of(two, codec) == texts[1].replace(RECORDS[1500], b"")


@pytest.mark.parametrize("lost", [[900, 2900], [0, 1999], [999, 2000], [1000, 2000, 2999]])
def test_a_stream_between_two_that_change_is_found_again(codec: str, lost: list[int]) -> None:
    bounds = [0, 1000, 2000, 3000]
    texts = [b"".join(RECORDS[a:b]) for a, b in itertools.pairwise(bounds)]
    left = [record for number, record in enumerate(RECORDS) if number not in lost]
    whole = joined(codec, *texts)
    new = parts_of(again(whole, b"".join(left), codec), codec)
    expected = [
        b"".join(RECORDS[number] for number in range(a, b) if number not in lost) for a, b in itertools.pairwise(bounds)
    ]
    assert [text_of(part, codec) for part in new] == expected
    for was, is_now, text, wanted in zip(parts_of(whole, codec), new, texts, expected, strict=True):
        assert text != wanted or is_now == was


@pytest.mark.parametrize("seed", range(8))
def test_any_change_of_several_streams_unpacks_to_it_in_as_many(codec: str, seed: int) -> None:
    chance = random.Random(seed)
    cuts = sorted(chance.randrange(len(TEXT)) for _ in range(4))
    texts = [TEXT[a:b] for a, b in zip([0, *cuts], [*cuts, len(TEXT)], strict=True)]
    filling = bytes(512 if seed % 2 and codec != "xz" else 0)
    whole = joined(codec, *texts[:2], b"", *texts[2:]) + filling
    for now in changes(TEXT, seed):
        new = again(whole, now, codec)
        before, after = parts_of(whole, codec), parts_of(new, codec)
        assert len(after) == 6
        assert new.endswith(filling)
        same = common_prefix(io.BytesIO(TEXT), io.BytesIO(now))
        kept = [index for index in range(5) if sum(map(len, [*texts[:2], b"", *texts[2:]][: index + 1])) < same]
        assert [after[index] for index in kept] == [before[index] for index in kept]


@pytest.mark.parametrize("arguments", [["-9"], ["-1"], ["-6"], ["-n"]])
def test_the_header_that_gzip_has_written_stays(tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "orders.csv").write_bytes(TEXT)
    os.utime(tmp_path / "orders.csv", (1_700_000_000, 1_700_000_000))
    ran("gzip", *arguments, "orders.csv", cwd=tmp_path)
    whole = (tmp_path / "orders.csv.gz").read_bytes()
    new = again(whole, TEXT[: len(TEXT) // 2], "gzip")
    header = 10 if arguments == ["-n"] else 10 + len("orders.csv\0")
    assert new[:header] == whole[:header]
    (tmp_path / "new.csv.gz").write_bytes(new)
    assert ran("gzip", "-dc", "new.csv.gz", cwd=tmp_path) == TEXT[: len(TEXT) // 2]


def test_every_field_of_a_gzip_header_stays() -> None:
    head = b"\x1f\x8b\x08\x1e" + struct.pack("<LBB", 1_234_567, 2, 11) + b"\x04\x00ABCD" + b"name\0" + b"a comment\0"
    head += struct.pack("<H", zlib.crc32(head) & 0xFFFF)
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = packer.compress(TEXT) + packer.flush() + struct.pack("<LL", zlib.crc32(TEXT), len(TEXT))
    assert text_of(head + body, "gzip") == TEXT
    new = again(head + body, TEXT[10:], "gzip")
    assert new.startswith(head)
    assert gzip.decompress(new) == TEXT[10:]


def test_members_that_state_their_own_size_cannot_be_written_anew() -> None:
    block = gzip.compress(TEXT, mtime=0)
    extra = b"BC\x02\x00" + struct.pack("<H", 0)
    bgzf = block[:3] + b"\x04" + block[4:10] + struct.pack("<H", len(extra)) + extra + block[10:]
    with pytest.raises(CannotRepack, match="state their own compressed size"):
        again(bgzf, TEXT[1:], "gzip")


@pytest.mark.parametrize("compress", ["bz2", "xz"])
def test_what_other_programs_pack_is_unpacked_by_them_again(tmp_path: Path, compress: str) -> None:
    program = needs({"bz2": "bzip2", "xz": "xz"}[compress])
    (tmp_path / "a").write_bytes(TEXT)
    new = again(ran(program, "-c", "a", cwd=tmp_path), TEXT[:-7], compress)
    (tmp_path / "b").write_bytes(new)
    assert subprocess.run([program, "-dc"], input=new, capture_output=True, check=True).stdout == TEXT[:-7]


# ---- zip ---------------------------------------------------------------------------------------------------------


Spans = dict[str, tuple[bytes, bytes]]


def spans(data: bytes) -> Spans:
    """Each member's local header and bytes, as they lie in the file up to the next one."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        infos = sorted(archive.infolist(), key=lambda one: one.header_offset)
        ends = [*(one.header_offset for one in infos[1:]), archive.start_dir]
    found: Spans = {}
    for info, end in zip(infos, ends, strict=True):
        name, extra = struct.unpack_from("<HH", data, info.header_offset + 26)
        begin = info.header_offset + 30 + name + extra
        found[info.filename] = data[info.header_offset : begin], data[begin:end]
    return found


def told(data: bytes) -> list[tuple[object, ...]]:
    """What a directory says of each member beside its figures and its place."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return [
            (
                *(i.filename, i.date_time, i.compress_type, i.comment, i.extra, i.create_system, i.create_version),
                *(i.extract_version, i.flag_bits, i.volume, i.internal_attr, i.external_attr),
            )
            for i in archive.infolist()
        ]


@pytest.fixture(params=["-9", "-0", "-Z bzip2", "-fd", "-fz"])
def zipped(request: pytest.FixtureRequest, tmp_path: Path) -> bytes:
    """A zip file by Info-ZIP, with a folder, names that are not ASCII, attributes and a comment."""
    (tmp_path / "data").mkdir()
    for name, text in {"README": b"read me", "data/orders.csv": TEXT, "data/été.csv": TEXT[:999], "sum": b""}.items():
        (tmp_path / name).write_bytes(text)
    (tmp_path / "data/orders.csv").chmod(0o640)
    options = str(request.param).split()
    stream = "-fd" in options
    command = [needs("zip"), "-r", *options, "-" if stream else "it.zip", "README", "data", "sum"]
    if stream:
        # Into a pipe it cannot go back to its headers.
        return subprocess.run(command, cwd=tmp_path, stdout=subprocess.PIPE, check=True).stdout
    ran(*command, cwd=tmp_path)
    subprocess.run(["zip", "-z", "it.zip"], cwd=tmp_path, input=b"nightly\n.\n", check=True, capture_output=True)
    return (tmp_path / "it.zip").read_bytes()


def test_of_a_zip_file_one_member_is_another_and_every_other_byte_stays(zipped: bytes, tmp_path: Path) -> None:
    for now in changes(TEXT, 3):
        new = again(zipped, now, "zip", "data/orders.csv")
        assert told(new) == told(zipped)
        was, is_now = spans(zipped), spans(new)
        assert list(was) == list(is_now)
        assert {name: span for name, span in was.items() if name != "data/orders.csv"} == {
            name: span for name, span in is_now.items() if name != "data/orders.csv"
        }
        assert len(was["data/orders.csv"][0]) == len(is_now["data/orders.csv"][0])
        (tmp_path / "new.zip").write_bytes(new)
        ran("zip", "-T", "new.zip", cwd=tmp_path)


def test_a_zip_file_that_has_its_text_again_differs_in_no_byte_but_those_deflated_anew(zipped: bytes) -> None:
    there_and_back = again(again(zipped, TEXT[:-77], "zip", "data/orders.csv"), TEXT, "zip", "data/orders.csv")
    assert again(there_and_back, TEXT, "zip", "data/orders.csv") == there_and_back
    assert len(told(there_and_back)) == len(told(zipped))
    if b"".join(spans(zipped)["data/orders.csv"]).count(TEXT[:500]):  # stored
        assert there_and_back == zipped


def test_a_zip_file_of_python_with_lzma_and_a_program_before_it(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "it", "w", zipfile.ZIP_LZMA) as archive:
        archive.comment = b"nightly"
        archive.writestr("a.csv", TEXT)
        archive.writestr("b.csv", TEXT[:500])
    whole = (tmp_path / "it").read_bytes()
    new = again(whole, TEXT[5:], "zip", "a.csv")
    assert told(new) == told(whole)
    assert spans(new)["b.csv"] == spans(whole)["b.csv"]
    stub = b"#!/bin/sh\nexec unzip\n"
    assert again(stub + whole, TEXT[5:], "zip", "a.csv") == stub + new


def test_a_zip_file_with_places_beyond_four_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 100)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("a.csv", "b.csv", "c.csv"):
            archive.writestr(name, TEXT)
    whole = out.getvalue()
    assert b"PK\x06\x06" in whole
    new = again(whole, TEXT[:-40], "zip", "b.csv")
    assert again(new, TEXT, "zip", "b.csv") == whole
    assert text_of(new, "zip", "c.csv") == TEXT


# ---- tar ---------------------------------------------------------------------------------------------------------


@pytest.fixture(params=["gnu", "ustar", "pax", "v7"])
def tarred(request: pytest.FixtureRequest, tmp_path: Path) -> bytes:
    """A tar file by GNU tar, with a folder, a link and (where the form can) a long name."""
    long = "n" * (90 if request.param in ("v7", "ustar") else 180)
    (tmp_path / "data").mkdir()
    for name, text in {"README": b"read me", "data/orders.csv": TEXT, long: b"long"}.items():
        (tmp_path / name).write_bytes(text)
    (tmp_path / "link").symlink_to("README")
    ran("tar", f"--format={request.param}", "-cf", "it.tar", "README", "data", long, "link", cwd=tmp_path)
    return (tmp_path / "it.tar").read_bytes()


def test_of_a_tar_file_one_member_is_another_and_every_other_byte_stays(tarred: bytes, tmp_path: Path) -> None:
    at = tarred.index(TEXT)
    behind = at + len(TEXT) + -len(TEXT) % 512
    rest = tarred[behind:].rstrip(b"\0")
    for now in changes(TEXT, 4):
        new = again(tarred, now, "tar", "data/orders.csv")
        header, was = new[at - 512 : at], tarred[at - 512 : at]
        assert new[: at - 512] == tarred[: at - 512]
        assert (header[:124], header[136:148], header[156:]) == (was[:124], was[136:148], was[156:])
        assert new[at:].startswith(now + bytes(-len(now) % 512) + rest)
        assert len(new) % 10240 == 0
        (tmp_path / "new.tar").write_bytes(new)
        assert ran("tar", "-xOf", "new.tar", "data/orders.csv", cwd=tmp_path) == now
    assert again(again(tarred, b"", "tar", "data/orders.csv"), TEXT, "tar", "data/orders.csv") == tarred


def test_a_tar_file_in_gzip_keeps_its_header(tarred: bytes, tmp_path: Path) -> None:
    (tmp_path / "it.tar").write_bytes(tarred)
    os.utime(tmp_path / "it.tar", (1_700_000_000, 1_700_000_000))
    ran("gzip", "it.tar", cwd=tmp_path)
    whole = (tmp_path / "it.tar.gz").read_bytes()
    new = again(whole, TEXT[9:], "tar.gz", "data/*.csv")
    assert new[:17] == whole[:17]
    assert gzip.decompress(new) == again(tarred, TEXT[9:], "tar", "data/orders.csv")


def test_a_size_in_an_extended_header_cannot_be_written(tmp_path: Path) -> None:
    info = tarfile.TarInfo("a.csv")
    info.size, info.pax_headers = 4, {"size": "4"}
    with tarfile.open(tmp_path / "it", "w", format=tarfile.PAX_FORMAT) as archive:
        archive.addfile(info, io.BytesIO(b"a\n1\n"))
    with pytest.raises(CannotRepack, match="stands in a header of an extended form"):
        again((tmp_path / "it").read_bytes(), b"", "tar")


# ---- which member, and what cannot be read -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("member", "at"), [("a/x.csv", 1), ("a/*.csv", 1), ("*.txt", 3), ("[b].csv", 2), ("b.csv", 0), ("deep/y", 4)]
)
def test_a_member_is_chosen_by_name_or_pattern(member: str, at: int) -> None:
    assert chosen(["b.csv", "a/x.csv", "[b].csv", "c.txt", "./deep/y"], member) == at


@pytest.mark.parametrize(
    ("names", "member", "said"),
    [
        (["a", "b"], None, "it has 2 members: a, b"),
        ([], None, "it has no member"),
        (["a", "b"], "c", "none of its members is 'c': it has a, b"),
        (["a.csv", "b.csv", "c"], "*.csv", "2 of its members are '*.csv': a.csv, b.csv; expected one"),
        ([*"abcdefg"], "*", "7 of its members are '*': a, b, c, d, e and 2 more; expected one"),
    ],
)
def test_none_and_several_are_told(names: list[str], member: str | None, said: str) -> None:
    with pytest.raises(NoMember, match=re.escape(said)):
        chosen(names, member)


Pack = Callable[[Path], None]


def of_two(path: Path, *, tar: str = "") -> None:
    if not tar:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a.csv", "a\n1\n")
            archive.writestr("b.csv", "b\n2\n")
        return
    for name in "ab":
        (path.parent / f"{name}.csv").write_text(f"{name}\n1\n")
    with tarfile.open(path, tar) as archive_of_tar:  # type: ignore[call-overload]
        for name in "ab":
            archive_of_tar.add(path.parent / f"{name}.csv", f"{name}.csv")


@pytest.mark.parametrize(
    ("tar", "compress", "outer"), [("", "zip", None), ("w", "tar", None), ("w:gz", "tar.gz", "gzip")]
)
def test_an_archive_of_several_is_read_where_the_member_is_said(
    tmp_path: Path, tar: str, compress: str, outer: str | None
) -> None:
    of_two(tmp_path / "it", tar=tar)
    found = container_of(tmp_path / "it")
    assert (found.compress, found.member) == (outer, None)
    assert "it has 2 members: a.csv, b.csv, and nothing says which of them" in (found.opaque or "")
    found = container_of(tmp_path / "it", "b.*")
    assert found == (compress, "b.csv", None)
    with decompressed(tmp_path / "it", compress, "b.csv") as text:
        assert text.read(1) == b"b"
    with pytest.raises(NoMember, match=r"2 of its members are '\*\.csv': a\.csv, b\.csv; expected one"):
        container_of(tmp_path / "it", "*.csv")


def test_an_encrypted_zip_file_is_opaque(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a\n1\n")
    ran("zip", "-P", "secret", "it.zip", "a.csv", cwd=tmp_path)
    assert container_of(tmp_path / "it.zip") == (None, None, "of a zip file, its member a.csv is encrypted")
    with pytest.raises(NoMember, match=r"its member a\.csv is encrypted"):
        container_of(tmp_path / "it.zip", "a.csv")
    packed = io.BytesIO((tmp_path / "it.zip").read_bytes())
    with pytest.raises(CannotRepack, match="is encrypted"):
        repacked(packed, io.BytesIO(), io.BytesIO(), io.BytesIO(), "zip")


def test_a_method_that_is_not_known_is_opaque(tmp_path: Path) -> None:
    of_two(tmp_path / "it")
    data = (tmp_path / "it").read_bytes()
    at = data.index(b"PK\x01\x02")
    (tmp_path / "it").write_bytes(data[: at + 10] + b"\x5d\x00" + data[at + 12 :])
    with pytest.raises(NoMember, match="compressed by method 93, which is not known here"):
        container_of(tmp_path / "it", "a.csv")


def test_a_member_of_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "it").write_bytes(gzip.compress(b"a\n1\n"))
    with pytest.raises(NoMember, match="it is no archive, and has no members"):
        container_of(tmp_path / "it", "a.csv")


@pytest.mark.parametrize("compress", NAMES)
def test_a_damaged_container_is_a_value_error(tmp_path: Path, compress: str) -> None:
    whole = made(TEXT, compress)
    (tmp_path / "it").write_bytes(whole[: len(whole) // 3])

    def read() -> None:
        with decompressed(tmp_path / "it", compress) as text:
            shutil.copyfileobj(text, io.BytesIO())

    with pytest.raises(ValueError, match=f"begins like a {compress} file and is damaged: "):
        read()


# ---- comparing ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(20))
def test_texts_are_compared_over_the_ends_of_chunks(seed: int) -> None:
    chance = random.Random(seed)
    text = chance.randbytes(700_000)
    at = chance.choice([0, 1, 262_143, 262_144, 262_145, 524_288, 699_999])
    other = text[:at] + bytes([text[at] ^ 1]) + text[at + 1 :]
    one, two = io.BytesIO(text), io.BytesIO(other)
    assert common_prefix(one, two) == at
    assert common_suffix(one, two, len(text)) == len(text) - at - 1
    assert equal(one, 0, two, 0, at)
    assert not equal(one, 0, two, 0, at + 1)
    assert common_prefix(one, io.BytesIO(text[:at])) == at
    assert common_suffix(one, io.BytesIO(text[at:]), len(text) - at) == len(text) - at


def test_a_file_is_called_inside_its_archive_as_before_it_was_packed() -> None:
    assert [member_name(name) for name in ("a.csv.zip", "a.csv.tar.gz", "a.TGZ", "a.csv", ".zip")] == [
        *("a.csv", "a.csv", "a", "a.csv", ".zip")
    ]
