"""What a test needs of the machine: it is there, or the test says what is missing, and how it is installed.

A missing program skips the test; HARNESS_REQUIRE_PROGRAMS=1 makes that a failure, as in CI, where they are installed.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

from tests.clock.clients import CLIENTS

HERE = "here"
"""A client that is installed in this environment, in whatever version."""

PACKAGES = {
    "cc": "gcc libc6-dev",
    "javac": "default-jdk-headless",
    "musl-gcc": "musl-tools",
    "node": "nodejs",
    "objdump": "binutils",
    "psql": "postgresql",
    "scp": "openssh-client",
    "sftp": "openssh-client",
    "ssh": "openssh-client",
    "xz": "xz-utils",
}
"""What Debian calls the package of a program that is not called like it."""


def needs(program: str) -> str:
    """Where a program is."""
    path = shutil.which(program)
    if path is None:
        missing(absent(program))
    return path


def absent(program: str) -> str:
    """That a program is not here, and what to do."""
    return f"there is no {program} here: apt install {PACKAGES.get(program, program)}"


def client(name: str) -> dict[str, str]:
    """The variables under which Python finds a client, and reaches this machine without a proxy."""
    if name == HERE:
        return {"NO_PROXY": "*"}
    folder = Path(os.environ.get("NIGHT_HARNESS_CLIENTS") or os.devnull) / name
    if not folder.is_dir():
        missing(f"{CLIENTS[name]} is not here: python -m tests.clock.clients $NIGHT_HARNESS_CLIENTS")
    return {"PYTHONPATH": str(folder), "NO_PROXY": "*"}


def missing(what: str) -> NoReturn:
    """Skip, or fail where everything must be there."""
    if os.environ.get("HARNESS_REQUIRE_PROGRAMS") == "1":
        pytest.fail(f"HARNESS_REQUIRE_PROGRAMS=1, and {what}", pytrace=False)
    pytest.skip(what)
