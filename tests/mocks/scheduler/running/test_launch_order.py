"""What is due in one instant starts in an order, with a little time between, which another night repeats."""

from __future__ import annotations

from itertools import pairwise

from tests.mocks.scheduler.scheduler_stage import Stage, Told, at

NAMES = ("one", "two", "three", "four")


def starts(told: Told) -> list[tuple[str, int]]:
    return [(event.value["job"], event.at) for event in told.history.of("launch", type="invoke")]


def together(stage: Stage, **more: int) -> list[tuple[str, int]]:
    stage.reset(*(stage.job(name, "true", at_ns=at("02:00")) for name in NAMES), **more)
    return starts(stage.run())


def test_jobs_that_are_due_together_start_one_after_the_other_with_a_little_time_between(stage: Stage) -> None:
    begun = together(stage)
    assert [job for job, _ in begun] == list(NAMES)
    moments = [moment for _, moment in begun]
    assert moments[0] - at("02:00") < 1_000_000
    gaps = [after - before for before, after in pairwise(moments)]
    assert all(20_000_000 <= gap < 260_000_000 for gap in gaps)
    assert len(set(gaps)) == len(gaps)
    again = [moment for _, moment in together(stage)]
    assert all(abs(one - two) < 1_000_000 for one, two in zip(moments, again, strict=True))
    other = [moment for _, moment in together(stage, seed=1)]
    assert any(abs(one - two) > 1_000_000 for one, two in zip(moments, other, strict=True))


def test_another_order_is_the_other_way_round_and_more_are_drawn(stage: Stage) -> None:
    orders = [tuple(job for job, _ in together(stage, order=order)) for order in range(6)]
    assert orders[1] == NAMES[::-1]
    assert len(set(orders)) > 3
    assert tuple(job for job, _ in together(stage, order=5)) == orders[5]


def test_a_job_that_is_cancelled_while_it_stands_in_the_queue_does_not_start(stage: Stage) -> None:
    cancels = {"when": "finished_ok", "event": "$JOB:CANCEL,,,two"}
    first = stage.job("one", "true", at_ns=at("02:00"), events=[cancels])
    stage.reset(first, stage.job("two", "true", at_ns=at("02:00")))
    assert [job for job, _ in starts(stage.run())] == ["one"]


def begun(stage: Stage, order: int, **effect: int) -> tuple[int, int]:
    """When the two processes of a doubled launch have begun, as they told it themselves."""
    later = stage.job("later", "true", at_ns=at("02:01"))  # before it ends, the night is not complete
    stage.reset(stage.job("load", "date +%s%N", at_ns=at("02:00")), later, order=order)
    stage.arm("launch", "load", {"cause": "duplicate"} | effect)
    stage.run()
    one, two = (int((stage.folder / "output" / f"load.1{name}.out").read_text()) for name in ("", ".twice"))
    return one, two


def test_the_two_of_a_doubled_launch_begin_in_two_seconds(stage: Stage) -> None:
    one, two = begun(stage, order=0)
    assert 1_100_000_000 <= two - one < 1_920_000_000
    again = begun(stage, order=0)
    assert abs((two - one) - (again[1] - again[0])) < 1_000_000


def test_the_two_of_a_doubled_launch_begin_side_by_side_in_another_order(stage: Stage) -> None:
    one, two = begun(stage, order=1)
    assert 0 < two - one < 5_000_000
    apart = {two - one for one, two in (begun(stage, order=order) for order in (2, 3))}
    assert len(apart) == 2
    assert all(0 < each < 1_920_000_000 for each in apart)


def test_a_fault_says_how_far_apart_the_two_begin(stage: Stage) -> None:
    for apart_ns in (0, 30_000_000_000):
        one, two = begun(stage, order=0, apart_ns=apart_ns)
        assert apart_ns < two - one < apart_ns + 5_000_000


def test_a_job_that_is_restarted_at_once_starts_in_another_second(stage: Stage) -> None:
    rule = {"when": "failed", "do": ["restart"], "times": 2}
    stage.reset(stage.job("load", "exit 1", at_ns=at("02:00"), rules=[rule]))
    moments = [moment for _, moment in starts(stage.run())]
    assert all(1_100_000_000 <= after - before < 1_920_000_000 for before, after in pairwise(moments))
    assert len(moments) == 3
