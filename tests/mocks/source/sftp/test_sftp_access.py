"""Who is let in over SFTP, and how a login is refused."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import paramiko
import pytest

from harness.contract.endpoints import SFTP
from tests.calibration import patience_s
from tests.mocks.conftest import NightOfMocks, Played
from tests.mocks.source.sftp.sftp_client import NAME, Clients, logged_in

KNOWN = paramiko.Ed25519Key.from_private_key(io.StringIO(SFTP["key"]))
INVOKE = ("invoke", {"via": "sftp", "user": SFTP["user"]}, None)
LOST = (OSError, EOFError, paramiko.SSHException)


def failed(error: str, user: str = SFTP["user"]) -> tuple[str, dict[str, str], str]:
    return "fail", {"via": "sftp", "user": user}, error


@pytest.mark.parametrize("credentials", [{"password": SFTP["password"]}, {"pkey": KNOWN}])
def test_a_password_or_the_key_lets_in(night: NightOfMocks, source: Played, credentials: dict[str, Any]) -> None:
    with logged_in(source, **credentials) as sftp:
        assert sftp.listdir("/") == ["inbox"]
    assert night.events("login") == [INVOKE, ("ok", {"via": "sftp", "user": SFTP["user"]}, None)]


@pytest.mark.parametrize(
    ("user", "credentials", "error"),
    [
        (SFTP["user"], {"password": "wrong"}, "wrong password"),
        (SFTP["user"], {"pkey": paramiko.ECDSAKey.generate()}, "ecdsa-sha2-nistp256 key not known"),
        ("somebody", {"password": SFTP["password"]}, "no such user"),
        ("somebody", {"pkey": KNOWN}, "no such user"),
    ],
)
def test_anything_else_does_not(
    night: NightOfMocks, source: Played, user: str, credentials: dict[str, Any], error: str
) -> None:
    with (
        pytest.raises(paramiko.AuthenticationException, match="Authentication failed"),
        logged_in(source, user, **credentials),
    ):
        pass
    assert night.events("login")[-1] == failed(error, user)


def test_after_a_wrong_key_comes_the_password_as_sshd_has_it(night: NightOfMocks, source: Played) -> None:
    both = {"pkey": paramiko.ECDSAKey.generate(), "password": SFTP["password"]}
    with logged_in(source, **both) as sftp:
        assert sftp.listdir("/") == ["inbox"]
    assert [how for how, _, _ in night.events("login")] == ["invoke", "fail", "ok"]


def test_openssh_is_told_permission_denied(night: NightOfMocks, source: Played, tmp_path: Path) -> None:
    clients = Clients(night, source.endpoints["sftp"], NAME, tmp_path / "x")
    known = clients.places

    class Stranger(Clients):
        @property
        def places(self) -> dict[str, str]:
            return known | {"SFTP_USER": "somebody"}

    ended = Stranger(night, clients.port, NAME, clients.target).run("openssh_sftp")
    assert ended.said == "sftp exited with 255: Connection closed"
    assert night.events("login")[-1] == failed("no such user", "somebody")


def test_a_refused_login_is_refused_whatever_the_client_tries_in_it(night: NightOfMocks, source: Played) -> None:
    source.arm("request", {"refuse": "login_refused"}, where={"operation": "login"}, times=1)
    transport = paramiko.Transport(("127.0.0.1", source.endpoints["sftp"]))
    transport.start_client(timeout=patience_s())
    with pytest.raises(paramiko.AuthenticationException):
        transport.auth_publickey(SFTP["user"], KNOWN)
    with pytest.raises(paramiko.AuthenticationException):
        transport.auth_password(SFTP["user"], SFTP["password"])
    transport.close()
    assert night.events("login") == [INVOKE, failed("login refused"), failed("login refused")]
    assert len(night.events("fault")) == 1
    with logged_in(source) as sftp:
        assert sftp.listdir("/") == ["inbox"]


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("unavailable", "connection dropped"),
        ("throttled", "connection dropped"),
        ("session_expired", "disconnected: session expired"),
    ],
)
def test_a_login_may_end_with_the_connection(night: NightOfMocks, source: Played, kind: str, error: str) -> None:
    source.arm("request", {"refuse": kind}, where={"operation": "login"})
    with pytest.raises(LOST), logged_in(source):
        pass
    assert night.events("login") == [INVOKE, failed(error)]
