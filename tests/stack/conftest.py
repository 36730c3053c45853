"""What tests of stacks share: a container engine, or a loud skip (HARNESS_REQUIRE_DOCKER=1: a failure)."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest
from docker import DockerClient

from harness.errors import StackError
from harness.stack.docker.engine import engine_client
from harness.stack.docker.images import POSTGRES_VARIABLE, jobs_image, mocks_image, postgres_image, require_image

T = TypeVar("T")


@pytest.hookimpl(trylast=True)  # when it is known what is left out for other reasons
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where no engine answers, one skip tells so for each file; its other tests of containers are left out."""
    if _required() or not (asking := [item for item in items if "engine" in getattr(item, "fixturenames", ())]):
        return
    try:
        engine_client().close()
    except StackError:
        told = {item.path: item for item in reversed(asking)}.values()
        left_out = [item for item in asking if item not in told]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


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


@pytest.fixture(scope="session")
def postgres_in_containers(engine: DockerClient, images: None) -> None:
    """So is an image of PostgreSQL."""
    _or_skip(lambda: require_image(engine, postgres_image()), f"docker pull {postgres_image()}, or {POSTGRES_VARIABLE}")


def _required() -> bool:
    return os.environ.get("HARNESS_REQUIRE_DOCKER") == "1"


def _or_skip(need: Callable[[], T], todo: str = "apt install docker.io, then `harness images build`") -> T:
    try:
        return need()
    except StackError as why:
        if _required():
            pytest.fail(f"HARNESS_REQUIRE_DOCKER=1, and: {why}", pytrace=False)
        pytest.skip(f"container tests did NOT run, {why.where}: {why.found}: {todo}")
