"""What nights share that end before their time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.stack import Stack
from harness.stack.local.stack import LocalStack


@pytest.fixture(scope="module")
def own_stack() -> Iterator[Stack]:
    """One for a module, whose nights with loops or spins are no burden to other tests."""
    with LocalStack() as stack:
        yield stack


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A store of contents, beside the files that the chain of `test_night` names."""
    for name, text in (("runbook.md", "Ask.\n"), ("forecast.csv", "key\na\n")):
        (tmp_path / name).write_text(text)
    store = tmp_path / "store"
    store.mkdir()
    return store
