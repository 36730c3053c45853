"""Mail, by SMTP: a port of its own, and a server from the first client that connects to it.

Documents: RFC 5321 (SMTP), RFC 1870 (SIZE), RFC 3207 (STARTTLS), RFC 4954 (AUTH), RFC 6531 (SMTPUTF8). The server is
aiosmtpd's, in the mock's own event loop; its import, and that of what reads mails, takes time and memory that most
nights have no use for.
"""

from __future__ import annotations

import asyncio
import ssl
from typing import TYPE_CHECKING

from harness.mocks.core.callers import Callers
from harness.mocks.core.mock import Mock
from harness.mocks.desk.page_book import PageBook
from harness.mocks.desk.reach import Reach

if TYPE_CHECKING:
    from harness.mocks.desk.channels.mail_connection import Connection


class Mail:
    """The mail server: a port of its own."""

    def __init__(self, mock: Mock, book: PageBook, tls: ssl.SSLContext, reach: Reach) -> None:
        self._mock, self._book, self._tls, self._reach = mock, book, tls, reach
        self._connections: set[Connection] = set()
        self._callers: Callers

    async def listen(self, port: int) -> int:
        """Take connections at the mock's address (0: at any port); the port."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(self._connection, self._mock.host, port, backlog=1024)
        taken: int = server.sockets[0].getsockname()[1]
        self._server, self._callers = server, self._mock.callers(taken)
        return taken

    def reset(self) -> None:
        """Begin a night: no connection of the last one goes on."""
        for connection in list(self._connections):
            connection.drop()

    def _connection(self) -> Connection:
        from harness.mocks.desk.channels.mail_connection import Connection

        return Connection(self._mock, self._book, self._callers, self._connections, self._tls, self._reach)
