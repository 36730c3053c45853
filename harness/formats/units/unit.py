"""A unit of a file, and what a damage does to one."""

from __future__ import annotations

from typing import NamedTuple

from harness.contract.layout import Kind


class NotAsLaidOut(ValueError):
    """A file is not made as its layout says; where, what is there, and what should be."""

    def __init__(self, byte: int, found: str, expected: str) -> None:
        super().__init__(f"byte {byte}: found {found}, expected {expected}")


class Unit(NamedTuple):
    """A piece of a file with what belongs to it, as it is found.

    ``data`` are its bytes, of a record with its parts; the last ``end`` of them are its line end, terminator or
    separator. ``lines``: how many lines, segments or pieces it has, parts among them.
    """

    kind: Kind
    data: bytes
    end: int = 0
    lines: int = 1

    @property
    def is_record(self) -> bool:
        """Whether it is data, rather than what stands around them."""
        return self.kind.role == "record"

    @property
    def body(self) -> bytes:
        """Its bytes without its end."""
        return self.data[: len(self.data) - self.end]


class Step(NamedTuple):
    """What becomes of a unit: the same one (kept), another one (changed), None (gone); a new one was None before."""

    was: Unit | None
    now: Unit | None
