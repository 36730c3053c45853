"""What of a file is compared: not when it was packed or written, and every byte of data."""

from __future__ import annotations

import bz2
import datetime as dt
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.contract.plan import Plan, PlannedResults
from harness.mocks.core.compared import Compared

BEGINS_S = 1_795_600_000


def compared(**results: Any) -> Compared:
    night = {"begins_ns": BEGINS_S * 10**9, "deadline_ns": (BEGINS_S + 28_800) * 10**9}
    closes_ns = (BEGINS_S + 50_400) * 10**9
    planned = PlannedResults(**results)
    plan = Plan(
        chain="c", owner="o", timezone="Europe/Paris", date="2026-11-26", closes_ns=closes_ns, results=planned, **night
    )
    return Compared(plan)


def alike(tmp_path: Path, one: bytes, other: bytes, **results: Any) -> bool:
    file, digests = tmp_path / "report.txt", set()
    for content in (one, other):
        file.write_bytes(content)
        digests.add(compared(**results).digest("reports/report.txt", file))
    return len(digests) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (b"at %d: done" % (BEGINS_S + 60), b"at %d: done" % (BEGINS_S + 660)),
        (b"made 20261125T120107Z", b"made 20261125T121107Z"),
        (b"/CreationDate (D:20261125120107+01'00')", b"/CreationDate (D:20261125121107+01'00')"),
        (b"generated at 02:01:07\n", b"generated at 02:11:08\n"),
        (b'{"pid": 12, "attempts": 1}', b'{"pid": 345, "attempts": 2}'),
        (b"id 6f1c2d3e-0000-4000-8000-00000000000a", b"id 6f1c2d3e-0000-4000-8000-00000000000b"),
    ],
)
def test_what_tells_of_the_run_is_no_difference(tmp_path: Path, one: bytes, other: bytes) -> None:
    assert alike(tmp_path, one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (b"10 rows", b"11 rows"),
        (b"order 20251126020107", b"order 20251126021107"),
        (b"delivery on 2020-01-01T02:00:00Z", b"delivery on 2020-01-01T03:00:00Z"),
        (b"at %d" % (BEGINS_S - 90_000), b"at %d" % (BEGINS_S - 90_060)),
        (b"".join(b"02:%02d:00\n" % of for of in range(9)), b"".join(b"03:%02d:00\n" % of for of in range(9))),
    ],
)
def test_data_is_compared_to_the_last_byte(tmp_path: Path, one: bytes, other: bytes) -> None:
    assert not alike(tmp_path, one, other)


def test_what_a_chain_declares_volatile_is_taken_out(tmp_path: Path) -> None:
    volatile = {"report_*": ("x",), "reports/*.txt": (r"speed: \d+",)}
    assert alike(tmp_path, b"speed: 10\nrows: 3\n", b"speed: 99\nrows: 3\n", volatile=volatile)
    assert not alike(tmp_path, b"speed: 10\nrows: 3\n", b"speed: 99\nrows: 4\n", volatile=volatile)


def test_of_a_compressed_file_only_what_is_in_it_counts(tmp_path: Path) -> None:
    assert alike(tmp_path, gzip.compress(b"rows", mtime=1), gzip.compress(b"rows", mtime=2))
    assert not alike(tmp_path, gzip.compress(b"rows"), gzip.compress(b"row"))
    packed = []
    for year in (2025, 2026):
        with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
            archive.writestr(zipfile.ZipInfo("a.csv", (year, 1, 1, 0, 0, 0)), b"rows")
        packed.append((tmp_path / "x.zip").read_bytes())
    assert alike(tmp_path, *packed)


def tar(*members: tuple[str, bytes], mtime: int = 1) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, content in members:
            of = tarfile.TarInfo(name)
            of.size, of.mtime = len(content), mtime
            archive.addfile(of, io.BytesIO(content))
    return packed.getvalue()


@pytest.mark.parametrize("packs", [bytes, gzip.compress, bz2.compress, lzma.compress])
def test_of_a_tar_archive_the_members_count_in_whatever_order(tmp_path: Path, packs: Callable[[bytes], bytes]) -> None:
    one, other = ("a.csv", b"rows"), ("b.csv", b"more")
    first = packs(tar(one, other))
    assert alike(tmp_path, first, packs(tar(other, one, mtime=99)))
    assert not alike(tmp_path, first, packs(tar(one)))
    assert not alike(tmp_path, first, packs(tar(one, ("b.csv", b"less"))))
    assert not alike(tmp_path, first, packs(tar(one, ("c.csv", b"more"))))


def test_an_archive_that_lacks_only_its_last_bytes_is_broken(tmp_path: Path) -> None:
    whole = gzip.compress(tar(("a.csv", b"rows")))
    assert not alike(tmp_path, whole, whole[:-9])


def test_times_are_the_runs_where_a_report_was_written_just_then(tmp_path: Path) -> None:
    (tmp_path / "report.txt").write_bytes(b"")
    now = dt.datetime.now(dt.UTC)
    just, before = (f"{now - dt.timedelta(minutes=of):%H:%M}".encode() for of in (1, 3))
    noon = [f"{now + dt.timedelta(hours=of):%H:%M}".encode() for of in (5, 6)]
    assert alike(tmp_path, b"made at " + just, b"made at " + before)
    assert not alike(tmp_path, b"leaves at " + noon[0], b"leaves at " + noon[1])


def test_half_an_archive_is_compared_as_it_is(tmp_path: Path) -> None:
    whole = gzip.compress(b"rows" * 100)
    assert not alike(tmp_path, whole, whole[:-9])
