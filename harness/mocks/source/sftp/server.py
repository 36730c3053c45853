"""The SSH server of the SFTP front end: its options, and what it works on."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import asyncssh

from harness.contract.ssh_keys import HOST_KEY
from harness.mocks.core.callers import Callers
from harness.mocks.core.mock import Mock
from harness.mocks.source.faults.gate import Gate
from harness.mocks.source.faults.pace import Pace
from harness.mocks.source.front_end import Unfinished
from harness.mocks.source.sftp.access import Login
from harness.mocks.source.sftp.connections import Connections
from harness.mocks.source.sftp.state import State
from harness.mocks.source.sftp.tree import Tree
from harness.mocks.source.store.store import Store

LOGIN_GRACE_S = 120
"""sshd's LoginGraceTime: one timer a connection, gone when the client is in."""

NEVER = 0


class Server:
    """The server behind the front end's socket."""

    def __init__(self, mock: Mock, store: Store, gate: Gate, pace: Pace, callers: Callers) -> None:
        self._state = State(mock, store, gate, pace, Tree(store, mock.dir / "store"), callers)
        self._connections = Connections()

    async def listen(self, bound: socket.socket, backlog: int) -> None:
        """Begin to take connections."""
        await asyncssh.listen(
            sock=bound,
            backlog=backlog,
            server_factory=lambda: Login(self._state, self._connections),
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

    def reset(self, names: list[str], *, needed: bool) -> None:
        """Begin a night that has these files: drop the last one's connections, and new ones where nobody needs any."""
        self._connections.reset(needed=needed)
        self._state.tree.reset(names)

    def unfinished(self) -> Iterator[Unfinished]:
        """Files that are being written."""
        return self._state.tree.unfinished()
