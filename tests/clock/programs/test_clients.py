"""Client libraries give up on a silent server after their own limits, set or not, in virtual time."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.clock.needed import client
from tests.clock.virtual_night import Night
from tests.sample import sample


@dataclass(frozen=True)
class Attempt:
    """A call of a client library, how it ends, after how many seconds, and how many earlier or later that may be."""

    library: str
    call: str
    ends_with: str
    after_s: float
    early_s: float = 0
    late_s: float = 0.1


ATTEMPTS = {
    "httpx, its default of 5 s": Attempt("httpx", "import httpx; httpx.get(url)", "ReadTimeout", 5),
    "httpx, an hour": Attempt("httpx", "import httpx; httpx.get(url, timeout=3600)", "ReadTimeout", 3600),
    "httpx in asyncio, an hour": Attempt(
        "httpx",
        """
        import asyncio, httpx
        async def get():
            async with httpx.AsyncClient(timeout=3600) as client:
                await client.get(url)
        asyncio.run(get())""",
        "ReadTimeout",
        3600,
    ),
    "requests, an hour": Attempt("", "import requests; requests.get(url, timeout=3600)", "ReadTimeout", 3600),
    "boto3, its defaults: three requests of 60 s": Attempt(
        "boto3",
        """
        import boto3
        boto3.client("s3", endpoint_url=url).get_object(Bucket="bucket", Key="feed.csv")""",
        "ReadTimeoutError",
        180,
        late_s=3.1,  # its pauses between them are random
    ),
    "boto3, one request of an hour": Attempt(
        "boto3",
        """
        import boto3, botocore.config
        config = botocore.config.Config(read_timeout=3600, retries={"total_max_attempts": 1})
        boto3.client("s3", endpoint_url=url, config=config).get_object(Bucket="bucket", Key="feed.csv")""",
        "ReadTimeoutError",
        3600,
    ),
    "paramiko, its default of 15 s": Attempt(
        "paramiko",
        """
        import paramiko
        paramiko.SSHClient().connect("127.0.0.1", port, "user", "password")""",
        "SSHException",
        15,
        early_s=0.2,  # two of its threads look ten times a second: the clock of either may be off by 1 %, 2 s at most
        late_s=0.2,
    ),
    "paramiko, an hour": Attempt(
        "paramiko",
        """
        import paramiko
        paramiko.SSHClient().connect("127.0.0.1", port, "user", "password", banner_timeout=3600)""",
        "SSHException",
        3600,
        early_s=2,
        late_s=2.1,
    ),
}

AWS = {
    "AWS_ACCESS_KEY_ID": "key",
    "AWS_SECRET_ACCESS_KEY": "secret",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
}


@pytest.mark.parametrize("name", sample(ATTEMPTS, {"requests, an hour"}))
def test_a_client_gives_up_on_a_silent_server_after_its_own_limit(night: Night, silent_port: int, name: str) -> None:
    attempt = ATTEMPTS[name]
    variables = client(attempt.library) if attempt.library else {"NO_PROXY": "*"}
    call = attempt.call.replace("\n        ", "\n    ").strip()
    ended = night.run_python(
        f"""
import time
port = {silent_port}
url = f"http://127.0.0.1:{{port}}/"
try:
    {call}
except Exception as error:
    print(type(error).__name__)
print(time.clock_gettime(time.CLOCK_MONOTONIC) - 100_000)
""",
        more={**AWS, **variables},
    )
    assert ended.code == 0, ended.err
    error, took = ended.out.split()
    assert error == attempt.ends_with, ended.err
    assert -attempt.early_s <= float(took) - attempt.after_s < attempt.late_s
