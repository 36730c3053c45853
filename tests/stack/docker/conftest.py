"""Two stacks side by side, for nights that are compared: one of processes, one of containers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from harness.night.runner import NightRunner
from harness.stack.docker.stack import DockerStack
from harness.stack.local.stack import LocalStack

Both = tuple[NightRunner, NightRunner]


@pytest.fixture(scope="module")
def both(images: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    store = tmp_path_factory.mktemp("store")
    with LocalStack() as local, DockerStack() as docker:
        yield NightRunner(local, store), NightRunner(docker, store)
