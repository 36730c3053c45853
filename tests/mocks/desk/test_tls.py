"""TLS at the desk: for clients that trust its authority, and what becomes of those that do not."""

from __future__ import annotations

import smtplib
import socket
import ssl

import httpx
import pytest
import requests

from tests.calibration import patience_s
from tests.mocks.desk.conftest import Desk


@pytest.fixture
def authority(desk: Desk) -> str:
    return str(desk.night.dir / "desk-authority.pem")


@pytest.fixture
def hook(desk: Desk) -> str:
    url = desk.places["slack_url"].replace("http://", "https://")
    return url.replace(str(desk.played.endpoints["desk"]), str(desk.played.endpoints["desk-tls"]))


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"])
def test_every_channel_of_http_is_there_over_tls(
    desk: Desk, hook: str, authority: str, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, authority)
    post = requests.post if variable == "REQUESTS_CA_BUNDLE" else httpx.post
    assert post(hook, json={"text": "retrieve failed"}, timeout=patience_s()).text == "ok"
    assert [page["channel"] for page in desk.told()] == ["slack"]


def test_a_strict_client_finds_nothing_wrong_with_the_certificate(desk: Desk, authority: str) -> None:
    strict = ssl.create_default_context(cafile=authority)
    strict.verify_flags |= ssl.VERIFY_X509_STRICT  # as Python's default is from 3.13 on
    address = ("127.0.0.1", desk.played.endpoints["desk-tls"])
    for name in ("localhost", "127.0.0.1", "desk", "desk-tls", "smtp"):
        with socket.create_connection(address, timeout=patience_s()) as line:
            strict.wrap_socket(line, server_hostname=name).close()


def test_a_client_that_does_not_trust_it_says_so_and_the_desk_goes_on(desk: Desk, hook: str) -> None:
    with pytest.raises(requests.exceptions.SSLError):
        requests.post(hook, json={"text": "x"}, timeout=patience_s())
    with smtplib.SMTP("127.0.0.1", desk.played.endpoints["smtp"], timeout=patience_s()) as client:
        with pytest.raises(ssl.SSLCertVerificationError):
            client.starttls(context=ssl.create_default_context())
        client.close()
    for port in (desk.played.endpoints["desk-tls"], desk.played.endpoints["smtp"]):
        with socket.create_connection(("127.0.0.1", port), timeout=patience_s()) as line:
            line.sendall(b"EHLO x\r\nSTARTTLS\r\nno hello of TLS\r\n\x16\x03\x01\xff\xff" + bytes(99))
    assert requests.post(desk.places["slack_url"], json={"text": "x"}, timeout=patience_s()).text == "ok"
