"""The SFTP front end as a whole: a socket from the start, and a server from the first night that needs one."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from typing import TYPE_CHECKING

from harness.contract.plan import Plan
from harness.mocks.core.mock import Mock
from harness.mocks.source.faults.gate import Gate
from harness.mocks.source.faults.pace import Pace
from harness.mocks.source.front_end import Unfinished
from harness.mocks.source.sftp import VIA
from harness.mocks.source.store.store import Store

if TYPE_CHECKING:
    from harness.mocks.source.sftp.server import Server

BACKLOG = 1024


class SftpFrontEnd:
    """Files of the night in ``/inbox``, and what clients put beside them.

    Until a night needs it (a file comes by SFTP, or a job takes a place of it, to send one) the port is taken but not
    listened on: connections are refused.
    """

    def __init__(self, mock: Mock, store: Store, gate: Gate, pace: Pace) -> None:
        self._mock, self._store, self._gate, self._pace = mock, store, gate, pace
        self._socket = socket.socket()
        self._server: Server | None = None

    async def listen(self, port: int) -> int:
        """Take the port; it is listened on from the first night that needs it."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((self._mock.host, port))
        taken: int = self._socket.getsockname()[1]
        self._callers = self._mock.callers(taken)
        return taken

    async def reset(self, plan: Plan) -> None:
        """Begin a night, after the store has: no connection and no folder of the last one is left."""
        names = [file.name for file in plan.files if file.source == VIA]
        needed = bool(names) or any(place.startswith(f"{VIA}.") for place in plan.takes)
        if needed and self._server is None:
            # Its import takes a quarter of a second, and 20 MB that most nights have no use for.
            from harness.mocks.source.sftp.server import Server

            self._server = Server(self._mock, self._store, self._gate, self._pace, self._callers)
            await self._server.listen(self._socket, BACKLOG)
        if self._server is not None:
            self._server.reset(names, needed=needed)

    def unfinished(self) -> Iterable[Unfinished]:
        """Files that a client has open: what it has written is there."""
        return () if self._server is None else self._server.unfinished()
