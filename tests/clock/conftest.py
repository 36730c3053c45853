"""The fixture of the clock's tests: a night with a page and a controller of its own."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from virtual_night import AT_NS, Night

from harness.clock.controller import Controller
from harness.clock.library import unusable_because
from harness.clock.page import Page


@pytest.fixture
def night() -> Iterator[Night]:
    because = unusable_because()
    if because is not None:
        pytest.skip(because)
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        path = Path(folder) / "page"
        page = Page.create(path, at_ns=AT_NS)
        controller = Controller(page, root=os.getpid())
        # What earlier tests of this worker left running is no part of this night.
        for task in Path("/proc/self/task").iterdir():
            with contextlib.suppress(OSError):  # a thread that has just ended
                for pid in (task / "children").read_text().split():
                    controller.exclude(int(pid))
        made = Night(page, path, controller)
        try:
            yield made
        finally:
            made.close()
