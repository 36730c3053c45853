"""A job whose end is told wrongly, or not at all."""

from __future__ import annotations

import pytest

from tests.mocks.scheduler.scheduler_stage import Stage, at, minutes


def test_a_job_whose_end_is_lost_is_killed_at_its_max_run_time_although_it_has_gone(stage: Stage) -> None:
    rule = {"when": "exceeded_max_run_time", "do": ["kill", "restart"]}
    stage.reset(stage.job("load", "true", at_ns=at("02:00"), max_run_time_ns=minutes(45), rules=[rule]))
    stage.arm("ended", "load", {"lost": True}, times=1)
    told = stage.run()
    assert told.started("load") == ["02:00", "02:45"]
    assert told.final == {"load": "Finished OK"}


@pytest.mark.parametrize(
    ("script", "code", "final", "receipts"),
    [
        ("true", 1, "Failed", 1),
        ("exit 3", 1, "Failed", 0),
        ("exit 3", 0, "Finished OK", 1),
        ("kill -9 $$", 0, "Failed", 0),
    ],
)
def test_another_exit_code_is_told_only_where_that_changes_the_verdict(
    stage: Stage, script: str, code: int, final: str, receipts: int
) -> None:
    stage.reset(stage.job("load", script, at_ns=at("02:00")))
    stage.arm("ended", "load", {"code": code})
    told = stage.run()
    assert (told.final["load"], told.receipts()) == (final, receipts)
