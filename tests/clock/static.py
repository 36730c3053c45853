"""A program that never loads the library, for it is linked statically: `PROGRAM sleep|poll|database MILLISECONDS`."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.clock.needed import missing, needs


def linked_statically(folder: Path) -> str:
    """Its path, in a folder."""
    program = folder / "program"
    source = Path(__file__).with_name("static_program.c")
    linked = subprocess.run([needs("cc"), "-static", "-O1", "-o", program, source], capture_output=True, text=True)
    if linked.returncode != 0:
        missing(f"nothing can be linked statically here: {linked.stderr}")
    return str(program)
