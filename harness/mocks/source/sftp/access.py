"""Who may come in: a password or a key, checked as sshd checks them, and the session that follows a login."""

from __future__ import annotations

import hmac
from typing import Any

import asyncssh
from asyncssh.stream import SSHServerStreamSession

from harness.contract.effects.source import Refuse
from harness.contract.endpoints import SFTP
from harness.mocks.core.callers import asker, asking
from harness.mocks.source.sftp import VIA
from harness.mocks.source.sftp.connections import Connections
from harness.mocks.source.sftp.errors import end_connection, ending, ends_connection, raised_here
from harness.mocks.source.sftp.operations import Operations
from harness.mocks.source.sftp.state import State

VERSION = 3
"""Of SFTP: the one that OpenSSH speaks, and so nearly every client."""

KNOWN_KEY = asyncssh.import_private_key(SFTP["key"]).convert_to_public()


class Login(asyncssh.SSHServer):
    """One connection, from its first byte to its last.

    A fault is asked about once a connection, whatever the client tries in it, and refuses all of that. Each credential
    that is not taken is a ``fail login``, as each is a line in sshd's log.
    """

    def __init__(self, state: State, connections: Connections) -> None:
        self._state, self._connections = state, connections
        self._connection: asyncssh.SSHServerConnection
        self._refusal: Refuse | None = None
        self._night = state.store.night
        self._job: str | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """A client is there."""
        self._connection = conn
        self._connections.came(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        """It is gone; what the mock's own code has raised is a mistake of the mock."""
        self._connections.gone(self._connection)
        if exc is not None and raised_here(exc):
            self._state.mock.bug("an SFTP connection", exc)

    def begin_auth(self, username: str) -> bool:
        """A user asks to be let in, and has to prove who that is."""
        if self._job is None:  # and not before: the wire has passed something on, so it has told for whom
            self._job = self._state.callers.take(self._connection.get_extra_info("peername")[1])
            self._connection.set_extra_info(job=self._job)
        self._event("invoke", username)
        self._refusal = self._state.gate.refusal(VIA, "login", username)
        if self._refusal is not None and ends_connection(self._refusal):
            self._event("fail", username, ending(self._refusal))
            end_connection(self._refusal, self._connection)
        return True

    def public_key_auth_supported(self) -> bool:
        """Keys are taken."""
        return True

    def password_auth_supported(self) -> bool:
        """Passwords are taken."""
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """Whether the key is the one that is known; asked before it is used, and again when it has signed."""
        return self._takes(username, key.public_data == KNOWN_KEY.public_data, f"{key.get_algorithm()} key not known")

    def validate_password(self, username: str, password: str) -> bool:
        """Whether it is the password."""
        return self._takes(
            username, hmac.compare_digest(password.encode(), SFTP["password"].encode()), "wrong password"
        )

    def auth_completed(self) -> None:
        """The client is in."""
        self._event("ok", self._connection.get_extra_info("username"))

    def session_requested(self) -> SSHServerStreamSession[bytes]:
        """A session that can do nothing but SFTP."""
        session: SSHServerStreamSession[bytes] = SSHServerStreamSession(
            None, lambda channel: Operations(channel, self._state, session), VERSION
        )
        return session

    def _takes(self, username: str, right: bool, wrong: str) -> bool:
        if self._refusal is not None:
            wrong = self._refusal.refuse.replace("_", " ")
        elif username != SFTP["user"]:
            wrong = "no such user"
        elif right:
            return True
        self._event("fail", username, wrong)
        # paramiko asks for the login service anew with each thing that it tries. sshd lets it; asyncssh takes a second
        # request for a breach of protocol and hangs up, unless it is told to expect one.
        self._connection._next_service = b"ssh-userauth"
        return False

    def _event(self, type: Any, username: str, error: str | None = None) -> None:  # noqa: A002 - as in events
        asking(self._job or "")
        if self._night == self._state.store.night:
            self._state.mock.recorder.record(type, "login", {"via": VIA, "user": username} | asker(), error=error)
