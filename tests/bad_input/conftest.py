"""A user in a folder with a sound chain and scenario."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bad_input.mistakes import write
from tests.runs import User, user_in


@pytest.fixture
def user(tmp_path: Path) -> Iterator[User]:
    write(tmp_path)
    with user_in(tmp_path) as user:
        yield user
