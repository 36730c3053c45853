"""The API over TLS, as the vendor's server offers it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import urllib3
from opcon_client import OpConClient

from harness.mocks.relay import UnixConnection


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed, and nothing else here makes a certificate")
    made = tmp_path / "server.pem"
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    command += [
        "-addext",
        "subjectAltName=DNS:localhost,IP:127.0.0.1",
        "-keyout",
        str(made),
        "-out",
        str(tmp_path / "c"),
    ]
    subprocess.run(command, check=True, capture_output=True)
    made.write_text(made.read_text() + (tmp_path / "c").read_text())
    return made


def test_who_trusts_the_certificate_is_served_over_tls_and_nobody_else(certificate: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "harness.mocks.scheduler", "--dir", str(tmp_path)]
    with subprocess.Popen([*command, "--certificate", str(certificate)]) as scheduler:
        try:
            url = f"https://localhost:{_port(tmp_path / 'control' / 'scheduler.sock', scheduler)}"
            assert OpConClient(url, ca_certs=str(certificate)).ask("GET", "/version")
            with pytest.raises(urllib3.exceptions.SSLError):
                OpConClient(url).ask("GET", "/version")
            with pytest.raises(urllib3.exceptions.HTTPError):
                OpConClient(url.replace("https", "http")).ask("GET", "/version")
        finally:
            scheduler.kill()


def _port(control: Path, scheduler: subprocess.Popen[bytes]) -> int:
    while True:
        assert scheduler.poll() is None
        connection = UnixConnection(control)
        try:
            connection.request("GET", "/health", "")
            return int(json.loads(connection.getresponse().read())["endpoints"]["scheduler"])
        except (FileNotFoundError, ConnectionRefusedError):
            os.sched_yield()
        finally:
            connection.close()
