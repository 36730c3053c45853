"""The values of a file's units: found in their bytes, and others put there with every other byte as it is."""

from __future__ import annotations

from harness.formats.cells.cells import Cells
from harness.formats.cells.room import NoRoom

__all__ = ["Cells", "NoRoom"]
