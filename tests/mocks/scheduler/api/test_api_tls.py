"""The API over TLS, as the vendor's server offers it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import trustme
import urllib3

from harness.mocks.core.relay import UnixConnection
from tests.mocks.scheduler.api.opcon_client import OpConClient


def test_who_trusts_the_certificate_is_served_over_tls_and_nobody_else(tmp_path: Path) -> None:
    authority, certificate = trustme.CA(), tmp_path / "server.pem"
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(str(certificate))
    command = [sys.executable, "-m", "harness.mocks.scheduler", "--dir", str(tmp_path)]
    with subprocess.Popen([*command, "--certificate", str(certificate)]) as scheduler:
        try:
            url = f"https://localhost:{_port(tmp_path / 'control' / 'scheduler.sock', scheduler)}"
            assert OpConClient(url, ca_certs=str(tmp_path / "authority.pem")).ask("GET", "/version")
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
