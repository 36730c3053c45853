"""What the catalogue says that clients of a queue do by themselves about a fault is what they are seen to do."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import redis

from harness.contract.codec import write
from harness.contract.endpoints import QUEUE
from harness.contract.points import Point
from harness.faults import FAULTS, REACTIONS, Fault
from harness.faults.model.clients import WORKERS
from harness.mocks.consumers.queue.programs import find
from harness.mocks.consumers.queue.unavailable import QueueUnavailable
from harness.night.file_contents import FileContents
from harness.scenario.model import build_fault
from tests.faults.seeing import PATIENCE_MINUTES, Stage
from tests.mocks.conftest import NightOfMocks, night, stage
from tests.sample import sample

__all__ = ["night", "stage"]

SCRIPT = Path(__file__).parent / "clients" / "worker.py"
BUS = {"kind": "queue", "queue": "work", "structure": "stream", "key": ["sku"]}
MET = sorted(name for name, kind in FAULTS.items() if WORKERS.keys() & {told.partition(" ")[0] for told in kind.seen})


class Once(Stage):
    """A stage on which each fault acts once: a message that comes again for ever is never done."""

    @contextmanager
    def armed(self, fault: Fault, point: Point[Any], effect: Any, **where: str) -> Iterator[None]:
        mock = self.night.played[point.component]
        mock.arm(point.name, write(effect), where=where, times=1)
        yield
        mock.done("DELETE", "arm/0")


def reaction(night: NightOfMocks, folder: Path, fault: Fault, client: str) -> str:
    """What a client did about it, in the words of `REACTIONS`; three entries wait for it."""
    try:
        find()
    except QueueUnavailable as why:
        pytest.skip(str(why))
    night.begin()
    night.plan["consumers"] = {"bus": BUS}
    consumers = night.start("consumers")
    night.run(0.1)  # the server sleeps before it is ready
    port, password = consumers.endpoints["queue"], QUEUE["password"]
    queue = redis.Redis(port=port, password=password)
    queue.xgroup_create("work", "workers", id="0", mkstream=True)
    for sku in "abc":
        queue.xadd("work", {"sku": sku})
    with fault.inject(Once(night, FileContents(folder))):
        url = f"redis://:{password}@127.0.0.1:{port}/0"
        job = night.job(sys.executable, str(SCRIPT), client, url, stderr=subprocess.DEVNULL)
        night.run(PATIENCE_MINUTES)
        waits = job.poll() is None
        if waits:
            job.kill()
    said = job.communicate()[0]
    asked = len(night.events("fault", "consumers"))
    assert asked, f"{client} did not meet {fault.name}"
    night.plan["consumers"] = {}
    if waits:
        return "waits"
    return "refuses" if json.loads(said)["code"] else "accepts"


@pytest.mark.parametrize("client", WORKERS)
@pytest.mark.parametrize("name", sample(MET, {"redelivery", "lost_consumer_group"}))
def test_each_worker_does_what_the_catalogue_says(name: str, client: str, night: NightOfMocks, tmp_path: Path) -> None:
    assert reaction(night, tmp_path, build_fault({name: {"consumer": "bus"}}), client) == FAULTS[name].seen[client]


@pytest.mark.parametrize("name", MET)
def test_something_is_said_of_each_worker_in_the_catalogues_words(name: str) -> None:
    assert FAULTS[name].seen.keys() >= WORKERS.keys()
    for told in FAULTS[name].seen.values():
        assert re.fullmatch(rf"({'|'.join(REACTIONS)})|(accepts|refuses) after \d+m|retries for \d+m", told)


def test_a_worker_that_does_otherwise_is_noticed(
    monkeypatch: pytest.MonkeyPatch, night: NightOfMocks, tmp_path: Path
) -> None:
    monkeypatch.setattr(FAULTS["redelivery"], "seen", {"redis_py": "refuses"})
    with pytest.raises(AssertionError):
        test_each_worker_does_what_the_catalogue_says("redelivery", "redis_py", night, tmp_path)
