"""Jobs that use a queue as public programs do, each in a night with the fault that its pattern is there for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.checks import Outcome
from harness.mocks.consumers.queue.programs import find
from harness.mocks.consumers.queue.unavailable import QueueUnavailable
from harness.night.result import Result
from harness.night.runner import NightRunner
from harness.scenario.loading import load_scenario
from tests.night.test_queue_consumer import BEGIN, CHAIN, SCENARIO

CONSUMERS = """
  events: {kind: queue, list: plans, key: [key], message_id: id}
  work: {kind: queue, CARRIER, key: [key]}
"""

RELIABLE_LIST = """
# the pattern "reliable queue" of Redis' own documentation: a processing list, which a restart empties first
queue.rpush("work", *[json.dumps(row) for row in rows()])
def handle(message):
    row = json.loads(message)
    queue.rpush("plans", json.dumps(row | {"id": row["key"]}))
    queue.lrem("processing", 1, message)
for left in queue.lrange("processing", 0, -1):
    handle(left)
while message := queue.blmove("work", "processing", 5, "LEFT", "RIGHT"):
    handle(message)
"""
CELERY_LIKE = """
# as kombu's transport does it: BRPOP, a hash of what is not acknowledged, and a sorted set of since when
for row in rows():
    queue.lpush("work", json.dumps(row))
while found := queue.brpop(["work", "work.high"], timeout=1):
    tag = found[1]
    with queue.pipeline() as pipeline:
        pipeline.zadd("unacked_index", {tag: time.time()}).hset("unacked", tag, found[1]).execute()
    row = json.loads(found[1])
    queue.rpush("plans", json.dumps(row | {"id": row["key"]}))
    with queue.pipeline() as pipeline:
        pipeline.zrem("unacked_index", tag).hdel("unacked", tag).execute()
"""
CLAIMING = """
# a worker takes everything and dies; the other one claims what has been idle for half an hour
queue.xgroup_create("work", "g", id="0", mkstream=True)
for row in rows():
    queue.xadd("work", row, maxlen=10_000, approximate=True)
queue.xreadgroup("g", "dead", {"work": ">"}, count=10)
begins, start, handled = time.monotonic(), "0-0", 0
while handled < 3:
    start, entries, _ = queue.xautoclaim("work", "g", "alive", min_idle_time=1_800_000, start_id=start, count=2)
    for number, fields in entries:
        row = {name.decode(): value.decode() for name, value in fields.items()}
        queue.rpush("plans", json.dumps(row | {"id": row["key"]}))
        handled += queue.xack("work", "g", number)
    if not entries:
        time.sleep(60)
assert 1800 <= time.monotonic() - begins < 1900
"""
SELF_HEALING = """
# as stream libraries do it since they met NOGROUP: the group is made again, from the beginning
def make():
    try:
        queue.xgroup_create("work", "g", id="0", mkstream=True)
    except redis.ResponseError as error:
        assert "BUSYGROUP" in str(error)
make()
with queue.pipeline(transaction=False) as pipeline:
    for row in rows():
        pipeline.xadd("work", row)
    pipeline.execute()
while True:
    try:
        found = queue.xreadgroup("g", "one", {"work": ">"}, count=1, block=1000)
    except redis.ResponseError as error:
        assert "NOGROUP" in str(error)
        make()
        continue
    if not found:
        break
    entries = found[0][1] if isinstance(found, list) else found[b"work"][0]
    for number, fields in entries:
        row = {name.decode(): value.decode() for name, value in fields.items()}
        queue.rpush("plans", json.dumps(row | {"id": row["key"]}))
        queue.xack("work", "g", number)
"""
ASYNCIO = """
# valkey-py with asyncio: a producer and a consumer in one loop, and a blocking read between them
import asyncio
import valkey.asyncio

async def main():
    client = valkey.asyncio.from_url(os.environ["QUEUE"], socket_timeout=None)
    taker = valkey.asyncio.from_url(os.environ["QUEUE"], socket_timeout=None)
    async def produce():
        for row in rows():
            await asyncio.sleep(600)
            await client.xadd("work", row)
    async def consume():
        last, handled = "0", 0
        while handled < 3:
            for _, entries in await taker.xread({"work": last}, count=1, block=3_600_000):
                for last, fields in entries:
                    row = {name.decode(): value.decode() for name, value in fields.items()}
                    await taker.rpush("plans", json.dumps(row | {"id": row["key"]}))
                    handled += 1
    await asyncio.gather(produce(), consume())
    await client.aclose()
    await taker.aclose()

asyncio.run(main())
"""

Night = Callable[[str, str, str], Result]


@pytest.fixture
def night(tmp_path: Path, night_runner: NightRunner) -> Night:
    try:
        find()
    except QueueUnavailable as why:
        pytest.skip(str(why))
    (tmp_path / "runbook.md").write_text("Ask.\n")
    (tmp_path / "forecast.csv").write_text("key,quantity\na,1\nb,2\nc,3\n")

    def run(carrier: str, code: str, fault: str) -> Result:
        (tmp_path / "send.py").write_text(f"{BEGIN}\n{code}")
        consumers = CONSUMERS.replace("CARRIER", carrier)
        jobs = '  send: {run: [python, send.py], at: "02:01"}\n'
        (tmp_path / "chain.yaml").write_text(f"{CHAIN}{jobs}consumers:{consumers}")
        (tmp_path / "night.yaml").write_text(SCENARIO.replace("no_fault", fault))
        return night_runner.run(load_scenario(tmp_path / "night.yaml"))

    return run


@pytest.mark.parametrize(
    ("carrier", "code", "fault"),
    [
        pytest.param("list: work", RELIABLE_LIST, "redelivery: {consumer: work, times: 1}", id="a reliable list"),
        pytest.param("list: work", CELERY_LIKE, "redelivery: {consumer: work, times: 1}", id="acknowledged by hand"),
        pytest.param("stream: work", CLAIMING, "redelivery: {consumer: events, to: consumer, call: 2}", id="claiming"),
        pytest.param("stream: work", SELF_HEALING, "lost_consumer_group: {consumer: work, call: 3}", id="self-healing"),
        pytest.param("stream: work", ASYNCIO, "redelivery: {consumer: events, to: consumer, times: 1}", id="asyncio"),
    ],
)
def test_a_pattern_holds_against_the_fault_that_it_is_for(night: Night, carrier: str, code: str, fault: str) -> None:
    result = night(carrier, code, f"{{{fault}}}")
    assert result.outcome in (Outcome.UNAFFECTED, Outcome.RECOVERED), result.judgement.because
    assert result.history.of("fault")


@pytest.mark.parametrize(
    ("carrier", "code", "fault"),
    [
        ("list: work", RELIABLE_LIST, "redelivery: {consumer: work, times: 1}"),
        ("stream: work", SELF_HEALING, "lost_consumer_group: {consumer: work, call: 3}"),
    ],
)
def test_without_an_id_the_consumer_has_it_twice(night: Night, carrier: str, code: str, fault: str) -> None:
    result = night(carrier, code.replace(' | {"id": row["key"]}', ""), f"{{{fault}}}")
    assert result.outcome is Outcome.DAMAGED
    assert "doubled" in result.judgement.because
