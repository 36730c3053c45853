"""Mistakes of ours behind an SFTP operation: they reach the history, and the client gets a failure."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import asyncssh

if TYPE_CHECKING:
    from harness.mocks.source.sftp.operations import Operations

P = ParamSpec("P")
R = TypeVar("R")


def surfacing(
    operation: Callable[Concatenate[Operations, P], Awaitable[R]],
) -> Callable[Concatenate[Operations, P], Coroutine[Any, Any, R]]:
    """Let a mistake of ours reach the history: asyncssh would make it an answer to the client, and nothing else."""

    @functools.wraps(operation)
    async def called(self: Operations, /, *arguments: P.args, **more: P.kwargs) -> R:
        try:
            return await operation(self, *arguments, **more)
        except asyncssh.SFTPError:
            raise
        except Exception as error:  # whatever it is
            self.server.mock.bug(f"SFTP {operation.__name__}", error)
            raise asyncssh.SFTPFailure("Failure") from error

    return called
