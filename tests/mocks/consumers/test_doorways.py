"""The ports that are there in every night: what is behind them is imported and started in a night that has it."""

from __future__ import annotations

import subprocess
import sys

import pytest
import redis

from harness.contract.endpoints import QUEUE
from tests.mocks.conftest import NightOfMocks

LOADED = """
import sys, harness.mocks.consumers.__main__
kinds = tuple(f"harness.mocks.consumers.{kind}." for kind in ("queue", "postgres"))
print([name for name in sys.modules if name.startswith(kinds)])
"""


def test_a_program_that_plays_consumers_imports_no_database_and_no_queue() -> None:
    told = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True).stdout
    assert told == "[]\n"


def test_who_asks_a_queue_in_a_night_without_one_is_told_so_and_nothing_is_started(night: NightOfMocks) -> None:
    night.plan["consumers"] = {"planning": {"kind": "http"}}
    played = night.start("consumers")
    client = redis.Redis(port=played.endpoints["queue"], password=QUEUE["password"])
    with pytest.raises(redis.RedisError, match="no consumer of this night is a queue"):
        client.ping()
    night.plan["consumers"] = {}
