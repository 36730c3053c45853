"""The wire in front of a source that serves one file."""

from __future__ import annotations

import pytest

from tests.mocks.conftest import NightOfMocks, Played


@pytest.fixture
def source(night: NightOfMocks) -> Played:
    night.publish("forecast.csv")
    return night.start("source")


@pytest.fixture
def wire(night: NightOfMocks, source: Played) -> Played:
    return night.start("wire", "--route", f"source=0=127.0.0.1:{source.endpoints['source']}")
