"""Cron instead of OpCon: several starts a night, runs that overlap, mails for what is printed, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from tests.mocks.scheduler.api.opcon_client import OpConClient
from tests.mocks.scheduler.scheduler_stage import Stage, Told, at, clock


def entry(stage: Stage, name: str, command: str, *times: str, mail_to: str = "ops") -> dict[str, Any]:
    return stage.job(name, command, cron={"starts_ns": [at(time) for time in times], "mail_to": mail_to})


def ends(told: Told, job: str) -> list[tuple[str, int]]:
    return [(clock(event), event.value["attempt"]) for event in told.history.of("job", job=job)]


def test_a_job_runs_at_each_of_its_times_whether_the_last_run_has_ended_or_not(stage: Stage) -> None:
    told = stage.night(entry(stage, "poll", "sleep 900", "02:00", "02:10", "03:00"))
    assert told.started("poll") == ["02:00", "02:10", "03:00"]
    assert ends(told, "poll") == [("02:15", 1), ("02:25", 2), ("03:15", 3)]
    assert set(told.final.values()) == {"Finished OK"}


def test_runs_of_one_minute_start_in_the_order_of_the_crontab(stage: Stage) -> None:
    told = stage.night(entry(stage, "zulu", "true", "02:00"), entry(stage, "alpha", "true", "01:30", "02:00"))
    assert [event.value["job"] for event in told.history.of("launch", type="invoke")] == ["alpha", "zulu", "alpha"]


def test_two_starts_that_the_clocks_have_skipped_are_both_made_up_for(stage: Stage) -> None:
    told = stage.night(entry(stage, "load", "true", "03:00", "03:00"))
    assert told.started("load") == ["03:00", "03:00"]


def test_what_a_run_prints_is_mailed_when_it_ends_and_silence_is_not(stage: Stage) -> None:
    told = stage.night(
        entry(stage, "talks", "echo one; sleep 60; echo two", "02:00"),
        entry(stage, "fails", "echo working; echo broken >&2; exit 3", "02:00"),
        entry(stage, "silent", "exit 3", "02:00"),
        entry(stage, "unread", "echo hello", "02:00", mail_to=""),
    )
    mails = {event.value["job"]: (clock(event), event.value) for event in told.history.of("mail")}
    assert {job: (time, mail["to"], mail["bytes"], mail["last"]) for job, (time, mail) in mails.items()} == {
        "talks": ("02:01", "ops", 8, "two"),
        "fails": ("02:00", "ops", 15, "broken"),
    }
    assert mails["fails"][1]["subject"].startswith("Cron <agent> /bin/sh -c 'echo working;")
    assert not told.pages()


def test_every_command_goes_through_a_shell(stage: Stage) -> None:
    stage.reset(entry(stage, "load", "true", "02:00"))
    stage.arm("launch", "load", {"cause": "program_not_found"})
    told = stage.run()
    [end] = told.history.of("job", type="fail")
    assert end.value["exit"] == 127
    assert not told.history.of("launch", type="fail")


def test_a_fault_of_a_job_acts_on_whichever_run_comes_next(stage: Stage) -> None:
    stage.reset(entry(stage, "poll", "true", "02:00", "02:10", "02:20"))
    stage.arm("launch", "poll", {"cause": "dies_at_once"}, call=2)
    told = stage.run()
    assert [event.type for event in told.history.of("job", job="poll")] == ["ok", "fail", "ok"]


def test_a_start_that_cron_was_not_there_for_is_lost_and_what_runs_is_not(stage: Stage) -> None:
    stage.reset(entry(stage, "poll", "sleep 1200; echo done", "02:00", "02:10", "02:30"))
    order = {"id": "0:scheduler_restart", "fault": "scheduler_restart", "point": "scheduler", "where": {}}
    effect = {"down_ns": 10 * 60_000_000_000}
    stage.ask("scheduler", "/arm", order | {"effect": effect, "trigger": {"at_ns": at("02:05")}})
    told = stage.run()
    assert told.started("poll") == ["02:00", "02:30"]
    assert ends(told, "poll") == [("02:20", 1), ("02:50", 2)]
    assert [clock(event) for event in told.history.of("missed")] == ["02:15"]
    assert len(told.history.of("mail")) == 2


def test_an_entry_without_a_time_in_this_night_is_named_and_the_night_is_complete(stage: Stage) -> None:
    told = stage.night(entry(stage, "monthly", "true"), entry(stage, "daily", "true", "02:00"))
    [build] = told.history.of("build")
    assert build.value["left_out"] == {"monthly": "no time of this night"}
    assert told.final == {"daily": "Finished OK"}


def test_cron_answers_no_client_of_opcon(stage: Stage) -> None:
    stage.reset(entry(stage, "load", "true", "02:00"))
    stage.ask("scheduler", "/start")
    client = OpConClient(f"http://127.0.0.1:{stage.port('scheduler')}")
    with pytest.raises(Exception, match="503"):
        client.log_in()
    stage.finish()
