"""The SSH server of the SFTP front end: its options, its connections, and their end with the night."""

from __future__ import annotations

import socket

import asyncssh

from harness.contract.ssh_keys import HOST_KEY
from harness.mocks.core.control import Mock
from harness.mocks.source.faults.gate import Gate
from harness.mocks.source.faults.pace import Pace
from harness.mocks.source.sftp.login import Login
from harness.mocks.source.sftp.tree import Tree
from harness.mocks.source.sftp.words import drop
from harness.mocks.source.store.store import Store

LOGIN_GRACE_S = 120
"""sshd's LoginGraceTime: one timer a connection, gone when the client is in."""

NEVER = 0


class Server:
    """What all connections of the front end share."""

    def __init__(self, mock: Mock, store: Store, gate: Gate, pace: Pace) -> None:
        self.mock, self.store, self.gate, self.pace = mock, store, gate, pace
        self.tree = Tree(store, mock.dir / "store")
        self.needed = True
        self._connections: set[asyncssh.SSHServerConnection] = set()

    async def listen(self, bound: socket.socket, backlog: int) -> None:
        """Begin to take connections."""
        await asyncssh.listen(
            sock=bound,
            backlog=backlog,
            server_factory=lambda: Login(self),
            server_host_keys=[asyncssh.import_private_key(HOST_KEY)],
            server_version="NightHarness",
            login_timeout=LOGIN_GRACE_S,
            keepalive_interval=NEVER,  # as sshd's ClientAliveInterval
            rekey_seconds=NEVER,  # as sshd's RekeyLimit; by bytes it does
            kbdint_auth=False,
            gss_host=None,
            host_based_auth=False,
            allow_pty=False,
            x11_forwarding=False,
            agent_forwarding=False,
            compression_algs=None,
        )

    def reset(self, names: list[str]) -> None:
        """Begin a night that has these files: drop the last one's connections, and new ones where there is no file."""
        self.needed = bool(names)
        for connection in list(self._connections):
            drop(connection)
        self.tree.reset(names)

    def came(self, connection: asyncssh.SSHServerConnection) -> None:
        """A client has connected."""
        self._connections.add(connection)
        if not self.needed:
            drop(connection)

    def gone(self, connection: asyncssh.SSHServerConnection) -> None:
        """A connection is over."""
        self._connections.discard(connection)
