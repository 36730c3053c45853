"""What jobs share: thresholds, resources, machine slots, properties; and the events by which they set them."""

from __future__ import annotations

import pytest

from tests.mocks.scheduler.scheduler_stage import Stage, at, clock, minutes


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


def test_events_fire_only_after_the_last_retry(stage: Stage) -> None:
    retry = {"attempts": 2, "every_ns": minutes(10)}
    event = _when("failed", "$CONSOLE:DISPLAY,[[$JOB NAME]] has failed on [[$SCHEDULE DATE]]")
    told = stage.night(stage.job("load", "exit 1", at_ns=at("02:00"), retry_on_failure=retry, events=[event]))
    [console] = told.history.of("console")
    assert (clock(console), console.value["text"]) == ("02:20", "load has failed on 2026-11-23")


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


@pytest.mark.parametrize(
    ("event", "found"),
    [
        ("$JOB:DANCE,,,load", "$JOB:DANCE is no event"),
        ("$JOB:RESTART,,,nobody", "there is no job 'nobody'"),
        ("$THRESHOLD:SET,rows,many", "found 'many', expected a whole number"),
        ("$WEATHER:RAIN", "is no type of event"),
        ("nonsense", "expected $TYPE:ACTION,parameters"),
        ("$JOB:HOLD,,,load", "load is Finished OK; hold is allowed when it is Waiting"),
    ],
)
def test_an_event_that_cannot_be_is_recorded_with_its_reason(stage: Stage, event: str, found: str) -> None:
    stage.reset(
        stage.job("load", "true", at_ns=at("02:00"), events=[_when("finished_ok", event)]), thresholds={"rows": 0}
    )
    told = stage.run()
    [failed] = told.history.of("event", type="fail")
    assert found in str(failed.error)


def test_a_notification_is_a_page(stage: Stage) -> None:
    event = _when("failed", "$NOTIFY:EMAIL,night-shift,load has failed")
    told = stage.night(stage.job("load", "exit 3", at_ns=at("02:00"), events=[event]))
    [page] = told.pages()
    assert (page["owner"], page["job"], page["cause"], page["text"]) == (
        "night-shift", "load", "exit 3", "load has failed",
    )  # fmt: skip


def test_an_event_adds_a_job_that_is_built_on_request_only(stage: Stage) -> None:
    event = _when("failed", "$JOB:ADD,,,rescue,Daily,Reason=lost")
    told = stage.night(
        stage.job("load", "exit 3", at_ns=at("02:00"), events=[event]),
        stage.job("rescue", "true", frequency={"on_request": True}),
    )
    assert told.final == {"load": "Failed", "rescue": "Finished OK"}


def _when(when: str, event: str) -> dict[str, str]:
    return {"when": when, "event": event}
