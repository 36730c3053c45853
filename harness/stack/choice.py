"""Which stack to use: the local one, the docker one, or whichever this machine has."""

from __future__ import annotations

from typing import Literal

from harness.errors import StackError
from harness.stack import Stack

StackName = Literal["local", "docker", "auto"]


def start(name: StackName) -> Stack:
    """A started stack; ``auto`` takes docker where an engine answers and the images are there, else local.

    Raises EngineError when docker is asked for and there is no engine, StackError for everything else that is amiss.
    """
    if name == "docker":
        return _docker().start()
    if name == "auto":
        try:
            return _docker().start()
        except StackError:
            return _local().start()
    return _local().start()


def _local() -> Stack:
    from harness.stack.local import LocalStack

    return LocalStack()


def _docker() -> Stack:
    from harness.stack.docker import DockerStack  # docker and testcontainers are slow to import, and seldom needed

    return DockerStack()
