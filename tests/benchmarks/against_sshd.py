"""The SFTP front end beside OpenSSH's sshd: one large file to paramiko, from each in turn."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness.contract.endpoints import SFTP
from harness.contract.ssh_keys import CLIENT_KEY, HOST_KEY
from tests.benchmarks import playing
from tests.benchmarks.playing import NAME, Download, Server

SSHD = shutil.which("sshd") or "/usr/sbin/sshd"


def missing() -> str | None:
    """What is not here."""
    return None if os.access(SSHD, os.X_OK) else "there is no sshd here (Debian's openssh-server)"


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
class Login:
    """A server, as whom it lets the client in, and where the file is."""

    server: Server
    user: str
    path: str


@contextmanager
def front_end(content: Path, scratch: Path) -> Iterator[Login]:
    """The source, with the file in its inbox."""
    with playing.source(content, scratch, "sftp", "sftp") as server:
        yield Login(server, SFTP["user"], f"/inbox/{NAME}")


@contextmanager
def sshd(content: Path, scratch: Path) -> Iterator[Login]:
    """OpenSSH's server with a configuration of its own, for whoever runs this."""
    scratch.mkdir()
    for name, text, mode in (("host_key", HOST_KEY, 0o600), ("authorized_keys", public_key(), 0o644)):
        (scratch / name).touch(mode=mode)
        (scratch / name).write_text(text)
    port = playing.free_port()
    config = scratch / "sshd_config"
    config.write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {scratch}/host_key\nPidFile none\nUsePAM no\nStrictModes no\n"
        f"AuthorizedKeysFile {scratch}/authorized_keys\nPermitRootLogin prohibit-password\n"
        "Subsystem sftp internal-sftp\n"
    )
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(exist_ok=True)  # where it confines itself; an init script would have made it
    with (scratch / "log").open("wb") as log:
        process = subprocess.Popen([SSHD, "-D", "-e", "-f", config], stderr=log)
        with playing.listening(process, port):
            yield Login(Server(port, process.pid), getpass.getuser(), str(content))


def public_key() -> str:
    """What lets the night's client in."""
    import asyncssh

    return asyncssh.import_private_key(CLIENT_KEY).export_public_key().decode()


def download(login: Login) -> Download:
    """One, by the client of this comparison, which stays logged in until the server has been looked at."""
    where = ("127.0.0.1", str(login.server.port), login.user, login.path, CLIENT_KEY)
    return playing.downloaded(login.server.pid, CLIENT, *where)
