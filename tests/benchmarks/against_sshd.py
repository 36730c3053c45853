"""The SFTP front end beside OpenSSH's sshd: one large file to paramiko, from each in turn."""

from __future__ import annotations

import getpass
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from harness.endpoints import SFTP
from harness.mocks.relay import UnixConnection
from harness.ssh_keys import CLIENT_KEY, HOST_KEY
from harness.stack.processes import descendants_of
from tests.benchmarks.machine import cpu_s

NAME = "large.csv"
UP_WITHIN_S = 20.0
SSHD = shutil.which("sshd") or "/usr/sbin/sshd"


@dataclass(frozen=True)
class Download:
    """What a client got and how long that took; the server's CPU for it, and the peak memory of its largest process."""

    size: int
    seconds: float
    server_cpu_s: float
    peak_kb: int


CLIENT = """
import io, sys, time, paramiko
host, port, user, path, key = sys.argv[1:]
client = paramiko.SSHClient()
client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
own = paramiko.Ed25519Key.from_private_key(io.StringIO(key))
client.connect(host, int(port), user, pkey=own, allow_agent=False, look_for_keys=False)
sftp = client.open_sftp()
begun = time.monotonic()
with open("/dev/null", "wb") as nowhere:
    size = sftp.getfo(path, nowhere)
print(size, time.monotonic() - begun, flush=True)
sys.stdin.read()
client.close()
"""


@dataclass(frozen=True)
class Server:
    """Where one listens, as whom it lets the client in, where the file is, and its process."""

    port: int
    user: str
    path: str
    pid: int


@contextmanager
def front_end(content: Path, scratch: Path) -> Iterator[Server]:
    """The source as its own program, with the file in its inbox; on the machine's clock."""
    (scratch / "store").mkdir(parents=True)
    digest = hashlib.sha256()
    with content.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    (scratch / "store" / digest.hexdigest()).symlink_to(content)
    described = {"file": "large", "name": NAME, "source": "sftp", "arrives_ns": 0, "records": 0}
    described |= {"sha256": digest.hexdigest(), "size": content.stat().st_size}
    command = [sys.executable, "-m", "harness.mocks.source", "--dir", str(scratch)]
    with subprocess.Popen(command) as process:
        try:
            health = asked(scratch, "GET", "/health")
            asked(scratch, "POST", "/reset", {"files": [described]})
            yield Server(health["endpoints"]["sftp"], SFTP["user"], f"/inbox/{NAME}", process.pid)
        finally:
            process.terminate()


def asked(scratch: Path, method: str, path: str, body: object = None) -> dict[str, dict[str, int]]:
    """A control call, as soon as the source takes one."""
    gives_up = time.monotonic() + UP_WITHIN_S
    while True:
        connection = UnixConnection(scratch / "control" / "source.sock", timeout_s=UP_WITHIN_S)
        try:
            connection.request(method, path, body=None if body is None else json.dumps(body))
            answer = connection.getresponse()
            found: dict[str, dict[str, int]] = json.load(answer)
            assert answer.status == 200, found
            return found
        except (FileNotFoundError, ConnectionRefusedError):
            assert time.monotonic() < gives_up, "the source did not start"
            time.sleep(0.01)
        finally:
            connection.close()


@contextmanager
def sshd(content: Path, scratch: Path) -> Iterator[Server]:
    """OpenSSH's server with a configuration of its own, for whoever runs this."""
    scratch.mkdir()
    for name, text, mode in (("host_key", HOST_KEY, 0o600), ("authorized_keys", public_key(), 0o644)):
        (scratch / name).touch(mode=mode)
        (scratch / name).write_text(text)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    config = scratch / "sshd_config"
    config.write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {scratch}/host_key\nPidFile none\nUsePAM no\nStrictModes no\n"
        f"AuthorizedKeysFile {scratch}/authorized_keys\nPermitRootLogin prohibit-password\n"
        "Subsystem sftp internal-sftp\n"
    )
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # where it confines itself; an init script would have made it
    with subprocess.Popen([SSHD, "-D", "-e", "-f", config], stderr=(scratch / "log").open("wb")) as process:
        try:
            reachable(port, process)
            yield Server(port, getpass.getuser(), str(content), process.pid)
        finally:
            process.terminate()


def public_key() -> str:
    """What lets the night's client in."""
    import asyncssh

    return asyncssh.import_private_key(CLIENT_KEY).export_public_key().decode()


def reachable(port: int, process: subprocess.Popen[bytes]) -> None:
    """Return when somebody listens."""
    gives_up = time.monotonic() + UP_WITHIN_S
    while True:
        with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
            return
        assert process.poll() is None, "sshd has ended"
        assert time.monotonic() < gives_up, "sshd does not listen"
        time.sleep(0.01)


def download(server: Server) -> Download:
    """One download by paramiko, which stays logged in until the server has been looked at."""
    before_s = cpu_s(server.pid)
    command = [sys.executable, "-c", CLIENT, "127.0.0.1", str(server.port), server.user, server.path, CLIENT_KEY]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as client:
        assert client.stdout is not None
        size, seconds = client.stdout.readline().split()
        its = (server.pid, *descendants_of(server.pid))
        return Download(int(size), float(seconds), cpu_s(*its) - before_s, max(peak_of(pid) for pid in its))


def peak_of(pid: int) -> int:
    """The most memory that a process has ever had, in kB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")), 0)
