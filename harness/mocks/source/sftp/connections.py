"""The connections of the SFTP front end: which there are, and their end with the night."""

from __future__ import annotations

import asyncssh

from harness.mocks.source.sftp.errors import drop


class Connections:
    """Every connection that is there; a night that does not need SFTP drops each new one."""

    def __init__(self) -> None:
        self._connections: set[asyncssh.SSHServerConnection] = set()
        self._needed = True

    def reset(self, *, needed: bool) -> None:
        """Begin a night: drop the last one's connections."""
        self._needed = needed
        for connection in list(self._connections):
            drop(connection)

    def came(self, connection: asyncssh.SSHServerConnection) -> None:
        """A client has connected."""
        self._connections.add(connection)
        if not self._needed:
            drop(connection)

    def gone(self, connection: asyncssh.SSHServerConnection) -> None:
        """A connection is over."""
        self._connections.discard(connection)
