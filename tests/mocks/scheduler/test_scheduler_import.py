"""What the scheduler's own API returns of a night can be imported as a chain."""

from __future__ import annotations

from pathlib import Path

from opcon_client import OpConClient
from scheduler_stage import Stage, at

from harness.importing.opcon import read_opcon


def test_the_daily_jobs_of_a_night_become_a_chain_again(stage: Stage) -> None:
    stage.night(
        stage.job("retrieve", "exit 3", at_ns=at("02:00"), latest_start_ns=at("03:30")),
        stage.job("publish", "true", after=["retrieve"]),
    )
    client = OpConClient(f"http://127.0.0.1:{stage.port('scheduler')}")
    client.log_in()
    text = client.answer("GET", "/dailyJobs?includeDetails=true&includeDependencies=true").data.decode()
    retrieve, publish = read_opcon(text, Path("daily.json")).jobs
    assert (retrieve.keys["at"], retrieve.keys["latest_start"]) == ("02:00", "03:30")
    assert publish.keys["after"] == ["retrieve"]
    assert retrieve.keys["run"][-2:] == ["exit", "3"]
