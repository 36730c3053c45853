"""What lies in a container is damaged, and all else of the container stays byte for byte."""

from __future__ import annotations

import gzip
import hashlib
import io
import itertools
import os
import subprocess
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from harness.contract.codec import read
from harness.contract.effects.damages import KINDS
from harness.formats import Form, find_layout
from harness.formats.containers.container import unpacked
from harness.formats.containers.streams import streams
from harness.mocks.source.damage import NothingToDamage, apply_damage
from harness.mocks.source.store.manifest import manifest_of
from tests.mocks.source.damage.conftest import bytes_of, source_file_of

HEADER, TRAILER = b"sku,pieces\n", b"TRAILER,900,404550\n"
RECORDS = [b"%06d,%d\n" % (number, number) for number in range(1, 900)] + [b"000900,0\n"]
TEXT = HEADER + b"".join(RECORDS) + TRAILER


@dataclass(frozen=True)
class Container:
    """A file that is copied into a store, with the layout that is found."""

    folder: Path
    content: bytes
    member: str | None = None

    def damaged(self, key: str, **given: Any) -> bytes:
        """The file as it is served, whose text has as many records as the manifest that follows states."""
        path = self.folder / "found"
        path.write_bytes(self.content)
        layout, totals = find_layout(path, Form(member=self.member))
        assert totals.records == 900
        source_file = source_file_of(self.folder, self.content, layout.described(), records=900)
        body = apply_damage(source_file.body, source_file, read(KINDS[key], {key: given}, "effect"))
        served = bytes_of(body)
        with unpacked(io.BytesIO(served), layout.compress, layout.member) as text:
            lines = text.read().splitlines(keepends=True)
        found = manifest_of(body, source_file)
        assert found == {
            "size": len(served),
            "sha256": hashlib.sha256(served).hexdigest(),
            "records": sum(line[:1].isdigit() for line in lines),
        }
        return served


def parts_of(data: bytes) -> list[bytes]:
    return [data[one.start : one.end] for one in streams(io.BytesIO(data), "gzip")]


def test_the_trailer_of_a_gzip_file_of_three_members_is_missing_and_only_the_last_member_is_another(
    tmp_path: Path,
) -> None:
    cut = [0, len(TEXT) // 3, len(TEXT) // 2, len(TEXT)]
    whole = b"".join(gzip.compress(TEXT[a:b], mtime=77) for a, b in itertools.pairwise(cut))
    served = Container(tmp_path, whole).damaged("drop_trailer")
    assert gzip.decompress(served) == TEXT.removesuffix(TRAILER)
    assert parts_of(served)[:2] == parts_of(whole)[:2]
    assert parts_of(served)[2][:10] == parts_of(whole)[2][:10]


def test_one_member_of_a_zip_file_is_cut_and_the_other_is_not(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.comment = b"of tonight"
        archive.writestr("data/orders.csv", TEXT)
        archive.writestr("README", "read me")
    container = Container(tmp_path, out.getvalue(), "data/*.csv")
    served = container.damaged("cut", fraction=0.5, where="record_boundary")
    with zipfile.ZipFile(io.BytesIO(served)) as archive, zipfile.ZipFile(out) as before:
        assert archive.testzip() is None
        assert [one.filename for one in archive.infolist()] == ["data/orders.csv", "README"]
        assert archive.comment == b"of tonight"
        assert archive.getinfo("data/orders.csv").date_time == before.getinfo("data/orders.csv").date_time
        left = archive.read("data/orders.csv")
        assert archive.read("README") == b"read me"
    assert TEXT.startswith(left)
    assert left.endswith(b"\n")
    assert len(left) < len(TEXT)


@pytest.mark.parametrize("program", ["gzip", "bzip2", "xz"])
def test_the_text_of_a_tar_file_that_a_program_has_packed_is_emptied(tmp_path: Path, program: str) -> None:
    (tmp_path / "in").mkdir()
    for name, text in (("a.csv", TEXT), ("b.txt", b"b")):
        (tmp_path / "in" / name).write_bytes(text)
        os.utime(tmp_path / "in" / name, (1_700_000_000, 1_700_000_000))
    command = ["tar", f"--{program}", "-C", "in", "-cf", "-", "a.csv", "b.txt"]
    whole = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True).stdout
    served = Container(tmp_path, whole, "a.csv").damaged("empty", leave="header")
    for name, text in (("a.csv", HEADER), ("b.txt", b"b")):
        command = ["tar", f"--{program}", "-xOf", "-", name]
        assert subprocess.run(command, input=served, check=True, capture_output=True).stdout == text


def test_a_file_that_cannot_be_packed_again_is_refused(tmp_path: Path) -> None:
    block = gzip.compress(TEXT, mtime=0)
    bgzf = block[:3] + b"\x04" + block[4:10] + b"\x06\x00BC\x02\x00\x00\x00" + block[10:]
    with pytest.raises(NothingToDamage, match=r"packed again: its members state their own compressed size \(BGZF\)"):
        Container(tmp_path, bgzf).damaged("drop_trailer")
