"""A machine that is out takes no job, and tells of none that has ended."""

from __future__ import annotations

from tests.mocks.scheduler.scheduler_stage import Stage, at, clock, minutes


def test_a_machine_that_is_down_takes_no_job_and_tells_of_none_until_it_is_back(stage: Stage) -> None:
    stage.reset(stage.job("running", "sleep 600", at_ns=at("02:00")), stage.job("waiting", "true", at_ns=at("02:05")))
    for job in ("running", "waiting"):
        order = {"id": f"0:{job}", "fault": "agent_outage", "point": "machine", "where": {"job": job}}
        effect = {"why": "the agent is down", "flap_ns": 0, "tells": False}
        window = {"at_ns": at("02:02"), "until_ns": at("02:30")}
        stage.ask("scheduler", "/arm", order | {"effect": effect, "trigger": window})
    told = stage.run()
    assert [clock(event) for event in told.history.of("job", job="running")] == ["02:30"]
    assert told.started("waiting") == ["02:30"]
    waiting = told.history.of("status", status="Wait Machine").first()
    assert waiting is not None
    assert waiting.error == "the agent is down"


def test_a_flapping_machine_takes_jobs_every_other_while(stage: Stage) -> None:
    stage.reset(*(stage.job(f"job{n}", "true", at_ns=at("02:00") + minutes(10 * n)) for n in range(4)))
    order = {"id": "0:flap", "fault": "agent_outage", "point": "machine", "where": {"machine": "agent"}}
    effect = {"why": "the agent is flapping", "flap_ns": minutes(20), "tells": False}
    stage.ask("scheduler", "/arm", order | {"effect": effect, "trigger": {"at_ns": at("02:00")}})
    told = stage.run()
    assert [told.started(f"job{n}")[0] for n in range(4)] == ["02:20", "02:20", "02:20", "02:30"]
