"""Which stack to use: the local one, the docker one, or whichever this machine has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from harness.errors import StackError
from harness.stack import Stack

StackName = Literal["local", "docker", "auto"]


def start(name: StackName, *, published: bool = False, ports: Mapping[str, int] | None = None) -> Stack:
    """A started stack; ``auto`` takes docker where an engine answers and the images are there, else local.

    ``published`` also lets clients outside the stack reach its endpoints (`Stack.published`), at the ports that
    ``ports`` gives them. Raises EngineError when docker is asked for and there is no engine, StackError for everything
    else that is amiss.
    """
    if name == "local":
        return _local(ports)
    try:
        return _docker(published=published, ports=ports)
    except StackError:
        if name == "docker":
            raise
        return _local(ports)


def _local(ports: Mapping[str, int] | None) -> Stack:
    from harness.stack.local import LocalStack

    return LocalStack(ports=ports).start()


def _docker(*, published: bool, ports: Mapping[str, int] | None) -> Stack:
    from harness.stack.docker import DockerStack  # docker and testcontainers are slow to import, and seldom needed

    return DockerStack(published=published, ports=ports).start()
