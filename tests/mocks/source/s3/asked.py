"""A client library in a process of its own, which lives in the night's time and does one thing after the other."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from harness.contract.endpoints import GRANTS
from tests.mocks.conftest import NightOfMocks, Played, end

GRANT = GRANTS["s3"]
PROGRAM = """
import io, json, pathlib, sys, time
from harness.clock.page import ClockPage
page = ClockPage.open(pathlib.Path(sys.argv[1]))
def raw(data): return data.decode("latin-1")
for line in sys.stdin:
    given = json.loads(line)
    try:
        exec(given["code"], globals())
        told = {"value": globals().pop("found", None), "error": None}
    except Exception as error:
        told = {"value": None, "error": type(error).__name__, "said": str(error)}
    page.stop("answered")  # before it waits again: time must not pass any further
    print(json.dumps(told, default=str), flush=True)
"""


@dataclass(frozen=True)
class Told:
    """How it went: what ``found`` was left at, or the exception."""

    value: Any
    error: str | None
    said: str = ""


class Asked:
    """The process. What it defines stays defined."""

    def __init__(self, night: NightOfMocks, preamble: str, **variables: str) -> None:
        self._night = night
        environment = night.environment("client") | {"NO_PROXY": "*"} | variables
        self._process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(night.dir / "page")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
        )
        night.lasting.append(self._process)
        self.does(preamble)

    def tries(self, code: str) -> Told:
        """Run it; the night goes on meanwhile."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps({"code": code}).encode() + b"\n")
        self._process.stdin.flush()
        self._night.settle()
        return Told(**json.loads(self._process.stdout.readline()))

    def does(self, code: str) -> Any:
        """Run what must not fail; what ``found`` was left at."""
        told = self.tries(code)
        assert told.error is None, f"{told.error}: {told.said}"
        return told.value

    def close(self) -> None:
        self._night.lasting.remove(self._process)
        end(self._process)
        if self._process.stdin:
            self._process.stdin.close()


BOTO3 = """
import boto3, botocore.config, botocore.session, socket
resolve = socket.getaddrinfo
def here(host, *more, **named):
    return resolve("127.0.0.1" if host.endswith("localhost") else host, *more, **named)
socket.getaddrinfo = here  # as a name server with a wildcard entry would
from botocore.exceptions import ClientError
from boto3.s3.transfer import TransferConfig
def connect(url, key={access_key!r}, secret={secret_key!r}, region={region!r}, token=None, service="s3", **config):
    return boto3.client(service, endpoint_url=url, aws_access_key_id=key, aws_secret_access_key=secret,
        region_name=region, aws_session_token=token, config=botocore.config.Config(**config))
def get(key="forecast.csv", **more):
    return s3.get_object(Bucket="feeds", Key=key, **more)
def download(key="forecast.csv", **config):
    target = io.BytesIO()
    s3.download_fileobj("feeds", key, target, Config=TransferConfig(**config))
    return target.getvalue()
""".format(**GRANT)


def connected(boto3: Asked, source: Played) -> Asked:
    """The client, with ``s3`` connected to this source."""
    boto3.does(f"url = {source.url('', 's3')!r}; s3 = connect(url)")
    return boto3
