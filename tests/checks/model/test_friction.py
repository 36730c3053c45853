"""Hand-written histories for what a night costs."""

from harness.checks import friction
from harness.testing.histories import Line
from tests.checks.nights import BASELINE, calm, holds, launched, night, stored


def served(name: str) -> Line:
    return ("02:00:05", "source", "serve invoke", {"name": name, "what": "file"})


def test_a_night_as_calm_as_its_baseline_costs_nothing() -> None:
    assert friction(night(*calm()), BASELINE).sentence == "no friction"


def test_a_job_that_never_ran_is_no_negative_rerun() -> None:
    assert friction(night(), BASELINE).reruns == 0


def test_reruns_of_one_job_are_not_made_up_for_by_another_that_never_ran() -> None:
    again = [line for minute in range(3) for line in launched(f"02:{minute:02}:00", "retrieve")]
    assert friction(night(*again), BASELINE).reruns == 2


def test_requests_are_counted_for_each_file_by_itself() -> None:
    baseline = night(*calm(), served("a"), served("b"))
    assert friction(night(served("a"), served("a"), served("a")), baseline).requests == 2
    assert friction(night(), baseline).requests == 0


def test_what_it_needed_is_said_in_words() -> None:
    again = [*launched("01:59:00", "retrieve"), *calm(until="02:12:00"), stored("02:12:00"), holds()]
    assert friction(night(*again), BASELINE).sentence == "1 re-run, 10 min of delay"
