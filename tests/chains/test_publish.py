"""publish: planning holds every record once, however often the job runs."""

from __future__ import annotations

import json

from tests.chains.bench import NAME, Bench, forecast


def events(bench: Bench, kind: str) -> list[dict[str, object]]:
    lines = (bench.directory / "history" / "consumers.jsonl").read_text().splitlines()
    found = [json.loads(line) for line in lines]
    return [event["value"] for event in found if (event["type"], event["action"]) == (kind, "batch")]


def test_every_record_is_published_in_batches_of_a_thousand(bench: Bench) -> None:
    (bench.validated / NAME).write_bytes(forecast(2500))
    done = bench.run("publish")
    assert (done.returncode, done.stderr) == (0, "")
    assert bench.planned() == {"rows": 2500, "batches": 3}


def test_a_second_run_stores_nothing_twice(bench: Bench) -> None:
    (bench.validated / NAME).write_bytes(forecast(2500))
    assert [bench.run("publish").returncode for _ in range(2)] == [0, 0]
    assert bench.planned() == {"rows": 2500, "batches": 3}
    assert [batch["replayed"] for batch in events(bench, "ok")] == [False] * 3 + [True] * 3


def test_without_the_idempotency_key_a_second_run_doubles_the_plan(bench: Bench) -> None:
    (bench.validated / NAME).write_bytes(forecast(2500))
    for _ in range(2):
        assert bench.run("publish", "IDEMPOTENCY_KEY").returncode == 0
    assert bench.planned() == {"rows": 5000, "batches": 6}


def test_a_key_names_the_night_the_file_and_the_batch(bench: Bench) -> None:
    (bench.validated / NAME).write_bytes(forecast(2500))
    bench.run("publish")
    keys = [batch["key"] for batch in events(bench, "invoke")]
    assert keys == [f"2026-11-23-forecast_20261123-{number}" for number in (1, 2, 3)]


def test_a_stand_in_is_published_as_the_day_that_it_is_of(bench: Bench) -> None:
    stand_in = "forecast_20261122.csv"
    (bench.validated / stand_in).write_bytes(forecast(5, day="2026-11-22"))
    flag = {"file": stand_in, "fallback_of": "2026-11-22", "cause": "source did not answer"}
    (bench.validated / f"{NAME}.fallback.json").write_text(json.dumps(flag))
    assert bench.run("publish").returncode == 0
    batch = events(bench, "invoke")[-1]
    assert (batch["business_date"], batch["fallback_of"], batch["rows"]) == ("2026-11-23", "2026-11-22", 5)


def test_planning_that_is_down_is_named(bench: Bench) -> None:
    (bench.validated / NAME).write_bytes(forecast(5))
    done = bench.run("publish", PLANNING_URL="http://127.0.0.1:1/planning")
    assert (done.returncode, done.stderr) == (1, "CAUSE: planning cannot be reached: Connection refused\n")


def test_a_key_that_comes_back_with_another_payload_is_a_failure_that_names_it(bench: Bench) -> None:
    (bench.validated / NAME).write_bytes(forecast(5))
    assert bench.run("publish").returncode == 0
    (bench.validated / NAME).write_bytes(forecast(5, quantity=8))
    done = bench.run("publish", RETRY="on")
    assert done.returncode == 1
    assert "planning answered 422" in done.stderr
