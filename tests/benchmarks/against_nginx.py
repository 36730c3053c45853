"""The HTTP front end beside nginx, and behind the wire: one large file to urllib3, from each in turn."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.benchmarks import playing
from tests.benchmarks.playing import NAME, UP_WITHIN_S, Download, Server

CLIENT = f"""
import sys, time, urllib3
begun = time.monotonic()
answer = urllib3.PoolManager().request("GET", sys.argv[1] + "/files/{NAME}", preload_content=False)
size = sum(len(chunk) for chunk in answer.stream(1 << 20))
print(size, time.monotonic() - begun, flush=True)
sys.stdin.read()
"""


@contextmanager
def front_end(content: Path, scratch: Path) -> Iterator[Server]:
    """The source."""
    with playing.source(content, scratch, "http", "source") as server:
        yield server


@contextmanager
def by_the_wire(content: Path, scratch: Path) -> Iterator[Server]:
    """The source, reached as jobs reach it."""
    with playing.source(content, scratch, "http", "source") as server, playing.wire(server, scratch) as front:
        yield front


@contextmanager
def nginx(content: Path, scratch: Path) -> Iterator[Server]:
    """nginx with a configuration of its own: one worker, and sendfile, as Debian's has it."""
    (scratch / "files").mkdir(parents=True)
    (scratch / "files" / NAME).symlink_to(content)
    scratch.chmod(0o755)
    scratch.parent.chmod(0o755)  # its worker may be another user
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    config = scratch / "nginx.conf"
    config.write_text(
        f"daemon off; worker_processes 1; pid {scratch}/pid; error_log {scratch}/errors;\n"
        "events { worker_connections 64; }\n"
        f"http {{ access_log off; sendfile on; tcp_nopush on; client_body_temp_path {scratch}/body;\n"
        f"server {{ listen 127.0.0.1:{port}; root {scratch}; }} }}\n"
    )
    with subprocess.Popen(["nginx", "-c", config, "-e", scratch / "errors"]) as process:
        try:
            _reachable(port, process)
            yield Server(f"http://127.0.0.1:{port}", process.pid)
        finally:
            process.terminate()


def _reachable(port: int, process: subprocess.Popen[bytes]) -> None:
    gives_up = time.monotonic() + UP_WITHIN_S
    while True:
        with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
            return
        assert process.poll() is None, "nginx has ended"
        assert time.monotonic() < gives_up, "nginx does not listen"
        time.sleep(0.01)


def missing() -> str | None:
    """What is not here."""
    return None if shutil.which("nginx") else "there is no nginx here"


def download(server: Server) -> Download:
    """One, by the client of this comparison."""
    return playing.downloaded(server, CLIENT)
