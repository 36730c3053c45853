"""A file as its units: pieces that are never torn apart, and that are the file, byte for byte."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO

from harness.contract.content import FileLayout
from harness.contract.layout import UnitLayout
from harness.formats.units import json_document, lines, pieces, segments, xml_document
from harness.formats.units.joining import joined
from harness.formats.units.service import as_found
from harness.formats.units.unit import NotAsLaidOut, Step, Unit

__all__ = ["NotAsLaidOut", "Step", "Unit", "as_found", "joined", "units"]


def units(file: IO[bytes], layout: FileLayout) -> Iterator[Unit]:
    """Each unit of a file that is unpacked, read forward only, with little more than a unit in memory.

    Raises NotAsLaidOut, also while they stream; of lines only where one is longer than may be in memory.
    """
    match layout.units:
        case UnitLayout(structure="lines"):
            return lines.read(file, layout)
        case UnitLayout(structure="length"):
            return pieces.read(file, layout)
        case UnitLayout(structure="segments"):
            return segments.read(file, layout)
        case UnitLayout(structure="json"):
            return json_document.read(file, layout)
        case UnitLayout(structure="xml"):
            return xml_document.read(file, layout)
    raise NotAsLaidOut(0, "a file of which nobody knows how it is made", "a layout that says so")
