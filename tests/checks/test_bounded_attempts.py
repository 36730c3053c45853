"""Hand-written histories for bounded_attempts."""

from harness.checks import CHECKS
from harness.history import History
from harness.testing.histories import BEGIN
from tests.checks.nights import BASELINE, EMPTY, calm, ended, launched, night

check = CHECKS["bounded_attempts"]


def launches(count: int) -> list[tuple[str, str, str, dict[str, object]]]:
    return [line for minute in range(count) for line in launched(f"02:{minute:02}:00", "retrieve")]


def test_as_many_launches_as_declared_hold() -> None:
    assert check(night(*launches(3)), BASELINE).state == "holds"


def test_one_more_is_a_violation() -> None:
    assert "4 launches, 3 allowed" in str(check(night(*launches(4)), BASELINE).evidence["over"])


def test_a_chain_that_declares_no_limit_may_not_try_for_ever() -> None:
    endless = {"retrieve": {"owner": "data-ops", "after": [], "launches": None}}
    assert check(night(*launches(20), jobs=endless), BASELINE).state == "holds"
    assert check(night(*launches(21), jobs=endless), BASELINE).state == "violated"


def test_a_baseline_that_launched_nothing_checks_nothing() -> None:
    assert check(night(*launches(1)), EMPTY).state == "unknown"


def test_launches_without_a_pause_are_found_although_they_are_declared() -> None:
    jobs = {name: job | {"launches": 30} for name, job in BEGIN["jobs"].items()}

    def tried(every_s: int, times: int) -> History:
        clocks = (f"01:{number * every_s // 60:02}:{number * every_s % 60:02}" for number in range(times))
        lines = [line for clock in clocks for line in (*launched(clock, "retrieve"), ended(clock, "retrieve", "fail"))]
        return night(*lines, *calm(), jobs=jobs)

    assert check(tried(every_s=0, times=9), BASELINE).sentence == (
        "a job was launched again and again without a pause: retrieve: 9 launches"
    )
    assert check(tried(every_s=0, times=5), BASELINE).state == "holds"
    assert check(tried(every_s=60, times=9), BASELINE).state == "holds"
