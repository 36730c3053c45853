"""What one attempt writes, and what a page says of it."""

from __future__ import annotations

from tests.mocks.scheduler.scheduler_stage import Stage, at, minutes

PAGE = {"when": "failed", "do": ["page"]}
RETRY = {"attempts": 2, "every_ns": minutes(10)}


def test_a_page_carries_the_last_line_that_the_job_wrote(stage: Stage) -> None:
    script = "import sys; print('working', file=sys.stderr); raise SystemExit('CAUSE: the file is truncated\\n\\n')"
    told = stage.night(stage.job("retrieve", "python3", "-c", script, at_ns=at("02:00"), rules=[PAGE]))
    assert told.causes() == ["exit 1: CAUSE: the file is truncated"]
    failed = told.history.of("job", type="fail").first()
    assert failed is not None
    assert failed.error == "CAUSE: the file is truncated"


def test_a_failure_that_says_nothing_is_named_by_its_exit_code_or_signal(stage: Stage) -> None:
    told = stage.night(
        stage.job("coded", "exit 3", at_ns=at("02:00"), rules=[PAGE]),
        stage.job("crashed", "kill -SEGV $$", at_ns=at("02:01"), rules=[PAGE]),
    )
    assert told.causes() == ["exit 3", "killed by signal 11 (SIGSEGV)"]


def test_each_attempt_has_its_own_output(stage: Stage) -> None:
    stage.night(stage.job("retrieve", "echo out; echo err >&2; exit 1", at_ns=at("02:00"), retry_on_failure=RETRY))
    output = stage.folder / "output"
    assert sorted(path.name for path in output.iterdir()) == [
        f"retrieve.{attempt}.{stream}" for attempt in (1, 2, 3) for stream in ("err", "out")
    ]
    assert (output / "retrieve.3.err").read_text() == "err\n"
