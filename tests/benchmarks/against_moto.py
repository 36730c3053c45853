"""The S3 front end beside moto's server: one large file to boto3, from each in turn."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.contract.endpoints import GRANTS
from tests.benchmarks import playing
from tests.benchmarks.playing import NAME, Download, Server
from tests.clock.clients import CLIENTS

GRANT = GRANTS["s3"]
CONNECT = """
import sys, time, boto3, botocore.config
s3 = boto3.client("s3", endpoint_url=sys.argv[1], aws_access_key_id={access_key!r}, region_name={region!r},
    aws_secret_access_key={secret_key!r}, config=botocore.config.Config(s3={{"addressing_style": "path"}},
    response_checksum_validation="when_required"))
""".format(**GRANT)

READ = f"""
{CONNECT}
begun = time.monotonic()
body = s3.get_object(Bucket="feeds", Key="{NAME}")["Body"]
size = sum(len(chunk) for chunk in body.iter_chunks(1 << 20))
print(size, time.monotonic() - begun, flush=True)
sys.stdin.read()
"""

WRITE = f"""
{CONNECT}
s3.create_bucket(Bucket="feeds", CreateBucketConfiguration={{"LocationConstraint": "{GRANT["region"]}"}})
with open(sys.argv[2], "rb") as file:
    s3.put_object(Bucket="feeds", Key="{NAME}", Body=file)
"""


@contextmanager
def front_end(content: Path, scratch: Path) -> Iterator[Server]:
    """The source."""
    with playing.source(content, scratch, "s3", "s3") as server:
        yield server


@contextmanager
def moto(content: Path, scratch: Path) -> Iterator[Server]:
    """moto's server, which gets the file by a put."""
    scratch.mkdir()
    port = playing.free_port()
    program = "import sys; from moto.server import main; main(sys.argv[1:])"
    environment = os.environ | {"PYTHONPATH": str(_folder()), "NO_PROXY": "*"}
    command = [sys.executable, "-c", program, "-H", "127.0.0.1", "-p", str(port)]
    with (scratch / "log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, stderr=log)
        with playing.listening(process, port):
            server = Server(port, process.pid)
            subprocess.run([sys.executable, "-c", WRITE, server.url, str(content)], check=True)
            yield server


def missing() -> str | None:
    """What is not here."""
    if _folder().is_dir():
        return None
    return f"{CLIENTS['moto']} is not in NIGHT_HARNESS_CLIENTS: see tests/clock/clients.py"


def _folder() -> Path:
    return Path(os.environ.get("NIGHT_HARNESS_CLIENTS") or os.devnull) / "moto"


def download(server: Server) -> Download:
    """One, by the client of this comparison."""
    return playing.downloaded(server.pid, READ, server.url)
