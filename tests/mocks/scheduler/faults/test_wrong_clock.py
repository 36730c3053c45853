"""The wrong clock of one job: what its programs read, when its waits end, and when the fault has acted."""

from __future__ import annotations

import pytest

from tests.mocks.scheduler.scheduler_stage import Stage, at, clock, minutes

HOUR_NS = minutes(60)
SAID = "date +%H:%M:%S"


def output(stage: Stage, job: str) -> list[str]:
    return (stage.folder / "output" / f"{job}.1.out").read_text().split()


def test_a_jobs_clock_is_wrong_and_no_other(stage: Stage) -> None:
    stage.reset(stage.job("retrieve", SAID, at_ns=at("02:00")), stage.job("other", SAID, at_ns=at("02:00")))
    stage.arm("clock", "retrieve", {"by_ns": -3 * HOUR_NS})
    told = stage.run()
    assert (output(stage, "retrieve"), output(stage, "other")) == (["22:00:00"], ["01:00:00"])  # both in UTC
    assert told.receipts() == 1
    assert clock(told.history.of("job", job="retrieve")[0]) == "02:00"


def test_it_is_set_back_while_the_job_runs_and_a_sleep_takes_what_it_takes(stage: Stage) -> None:
    stage.reset(stage.job("retrieve", f"{SAID}; sleep 3600; {SAID}", at_ns=at("02:00")))
    stage.arm("clock", "retrieve", {"step_ns": -2 * HOUR_NS, "step_after_ns": minutes(1)})
    told = stage.run()
    assert output(stage, "retrieve") == ["01:00:00", "00:00:00"]
    assert clock(told.history.of("job")[0]) == "03:00"


def test_it_drifts_from_the_start_of_the_job(stage: Stage) -> None:
    stage.reset(stage.job("retrieve", f"{SAID}; sleep 3600; {SAID}", at_ns=at("02:00")))
    stage.arm("clock", "retrieve", {"drift_ppm": 100_000.0})
    stage.run()
    assert output(stage, "retrieve") == ["01:00:00", "02:06:00"]


def test_only_the_start_that_the_trigger_means_gets_it(stage: Stage) -> None:
    retries = {"attempts": 2, "every_ns": minutes(10)}
    stage.reset(stage.job("retrieve", f"{SAID} >&2; exit 1", at_ns=at("02:00"), retry_on_failure=retries))
    stage.arm("clock", "retrieve", {"by_ns": HOUR_NS}, call=2)
    told = stage.run()
    assert [event.error for event in told.history.of("job", type="fail")] == ["01:00:00", "02:10:00", "01:20:00"]
    assert told.receipts() == 1


def test_a_pre_run_and_its_job_have_one_wrong_clock(stage: Stage) -> None:
    prerun = ["/bin/sh", "-c", f"{SAID}; sleep 600"]
    stage.reset(stage.job("retrieve", SAID, at_ns=at("02:00"), prerun=prerun))
    stage.arm("clock", "retrieve", {"by_ns": -3 * HOUR_NS}, times=1)
    told = stage.run()
    said = (stage.folder / "output" / "retrieve.1.prerun.out").read_text().split()
    assert (said, output(stage, "retrieve")) == (["22:00:00"], ["22:10:00"])
    assert told.receipts() == 1


def test_a_job_that_cannot_be_started_has_had_no_wrong_clock(stage: Stage) -> None:
    stage.reset(stage.job("retrieve", "true", at_ns=at("02:00")))
    stage.arm("clock", "retrieve", {"by_ns": HOUR_NS})
    stage.arm("launch", "retrieve", {"cause": "program_not_found"})
    assert [receipt.value["point"] for receipt in stage.run().history.of("fault")] == ["launch"]


def test_nor_has_a_job_in_real_time(stage: Stage) -> None:
    real = {name: value for name, value in stage.environment.items() if not name.startswith("NIGHT_")}
    stage.reset(stage.job("retrieve", "true", at_ns=at("02:00"), environment=real))
    stage.arm("clock", "retrieve", {"by_ns": HOUR_NS})
    assert stage.run().receipts() == 0


@pytest.mark.parametrize("effect", [{}, {"by_ns": "1h"}, {"step_ns": 1}, {"mood": 1}, {"drift_ppm": 1e6}])
def test_an_order_that_no_clock_can_follow_is_refused(stage: Stage, effect: dict[str, object]) -> None:
    stage.reset(stage.job("retrieve", "true"))
    with pytest.raises(AssertionError, match=r"found .* expected|unknown key 'mood'|drift"):
        stage.arm("clock", "retrieve", effect)
