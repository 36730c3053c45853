"""OpCon events: when they fire, what they do, and what is recorded of those that cannot be."""

from __future__ import annotations

import pytest

from tests.mocks.scheduler.scheduler_stage import Stage, at, clock, minutes


def _when(when: str, event: str) -> dict[str, str]:
    return {"when": when, "event": event}


def test_events_fire_only_after_the_last_retry(stage: Stage) -> None:
    retry = {"attempts": 2, "every_ns": minutes(10)}
    event = _when("failed", "$CONSOLE:DISPLAY,[[$JOB NAME]] has failed on [[$SCHEDULE DATE]]")
    told = stage.night(stage.job("load", "exit 1", at_ns=at("02:00"), retry_on_failure=retry, events=[event]))
    [console] = told.history.of("console")
    assert (clock(console), console.value["text"]) == ("02:20", "load has failed on 2026-11-23")


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
