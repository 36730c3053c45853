"""The symbols of the library, as the dynamic linker sees them."""

from __future__ import annotations

import subprocess

from harness.clock.library import library_path
from tests.clock.needed import needs


def dynamic_symbols() -> str:
    """A line for each, as objdump(1) tells it: what the library has, and what it needs and from which glibc."""
    command = [needs("objdump"), "-T", str(library_path())]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def wrapped_calls() -> set[str]:
    """The calls of the C library that it takes the place of; what begins with night_ is for Python."""
    rows = (line.split() for line in dynamic_symbols().splitlines() if ".text" in line)
    return {row[-1] for row in rows if not row[-1].startswith("night_")}
