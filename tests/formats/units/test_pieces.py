"""Records of one length without line ends."""

from __future__ import annotations

import itertools
import random

from harness.contract.layout import Kind
from harness.formats.units import joined, units
from tests.formats.units.layouts import HEADER, RECORD, TRAILER, layout_of, read, trickling

PACKED = bytes.fromhex("0000012c0d0a15251a40")


def test_pieces_of_a_mainframe_keep_whatever_bytes_they_have() -> None:
    head, tail = "HEADER".encode("cp037").ljust(16, b"\x40"), "TRAILER2".encode("cp037").ljust(16, b"\x40")
    record = "D\xe9".encode("cp037").ljust(6, b"\x40") + PACKED
    layout = layout_of("cp037", structure="length", length=16, kinds=(HEADER, RECORD, TRAILER))
    found = read(head + record * 3 + tail, layout)
    assert [(unit.kind.role, unit.data, unit.end, unit.lines) for unit in found] == [
        ("header", head, 0, 1),
        *[("record", record, 0, 1)] * 3,
        ("trailer", tail, 0, 1),
    ]
    assert b"".join(joined([*found, found[1]], layout)) == head + record * 3 + tail + record


def test_signs_stand_at_bytes() -> None:
    kinds = (
        Kind(name="records", role="record", starts=("D",), at=3),
        Kind(name="trailer", role="trailer", starts=("T",), at=3),
    )
    layout = layout_of("utf-8", structure="length", length=6, kinds=kinds)
    data = "é D12".encode() + b"   T12" + "éDD12".encode()
    assert [unit.kind.role for unit in read(data, layout)] == ["record", "trailer", "record"]


def test_what_is_left_at_the_end_is_a_record_that_is_cut_off() -> None:
    layout = layout_of(
        "latin-1", structure="length", length=4, kinds=(Kind(name="h", role="header", starts=("H",)), RECORD)
    )
    assert [(unit.kind.role, unit.data) for unit in read(b"H   D001D002D0", layout)][-2:] == [
        ("record", b"D002"),
        ("record", b"D0"),
    ]
    for fill in (b"    ", b"\n", b"\r\n", b"\x1a"):
        assert [unit.kind.role for unit in read(b"H   D001" + fill, layout)] == ["header", "record", "filling"]


def test_any_bytes_are_pieces_however_they_are_read() -> None:
    dice = random.Random(4)
    for length in (1, 2, 3, 7, 64):
        layout = layout_of("cp037", structure="length", length=length, kinds=(HEADER, RECORD, TRAILER))
        for _ in range(50):
            data = dice.randbytes(dice.randrange(200))
            found = read(data, layout)
            assert {len(unit.data) for unit in found[:-1]} <= {length}
            assert b"".join(joined(found, layout)) == data
            assert list(units(trickling(data, (dice.randrange(1, 9) for _ in itertools.count())), layout)) == found
