"""Pages that the desk does not take."""

from __future__ import annotations

import pytest

from tests.mocks.scheduler.scheduler_stage import Stage, at

PAGE = {"when": "failed", "do": ["page"]}


def test_a_desk_that_takes_no_page_is_an_environment_error(stage: Stage) -> None:
    stage.reset(stage.job("retrieve", "exit 1", at_ns=at("02:00"), rules=[PAGE]))
    desk = stage.folder / "control" / "desk.sock"
    away = desk.rename(desk.with_suffix(".away"))
    try:
        with pytest.raises(AssertionError, match="DeskAway"):
            stage.run()
    finally:
        away.rename(desk)
