"""How a consumer says no over HTTP, or says nothing."""

from __future__ import annotations

import socket
import struct
from collections.abc import Mapping

from aiohttp import web

from harness.contract.consumers import ConsumerRefusal
from harness.contract.effects.consumers import Refuse, Reset
from harness.mocks.consumers.gate import Broken
from harness.mocks.core.serving import refuse

STATUSES: Mapping[ConsumerRefusal, tuple[int, str]] = {
    "unavailable": (503, "unavailable"),
    "internal_error": (500, "internal error"),
    "throttled": (429, "too many requests"),
    "read_only": (503, "read-only for maintenance"),
    "disk_full": (507, "no space left"),
    "schema_changed": (422, "rows[0]: found the columns of schema version 1, expected those of schema version 2"),
}
_NO_LINGER = struct.pack("ii", 1, 0)


class Ended(ConnectionError):
    """The connection was ended instead of an answer."""


def told(broken: Broken) -> str:
    """The same for the history."""
    if isinstance(broken, Refuse):
        status, error = STATUSES[broken.refuse]
        return f"{status}: {error}"
    return "the connection is reset" if isinstance(broken, Reset) else "the connection is closed without an answer"


def retry_after(refusal: Refuse) -> dict[str, str]:
    """When to come again, as a header, where the refusal says so."""
    return {} if refusal.retry_after_s is None else {"Retry-After": str(refusal.retry_after_s)}


def answer(request: web.Request, broken: Broken) -> web.Response:
    """The refusal; or `Ended`, when the connection is ended as the fault says."""
    if isinstance(broken, Refuse):
        status, error = STATUSES[broken.refuse]
        refused = refuse(status, error)
        refused.headers.update(retry_after(broken))
        return refused
    transport = request.transport
    if transport is not None:
        if isinstance(broken, Reset):
            at: socket.socket = transport.get_extra_info("socket")
            at.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
            transport.abort()
        else:
            transport.close()
    raise Ended(told(broken))
