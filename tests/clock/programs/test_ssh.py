"""OpenSSH's sftp across virtual minutes: a server that says nothing, and one that freezes."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.clock.needed import client, needs
from tests.clock.virtual_night import Ended, Night

SERVER = Path(__file__).parent / "hanging_sftp_server.py"
ALONE = ["-F", "none", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"]


def sftp(night: Night, port: int, *options: str) -> Ended:
    needs("sftp")
    given = [word for option in options for word in ("-o", option)]
    return night.run("sftp", *ALONE, *given, "-P", str(port), "nobody@127.0.0.1")


def test_sftp_gives_up_on_a_silent_server_after_its_connect_timeout(night: Night, silent_port: int) -> None:
    ended = sftp(night, silent_port, "ConnectTimeout=600")
    assert "Connection timed out during banner exchange" in ended.err
    assert ended.code == 255
    assert 600 <= ended.virtual_s < 600.1


@pytest.mark.exhaustive
def test_sftp_gives_up_on_a_frozen_server_after_its_unanswered_questions(night: Night) -> None:
    server = night.start(sys.executable, str(SERVER), more=client("paramiko"), component="server")
    assert server.stdout is not None
    port = int(server.stdout.readline())
    ended = sftp(night, port, "ServerAliveInterval=60", "ServerAliveCountMax=3")
    assert "Timeout, server 127.0.0.1 not responding." in ended.err
    assert ended.code == 255
    assert 239 <= ended.virtual_s < 242  # it asks at 60, 120 and 180 s, and counts in whole seconds
