"""The user of the tests of `harness clock`, whose every left-over is seen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.clock.library import unusable_because
from tests.runs import User, user_in


@pytest.fixture
def user(tmp_path: Path) -> Iterator[User]:
    because = unusable_because()
    if because is not None:
        pytest.skip(because)
    with user_in(tmp_path) as user:
        yield user
