"""Two Snowflake connectors, one of Python, one with a native core, give up after their own defaults."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from tests.calibration import starts
from tests.clock.needed import client
from tests.clock.virtual_night import Night

pytestmark = pytest.mark.exhaustive

STAGE = Path(__file__).parent / "silent_stage.py"

CONNECT = """
import os, sys, time
import snowflake.connector
def connect():
    return snowflake.connector.connect(
        account="account", user="user", password="password", host="127.0.0.1", port=int(sys.argv[1]), protocol="http")
def report(act):
    began = time.monotonic()
    try:
        act()
    except snowflake.connector.errors.OperationalError:
        print(time.monotonic() - began, flush=True)
    os._exit(0)  # neither closes its session on a server that is silent
"""


def gives_up(night: Night, connector: str, port: int, act: str) -> tuple[float, float]:
    """How many seconds it took: virtual ones, and real ones."""
    began = time.monotonic()
    ended = night.run_python(f"{CONNECT}\n{act}", more=client(connector), arguments=[str(port)])
    assert ended.out, ended.err
    return float(ended.out), time.monotonic() - began


@pytest.mark.parametrize(
    ("connector", "limit_s"),
    [
        ("snowflake-4", 121),  # two requests of 60 s, a second between them
        ("snowflake-5", 120),  # its login_timeout
    ],
)
def test_a_login_that_hangs_is_given_up(night: Night, silent_port: int, connector: str, limit_s: float) -> None:
    took, _ = gives_up(night, connector, silent_port, "report(connect)")
    assert limit_s <= took < limit_s + 0.5


@pytest.mark.parametrize(
    ("connector", "limit_s"),
    [
        ("snowflake-4", 6031),  # ten requests of 600 s, with pauses
        ("snowflake-5", 600),  # a budget for all requests
    ],
)
def test_a_stage_that_hangs_is_given_up(night: Night, tmp_path: Path, connector: str, limit_s: float) -> None:
    account = night.start(sys.executable, str(STAGE), component="account")
    assert account.stdout is not None
    port = int(account.stdout.readline())
    get = f"cursor = connect().cursor(); report(lambda: cursor.execute('get @stage/feed.csv file://{tmp_path}/'))"
    took, real_s = gives_up(night, connector, port, get)
    assert limit_s <= took < limit_s + 1
    assert real_s < starts(400)  # about a dozen, on a machine that does nothing else
