"""boto3 in the night's time, in front of a source that serves S3."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.mocks.conftest import NightOfMocks, Played
from tests.mocks.source.s3.asked import BOTO3, Asked, connected

NAME = "forecast.csv"


@pytest.fixture
def source(night: NightOfMocks) -> Played:
    night.publish(NAME, source="s3")
    return night.start("source")


@pytest.fixture(scope="package")
def client(stage: NightOfMocks) -> Iterator[Asked]:
    asked = Asked(stage, BOTO3, AWS_CONFIG_FILE="/dev/null", AWS_SHARED_CREDENTIALS_FILE="/dev/null")
    yield asked
    asked.close()


@pytest.fixture
def boto3(client: Asked, source: Played) -> Asked:
    return connected(client, source)
