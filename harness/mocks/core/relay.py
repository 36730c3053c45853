"""A call from one mock to another's control interface: an event in this one fires an order that the other one has."""

from __future__ import annotations

import http.client
import socket
from pathlib import Path
from urllib.parse import quote

ANSWER_WITHIN_S = 10.0
"""Virtual time, which stands still while the other one works: only a mock that waits for ever uses it up."""


class UnixConnection(http.client.HTTPConnection):
    """HTTP over a unix socket."""

    def __init__(self, path: Path, timeout_s: float = ANSWER_WITHIN_S) -> None:
        super().__init__("localhost", timeout=timeout_s)
        self._path = path

    def connect(self) -> None:
        """Reach the socket's file instead of a host."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def fire(control: Path, target: str, order: str) -> None:
    """Fire an order of the mock ``target``; returns when it has acted.

    An order that is no longer armed there is not fired: its fault was taken out a moment ago.
    """
    connection = UnixConnection(control / f"{target}.sock")
    try:
        connection.request("POST", f"/fire/{quote(order, safe='')}", body=b"{}")
        answer = connection.getresponse()
        body = answer.read()
    finally:
        connection.close()
    if answer.status not in (200, 404):
        raise RuntimeError(f"firing {order!r} in {target}: status {answer.status}: {body.decode(errors='replace')}")
