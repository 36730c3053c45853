"""Files in MSGIN: external events, each with a user and a password."""

from __future__ import annotations

from tests.mocks.scheduler.scheduler_stage import Stage, at


def test_a_file_in_msgin_adds_a_job_and_is_gone(stage: Stage) -> None:
    drop = "echo '$JOB:ADD,2026-11-23,feed,rescue,OnRequest,batch,secret' > $MSGIN/event"
    environment = stage.environment | {"MSGIN": str(stage.folder / "msgin")}
    told = stage.night(
        stage.job("load", f"sleep 600; {drop}", at_ns=at("02:00"), environment=environment),
        stage.job("rescue", "true", frequency={"on_request": True}),
    )
    assert told.started("rescue") == ["02:10"]
    assert not list((stage.folder / "msgin").iterdir())
    [event] = told.history.of("event")
    assert event.value == {"event": "$JOB:ADD,2026-11-23,feed,rescue,OnRequest", "by": "batch by MSGIN"}


def test_an_external_event_without_user_and_password_is_refused(stage: Stage) -> None:
    environment = stage.environment | {"MSGIN": str(stage.folder / "msgin")}
    told = stage.night(
        stage.job("load", "printf '$JOB:HOLD\\n' > $MSGIN/one; printf 'caf\\351' > $MSGIN/two", at_ns=at("02:00"),
                  environment=environment),
    )  # fmt: skip
    errors = [str(event.error) for event in told.history.of("event", type="fail")]
    assert any("a user and the user's event password" in error for error in errors)
    assert any("two is no ASCII file" in error for error in errors)
