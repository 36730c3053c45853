"""A source that serves one file over SFTP, and a session of paramiko's with it."""

from __future__ import annotations

from collections.abc import Iterator

import paramiko
import pytest

from tests.mocks.conftest import NightOfMocks, Played
from tests.mocks.source.sftp.sftp_client import NAME, logged_in


@pytest.fixture
def source(night: NightOfMocks) -> Played:
    night.publish(NAME, source="sftp")
    return night.start("source")


@pytest.fixture
def sftp(source: Played) -> Iterator[paramiko.SFTPClient]:
    with logged_in(source) as session:
        yield session
