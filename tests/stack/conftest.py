"""What tests of stacks share: a container engine, or a loud skip (HARNESS_REQUIRE_DOCKER=1: a failure)."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from docker import DockerClient

from harness.errors import StackError
from harness.stack.engine import engine_client
from harness.stack.images import jobs_image, mocks_image, require_image


@pytest.fixture(scope="session")
def engine() -> Iterator[DockerClient]:
    """A client of the engine that answers here."""
    client = _or_skip(engine_client)
    yield client
    client.close()


@pytest.fixture(scope="session")
def images(engine: DockerClient) -> None:
    """Both images are there, and carry this harness."""
    _or_skip(lambda: require_image(engine, mocks_image(), ours=True))
    _or_skip(lambda: require_image(engine, jobs_image()))


def _or_skip(need):
    try:
        return need()
    except StackError as why:
        if os.environ.get("HARNESS_REQUIRE_DOCKER") == "1":
            pytest.fail(f"HARNESS_REQUIRE_DOCKER=1, and: {why}", pytrace=False)
        pytest.skip(f"container tests did NOT run: {why}")
