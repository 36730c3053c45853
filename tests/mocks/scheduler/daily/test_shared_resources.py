"""What jobs share: thresholds, resources, machine slots, properties; and the events by which they set them."""

from __future__ import annotations

from tests.mocks.scheduler.scheduler_stage import Stage, at


def _when(when: str, event: str) -> dict[str, str]:
    return {"when": when, "event": event}


def test_a_job_waits_until_an_event_sets_its_threshold(stage: Stage) -> None:
    stage.reset(
        stage.job("count", "sleep 600", at_ns=at("02:00"), events=[_when("finished_ok", "$THRESHOLD:SET,rows,5")]),
        stage.job("load", "true", at_ns=at("02:00"), thresholds=[{"threshold": "rows", "operator": "GE", "value": 5}]),
        thresholds={"rows": 0},
    )
    told = stage.run()
    assert "Wait Threshold/Resource Dependency" in told.statuses("load")
    assert told.started("load") == ["02:10"]
    assert "Finished OK; Processing Events" in told.statuses("count")


def test_so_many_jobs_run_at_once_as_there_is_of_a_resource(stage: Stage) -> None:
    jobs = [
        stage.job(name, "sleep 600", at_ns=at("02:00"), resources={"connection": amount})
        for name, amount in (("one", 1), ("two", 1), ("all", None), ("last", 1))
    ]
    stage.reset(*jobs, resources={"connection": 2})
    told = stage.run()
    assert [told.started(name) for name in ("one", "two", "all", "last")] == [
        ["02:00"], ["02:00"], ["02:10"], ["02:20"],
    ]  # fmt: skip


def test_so_many_jobs_run_at_once_as_the_machine_has_slots(stage: Stage) -> None:
    stage.reset(*(stage.job(f"job{n}", "sleep 600", at_ns=at("02:00")) for n in range(5)), maximum_jobs=2)
    told = stage.run()
    assert [told.started(f"job{n}")[0] for n in range(5)] == ["02:00", "02:00", "02:10", "02:10", "02:20"]
    waiting = told.history.of("status", status="Wait Machine").first()
    assert waiting is not None
    assert waiting.error == "all 2 slots of the machine agent are taken"


def test_an_expression_waits_for_a_property(stage: Stage) -> None:
    stage.reset(
        stage.job("decide", "sleep 600", at_ns=at("02:00"), events=[_when("finished_ok", "$PROPERTY:SET,Region,EU")]),
        stage.job("load", "true", at_ns=at("02:00"), expression='[[Region]] = "EU"'),
        properties={"Region": "US"},
    )
    told = stage.run()
    assert "Wait Expression Dependency" in told.statuses("load")
    assert told.started("load") == ["02:10"]


def test_a_machine_that_an_event_takes_down_starts_nothing_until_it_is_up(stage: Stage) -> None:
    stage.reset(
        stage.job("first", "sleep 600", at_ns=at("02:00"), events=[_when("finished_ok", "$MACHINE:LIMITED,agent")]),
        stage.job("second", "true", after=["first"], latest_start_ns=at("03:00")),
    )
    told = stage.run()
    assert told.final == {"first": "Finished OK", "second": "Missed Start Time"}
