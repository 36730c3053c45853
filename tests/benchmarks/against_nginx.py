"""The HTTP front end beside nginx, and behind the wire: one large file to urllib3, from each in turn."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks import playing
from tests.benchmarks.playing import NAME, Download, Server

NGINX = shutil.which("nginx") or "/usr/sbin/nginx"

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
    port = playing.free_port()
    config = scratch / "nginx.conf"
    config.write_text(
        f"daemon off; worker_processes 1; pid {scratch}/pid; error_log {scratch}/errors;\n"
        "events { worker_connections 64; }\n"
        f"http {{ access_log off; sendfile on; tcp_nopush on; client_body_temp_path {scratch}/body;\n"
        f"server {{ listen 127.0.0.1:{port}; root {scratch}; }} }}\n"
    )
    process = subprocess.Popen([NGINX, "-c", config, "-e", scratch / "errors"])
    with playing.listening(process, port):
        yield Server(port, process.pid)


def missing() -> str | None:
    """What is not here."""
    return None if os.access(NGINX, os.X_OK) else "there is no nginx here (Debian's nginx-light)"


def download(server: Server) -> Download:
    """One, by the client of this comparison."""
    return playing.downloaded(server.pid, CLIENT, server.url)
