"""The fixtures of the clock's tests: a night with a page and a controller of its own, and what its programs meet."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.clock.controller import Controller
from harness.clock.library import unusable_because
from harness.clock.page import ClockPage
from tests.clock.static import linked_statically
from tests.clock.virtual_night import AT_NS, Night


@pytest.fixture
def night() -> Iterator[Night]:
    because = unusable_because()
    if because is not None:
        pytest.skip(because)
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        path = Path(folder) / "page"
        page = ClockPage.create(path, at_ns=AT_NS)
        controller = Controller(page, root=os.getpid())
        controller.exclude_children()  # what earlier tests of this worker left running
        made = Night(page, path, controller)
        try:
            yield made
        finally:
            made.close()


@pytest.fixture
def in_its_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of its own, to write relative paths in."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def to_the_nanosecond(in_its_folder: None) -> None:
    """Skips where the kernel stamps files with the beginning of a tick, as all did before Linux 6.13."""
    stamps = set()
    for _ in range(50):
        Path("probe").write_text("x")
        stamps.add(Path("probe").stat().st_mtime_ns)
    if len(stamps) < 50:
        pytest.skip("the kernel stamps files with the beginning of a tick here (Linux 6.13 is exact)")


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port of this machine that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture(scope="module")
def static(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A program that never loads the library."""
    return linked_statically(tmp_path_factory.mktemp("static"))
