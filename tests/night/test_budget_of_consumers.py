"""Jobs that ask a database or a queue again and again without a pause: told, and ended where nothing else ends them."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.checks import Outcome
from harness.clock.vain_requests import ENOUGH
from harness.night.result import Result
from harness.night.runner import NightRunner
from harness.scenario.loading import load_scenario
from harness.stack import Stack
from tests.night.test_struck_at_commits import BEGIN, CHAIN, QUEUE, SCENARIO, SCHEMA, TABLE, installed
from tests.sample import sample

AGAIN = """
import time
while True:
    try:
        store()
        break
    except (psycopg.Error, redis.RedisError):
        time.sleep({pause_s})
"""
INTO_THE_TABLE = """
connection = psycopg.connect(os.environ["TO"], autocommit=True)
def store():
    connection.execute("insert into plan values (%s, %s)", list(rows[0].values()))
"""
INTO_THE_QUEUE = """
queue = redis.from_url(os.environ["TO"])
def store():
    queue.xadd("plans", rows[0])
"""
BY = {TABLE: INTO_THE_TABLE, QUEUE: INTO_THE_QUEUE}


def lived(tmp_path: Path, runner: NightRunner, consumer: str, pause_s: float, fault: str) -> Result:
    installed(consumer)
    (tmp_path / "runbook.md").write_text("Ask.\n")
    (tmp_path / "forecast.csv").write_text("sku,quantity\na,1\n")
    (tmp_path / "schema.sql").write_text(SCHEMA)
    (tmp_path / "load.py").write_text(BEGIN + BY[consumer] + AGAIN.format(pause_s=pause_s))
    (tmp_path / "chain.yaml").write_text(f"{CHAIN}  {consumer}\n")
    (tmp_path / "night.yaml").write_text(SCENARIO.replace("FAULT", f"{{{fault}}}"))
    return runner.run(load_scenario(tmp_path / "night.yaml"))


@pytest.mark.parametrize(("consumer", "pause_s"), sample([(TABLE, 0), (QUEUE, 0.1), (TABLE, 0.1), (QUEUE, 0)], 1))
def test_who_does_not_pause_is_over_the_budget(
    tmp_path: Path, night_runner: NightRunner, consumer: str, pause_s: float
) -> None:
    result = lived(tmp_path, night_runner, consumer, pause_s, "consumer_read_only: {consumer: it, times: 20}")
    assert result.outcome is Outcome.DAMAGED
    assert result.judgement.because.startswith("request_budget: consumers: ")
    assert "failed 20 times without a pause, 10 allowed" in result.judgement.because
    assert len([event for event in result.history if event.component == "it" and event.type == "fail"]) == 20


@pytest.mark.parametrize("consumer", [TABLE, QUEUE])
def test_who_pauses_is_not(tmp_path: Path, night_runner: NightRunner, consumer: str) -> None:
    result = lived(tmp_path, night_runner, consumer, 30, "consumer_read_only: {consumer: it, times: 20}")
    assert result.outcome is Outcome.RECOVERED, result.judgement.because


@pytest.mark.parametrize("consumer", sample([QUEUE, TABLE]))
def test_a_loop_that_nothing_ends_is_ended(tmp_path: Path, own_stack: Stack, store: Path, consumer: str) -> None:
    result = lived(tmp_path, NightRunner(own_stack, store), consumer, 0, "consumer_read_only: {consumer: it}")
    loop = result.history.of("loop", component="night")[0]
    assert loop.value == {"jobs": ["load"], "requests": ENOUGH}
    assert result.outcome is Outcome.DAMAGED
