"""Consumers that are queues, in virtual time, and their clients: in the test itself, or as jobs of the night."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

import pytest
import redis
from jsonschema import Draft202012Validator

from harness.contract.endpoints import QUEUE
from harness.contract.events.schema import history_schema
from harness.mocks.consumers.queue.programs import find
from harness.mocks.consumers.queue.unavailable import QueueUnavailable
from tests.calibration import patience_s
from tests.mocks.conftest import NightOfMocks, Played

VALIDATOR = Draft202012Validator(history_schema())
CONSUMERS = {
    "events": {"kind": "queue", "queue": "forecasts", "structure": "list", "key": ["sku"]},
    "audit": {"kind": "queue", "queue": "log", "structure": "stream", "key": ["sku"]},
}


def row(sku: str, **more: Any) -> str:
    return json.dumps({"sku": sku, "quantity": 1} | more)


class Queues:
    """The list `forecasts` and the stream `log`, and the night that they are in."""

    def __init__(self, night: NightOfMocks) -> None:
        self.night = night
        self.night.plan["consumers"] = CONSUMERS
        self.settled = False
        self.played: Played = night.start("consumers")
        if night.virtual:
            night.run(minutes=0.1)  # the server sleeps before it is ready

    @property
    def port(self) -> int:
        return self.played.endpoints["queue"]

    def begin(self, consumers: dict[str, Any]) -> None:
        """A night with other consumers."""
        self.night.begin()
        self.night.plan["consumers"] = consumers
        self.night.start("consumers")

    def client(self, **more: Any) -> Any:  # redis-py's own types are not complete
        # By default it sends again after five seconds, which a busy machine may need for an answer.
        return redis.Redis(port=self.port, password=QUEUE["password"], **{"socket_timeout": patience_s()} | more)

    def run_side_by_side(self, *codes: str) -> list[str]:
        """Jobs of the night in Python, run until the last has ended: what each printed."""
        at = {"REDIS_URL": f"redis://:{QUEUE['password']}@127.0.0.1:{self.port}/0"}
        processes = [
            self.night.job(sys.executable, "-c", textwrap.dedent(code), env=at, stderr=subprocess.STDOUT)
            for code in codes
        ]
        with ThreadPoolExecutor(len(processes) + 1) as pool:
            printing = [pool.submit(one.communicate) for one in processes]

            def stop() -> None:
                wait(printing)
                self.night.page.stop("they have ended")

            pool.submit(stop)
            self.stop = self.night.settle()
            for one, told in zip(processes, printing, strict=True):
                assert one.wait(patience_s()) == 0, told.result()[0].decode()
            return [told.result()[0].decode() for told in printing]

    def job(self, code: str) -> str:
        (printed,) = self.run_side_by_side(code)
        return printed

    def pushes(self) -> list[tuple[str, Any, Any]]:
        """Of each push: how it ended, what brought it, how many rows are stored or what is wrong."""
        ended = (one for one in self.night.events("push") if one[0] != "invoke")
        return [(type_, value.get("by"), value.get("stored", error)) for type_, value, error in ended]

    def held(self, consumer: str = "events") -> list[str]:
        """The keys of the rows that it holds at the end."""
        if not self.settled:
            self.played.done("POST", "settle")
            self.settled = True
        events = self.night.history()
        wrong = [error.message for event in events for error in VALIDATOR.iter_errors(json.loads(event.to_json()))]
        assert wrong == []
        return [key for key, _ in self.night.held(consumer)]


@pytest.fixture
def queues(night: NightOfMocks) -> Iterator[Queues]:
    try:
        find()
    except QueueUnavailable as why:
        pytest.skip(str(why))
    yield Queues(night)
    night.plan["consumers"] = {}
