"""What a test needs of the machine: it is there, or the test says what is missing.

A missing program skips the test; HARNESS_REQUIRE_PROGRAMS=1 makes that a failure, as in CI, where they are installed.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

from tests.clock.clients import CLIENTS


def needs(program: str) -> str:
    """Where a program is."""
    path = shutil.which(program)
    if path is None:
        missing(f"there is no {program} here")
    return path


def client(name: str) -> dict[str, str]:
    """The variables under which Python finds a client, and reaches this machine without a proxy."""
    folder = Path(os.environ.get("NIGHT_HARNESS_CLIENTS") or os.devnull) / name
    if not folder.is_dir():
        missing(f"{CLIENTS[name]} is not in NIGHT_HARNESS_CLIENTS: see tests/clock/clients.py")
    return {"PYTHONPATH": str(folder), "NO_PROXY": "*"}


def missing(what: str) -> NoReturn:
    """Skip, or fail where everything must be there."""
    if os.environ.get("HARNESS_REQUIRE_PROGRAMS") == "1":
        pytest.fail(f"HARNESS_REQUIRE_PROGRAMS=1, and {what}", pytrace=False)
    pytest.skip(what)
