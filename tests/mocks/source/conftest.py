"""A source that serves one file over HTTP; tests of other protocols and of late files have sources of their own."""

from __future__ import annotations

import pytest

from tests.mocks.conftest import NightOfMocks, Played


@pytest.fixture
def source(night: NightOfMocks) -> Played:
    night.publish("forecast.csv")
    return night.start("source")
