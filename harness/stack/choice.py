"""Which stack to use: the local one, the docker one, or whichever this machine has."""

from __future__ import annotations

from typing import Literal

from harness.errors import StackError
from harness.stack import Stack

StackName = Literal["local", "docker", "auto"]


def start(name: StackName, *, published: bool = False) -> Stack:
    """A started stack; ``auto`` takes docker where an engine answers and the images are there, else local.

    ``published`` also lets clients outside the stack reach its endpoints (`Stack.published`). Raises EngineError when
    docker is asked for and there is no engine, StackError for everything else that is amiss.
    """
    if name == "local":
        return _local()
    try:
        return _docker(published=published)
    except StackError:
        if name == "docker":
            raise
        return _local()


def _local() -> Stack:
    from harness.stack.local import LocalStack

    return LocalStack().start()


def _docker(*, published: bool) -> Stack:
    from harness.stack.docker import DockerStack  # docker and testcontainers are slow to import, and seldom needed

    return DockerStack(published=published).start()
