"""The real source and planning, once for all tests; a bench of empty folders for each."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chains.bench import Bench, forecast, mock


@pytest.fixture(scope="session")
def neighbours() -> Iterator[tuple[Path, dict[str, str]]]:
    # not pytest's tmp_path: the path of a unix socket must be short
    with tempfile.TemporaryDirectory(prefix="chain-") as name:
        directory = Path(name)
        with mock("source", directory) as source, mock("consumers", directory) as consumers:
            yield directory, {"source": f"http://127.0.0.1:{source}", "consumers": f"http://127.0.0.1:{consumers}"}


@pytest.fixture
def bench(neighbours: tuple[Path, dict[str, str]]) -> Bench:
    found = Bench(*neighbours)
    found.publish(forecast(2500))
    return found
