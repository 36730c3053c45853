"""How SFTP says no: an answer with a status, or the end of the connection; also for a mistake of the mock itself.

Status codes are those of draft-ietf-secsh-filexfer-02, which OpenSSH and nearly all other servers speak (version 3).
"""

from __future__ import annotations

import functools
import socket
import struct
import traceback
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

import asyncssh

from harness.contract.effects.source import Refuse
from harness.mocks.core.mock import Mock

STATUS: dict[str, Callable[[], asyncssh.SFTPError]] = {
    "forbidden": lambda: asyncssh.SFTPPermissionDenied("Permission denied"),
    "internal_error": lambda: asyncssh.SFTPFailure("Failure"),
    # Version 3 has no word for it, and none for when to come again.
    "throttled": lambda: asyncssh.SFTPFailure("Too many requests"),
}
"""Refusals that are answers; the connection goes on."""

DISCONNECT = {
    "login_refused": "login no longer accepted",
    "session_expired": "session expired",
    "token_expired": "credentials expired",
}
"""Refusals by which the server says good-bye (SSH_MSG_DISCONNECT), once the client is in."""

RESET_ON_CLOSE = struct.pack("ii", 1, 0)


def ends_connection(refusal: Refuse) -> bool:
    """Whether a login that is refused like this ends at once, instead of failing as a wrong password does."""
    return refusal.refuse in {"unavailable", "throttled", "session_expired"}


def ending(refusal: Refuse) -> str:
    """What the history says of the end; before it comes, since the client may act on it at once."""
    reason = DISCONNECT.get(refusal.refuse)
    return "connection dropped" if reason is None else f"disconnected: {reason}"


def end_connection(refusal: Refuse, connection: asyncssh.SSHServerConnection) -> None:
    """End it in the refusal's way."""
    if (reason := DISCONNECT.get(refusal.refuse)) is None:
        drop(connection)
    else:
        connection.disconnect(asyncssh.DISC_BY_APPLICATION, reason)


def status(refusal: Refuse) -> asyncssh.SFTPError | None:
    """The answer that refuses; None when the connection has to end instead."""
    known = STATUS.get(refusal.refuse)
    return None if known is None else known()


def drop(connection: asyncssh.SSHServerConnection) -> None:
    """End a connection with a reset: what was still to be sent is lost."""
    raw = connection.get_extra_info("socket")
    if raw is not None and raw.fileno() >= 0:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
    connection.abort()


def raised_here(error: BaseException) -> bool:
    """Whether the mock's code has raised it: what asyncssh cannot read (packets, names, numbers) is the client's."""
    if isinstance(error, (asyncssh.Error, OSError)):
        return False
    called = traceback.walk_tb(error.__traceback__)
    return any(frame.f_globals.get("__name__", "").startswith("harness.") for frame, _ in called)


class OfMock(Protocol):
    """A session that knows its mock."""

    mock: Mock


S = TypeVar("S", bound=OfMock)
P = ParamSpec("P")
R = TypeVar("R")


def surfacing(
    operation: Callable[Concatenate[S, P], Awaitable[R]],
) -> Callable[Concatenate[S, P], Coroutine[Any, Any, R]]:
    """Let a mistake of the mock reach the history: asyncssh would only make it an answer to the client."""

    @functools.wraps(operation)
    async def called(self: S, /, *arguments: P.args, **more: P.kwargs) -> R:
        try:
            return await operation(self, *arguments, **more)
        except asyncssh.SFTPError:
            raise
        except Exception as error:  # whatever it is
            self.mock.bug(f"SFTP {operation.__name__}", error)
            raise asyncssh.SFTPFailure("Failure") from error

    return called
