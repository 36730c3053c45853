"""The Snowflake front end beside nginx: one large file to the connector by GET, its link leading to each in turn."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import ThreadingHTTPServer
from pathlib import Path

from harness.contract.endpoints import SNOWFLAKE
from tests.benchmarks import against_nginx, playing
from tests.benchmarks.playing import NAME, Download
from tests.clock.programs.silent_stage import Account
from tests.clock.programs.silent_stage import download as told

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


@dataclass(frozen=True)
class Stage:
    """The account's port, the process that the file comes from, and a place for what the client gets."""

    account: int
    pid: int
    folder: Path


@contextmanager
def front_end(content: Path, scratch: Path) -> Iterator[Stage]:
    """The source, with the file on its stage."""
    with playing.source(content, scratch, "snowflake", "snowflake") as server:
        yield Stage(server.port, server.pid, scratch)


@contextmanager
def nginx(content: Path, scratch: Path) -> Iterator[Stage]:
    """nginx with the file, and an account that knows nothing but the way to it."""
    with against_nginx.nginx(content, scratch) as server:

        class Leading(Account):
            def query_data(self) -> dict[str, object]:
                place = {"localLocation": f"{scratch}/got/", "src_locations": [NAME]}
                return told(server.port) | place | {"presignedUrls": [f"{server.url}/files/{NAME}"]}

        account = ThreadingHTTPServer(("127.0.0.1", 0), Leading)
        threading.Thread(target=account.serve_forever, daemon=True).start()
        try:
            yield Stage(account.server_address[1], server.pid, scratch)
        finally:
            account.shutdown()
            account.server_close()


def download(stage: Stage) -> Download:
    """One GET by the client of this comparison."""
    grants = {name: SNOWFLAKE[name] for name in ("account", "user", "password", "database", "schema")}
    connect = json.dumps(grants | {"host": "127.0.0.1", "port": stage.account, "protocol": "http"})
    folder = stage.folder / "got"
    folder.mkdir()
    got = playing.downloaded(stage.pid, CLIENT, connect, SNOWFLAKE["stage"], NAME, str(folder))
    shutil.rmtree(folder)
    return got
