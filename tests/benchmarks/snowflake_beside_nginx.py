"""The Snowflake front end beside nginx: one large file to the connector by GET, its link leading to each in turn."""

from __future__ import annotations

import hashlib
import json
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import ThreadingHTTPServer
from pathlib import Path

from harness.endpoints import SNOWFLAKE
from harness.mocks.relay import UnixConnection
from harness.stack.processes import descendants_of
from tests.benchmarks.machine import cpu_s
from tests.clock.silent_stage import Account
from tests.clock.silent_stage import download as told

NAME = "large.csv"
UP_WITHIN_S = 20.0
NGINX = shutil.which("nginx") or "/usr/sbin/nginx"

CLIENT = """
import json, os, sys, time, warnings
warnings.simplefilter("ignore")
import snowflake.connector
connect, stage, name, folder = json.loads(sys.argv[1]), *sys.argv[2:]
cursor = snowflake.connector.connect(**connect).cursor()
begun = time.monotonic()
cursor.execute(f"GET @{stage}/{name} file://{folder}/")
print(os.path.getsize(f"{folder}/{name}"), time.monotonic() - begun, flush=True)
sys.stdin.read()
os._exit(0)
"""


@dataclass
class Download:
    """What the connector got, and in how long; the server's CPU for it, and the peak memory of its largest process."""

    size: int
    seconds: float
    server_cpu_s: float
    peak_kb: int


@dataclass(frozen=True)
class Server:
    """The account's port, and the process that the file comes from."""

    port: int
    pid: int
    folder: Path


@contextmanager
def front_end(content: Path, scratch: Path) -> Iterator[Server]:
    """The source as its own program, with the file on its stage; on the machine's clock."""
    (scratch / "store").mkdir(parents=True)
    digest = hashlib.sha256()
    with content.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    (scratch / "store" / digest.hexdigest()).symlink_to(content)
    described = {"file": "large", "name": NAME, "source": "snowflake", "arrives_ns": 0, "records": 0}
    described |= {"sha256": digest.hexdigest(), "size": content.stat().st_size}
    with subprocess.Popen([sys.executable, "-m", "harness.mocks.source", "--dir", str(scratch)]) as process:
        try:
            health = asked(scratch, "GET", "/health")
            asked(scratch, "POST", "/reset", {"files": [described]})
            yield Server(health["endpoints"]["snowflake"], process.pid, scratch)
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
def nginx(content: Path, scratch: Path) -> Iterator[Server]:
    """Nginx with the file, and an account that knows nothing but the way to it."""
    scratch.mkdir()
    (scratch / NAME).symlink_to(content)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    places = "".join(
        f"{kind}_temp_path {scratch}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if scratch.owner() == "root" else ""
    (scratch / "nginx.conf").write_text(
        f"{user} worker_processes 1; daemon off; pid {scratch}/pid; error_log {scratch}/log;"
        f"events {{}} http {{ access_log off; sendfile on; {places}"
        f"server {{ listen 127.0.0.1:{port}; root {scratch}; }} }}"
    )

    class Leading(Account):
        def query_data(self) -> dict[str, object]:
            urls = [f"http://127.0.0.1:{port}/{NAME}"]
            return told(port) | {"localLocation": f"{scratch}/got/", "src_locations": [NAME], "presignedUrls": urls}

    account = ThreadingHTTPServer(("127.0.0.1", 0), Leading)
    threading.Thread(target=account.serve_forever, daemon=True).start()
    with subprocess.Popen([NGINX, "-p", str(scratch), "-c", str(scratch / "nginx.conf")]) as process:
        try:
            reachable(port, process)
            yield Server(account.server_address[1], process.pid, scratch)
        finally:
            process.terminate()
            account.shutdown()
            account.server_close()


def reachable(port: int, process: subprocess.Popen[bytes]) -> None:
    """Return when somebody listens."""
    gives_up = time.monotonic() + UP_WITHIN_S
    while True:
        with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
            return
        assert process.poll() is None, "nginx has ended"
        assert time.monotonic() < gives_up, "nginx does not listen"
        time.sleep(0.01)


def download(server: Server) -> Download:
    """One GET; the client stays until the server has been looked at."""
    grants = {name: SNOWFLAKE[name] for name in ("account", "user", "password", "database", "schema")}
    connect = json.dumps(grants | {"host": "127.0.0.1", "port": server.port, "protocol": "http"})
    folder = server.folder / "got"
    folder.mkdir()
    before_s = cpu_s(server.pid, *descendants_of(server.pid))
    command = [sys.executable, "-c", CLIENT, connect, SNOWFLAKE["stage"], NAME, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as client:
        assert client.stdout is not None
        size, seconds = client.stdout.readline().split()
        its = (server.pid, *descendants_of(server.pid))
        got = Download(int(size), float(seconds), cpu_s(*its) - before_s, max(peak_of(pid) for pid in its))
    shutil.rmtree(folder)
    return got


def peak_of(pid: int) -> int:
    """The most memory that a process has ever had, in kB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM")), 0)
