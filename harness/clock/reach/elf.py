"""What the head of a program's file says: the machine it is for, the loader it asks for, the language it is in.

elf(5) has the format. Sections may have been stripped, and a file cut short or made up: what cannot be read is absent.
"""

from __future__ import annotations

import mmap
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_CLASSES = {1: 32, 2: 64}
_ORDERS = {1: "<", 2: ">"}
_HEAD_BYTES = 64
_PT_LOAD, _PT_INTERP = 1, 3
_PF_W = 2
_GO_BUILD_INFO = b"\xff Go buildinf:"
"""Go's linker puts it into the writable data, where a program that merely knows the mark does not have it."""


@dataclass(frozen=True)
class Elf:
    """A program's file: bits of its class, number of its machine, its loader, and whether Go's linker made it."""

    bits: int
    machine: int
    loader: str | None
    is_go: bool

    @classmethod
    def read(cls, program: Path) -> Elf | None:
        """None when it is not an ELF file. Raises OSError when it may not be read."""
        with program.open("rb") as file:
            if file.read(4) != b"\x7fELF":
                return None
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                return cls._parsed(content)

    @classmethod
    def _parsed(cls, content: mmap.mmap) -> Elf | None:
        if len(content) < _HEAD_BYTES:
            return None
        bits, order = _CLASSES.get(content[4]), _ORDERS.get(content[5])
        if bits is None or order is None:
            return None
        (machine,) = struct.unpack_from(f"{order}H", content, 18)
        segments = _segments(content, bits, order)
        loader = next((_text(content, each) for each in segments if each.kind == _PT_INTERP), None)
        return cls(bits, machine, loader, _has_go_mark(content, segments))


@dataclass(frozen=True)
class _Segment:
    """One line of the program's header table."""

    kind: int
    flags: int
    offset: int
    size: int


def _segments(content: mmap.mmap, bits: int, order: str) -> list[_Segment]:
    wide = bits == 64
    (table,) = struct.unpack_from(f"{order}{'Q' if wide else 'I'}", content, 32 if wide else 28)
    step, count = struct.unpack_from(f"{order}HH", content, 54 if wide else 42)
    found: list[_Segment] = []
    for at in range(table, table + step * count, step or 1):
        try:
            fields: tuple[Any, ...] = struct.unpack_from(f"{order}{'IIQQQQQQ' if wide else 'IIIIIIII'}", content, at)
        except (struct.error, OverflowError):
            break
        kind, flags = fields[0], fields[1] if wide else fields[6]
        offset, size = (fields[2], fields[5]) if wide else (fields[1], fields[4])
        found.append(_Segment(kind, flags, offset, size))
    return found


def _text(content: mmap.mmap, segment: _Segment) -> str:
    return content[segment.offset : segment.offset + segment.size].rstrip(b"\0").decode(errors="replace")


def _has_go_mark(content: mmap.mmap, segments: list[_Segment]) -> bool:
    data = (each for each in segments if each.kind == _PT_LOAD and each.flags & _PF_W)
    return any(content.find(_GO_BUILD_INFO, each.offset, each.offset + each.size) >= 0 for each in data)
