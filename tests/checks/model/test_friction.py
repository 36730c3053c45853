"""Hand-written histories for what a night costs."""

import pytest

from harness.checks import friction
from harness.history import History
from harness.testing.histories import Line
from tests.checks.nights import BASELINE, TWO_CONSUMERS, all_ended, calm, ended, holds, keeps, launched, night, stored


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


def ends_later(by: str) -> list[Line]:
    return [*(line for line in calm() if line[2:] != ended(by, "publish")[2:]), ended(by, "publish")]


def test_a_job_that_ends_a_minute_later_is_a_reaction_although_every_row_was_there() -> None:
    late = friction(night(*ends_later("03:32:00")), BASELINE)
    assert late.reacted
    assert late.sentence == "publish ended 90 min later"
    assert not friction(night(*ends_later("02:02:59")), BASELINE).reacted


def hourly(*, failed: int = 0, wrote: str = "02:00:01") -> list[Line]:
    """A crontab's job that runs each hour: of its first runs some fail, and all after the first good one do nothing."""
    runs = [(f"{hour:02}", "fail" if hour - 2 < failed else "ok") for hour in (2, 3, 4)]
    lines = [(launched(f"{hour}:00:00", "retrieve"), ended(f"{hour}:00:02", "retrieve", kind)) for hour, kind in runs]
    delivered = (stored("02:00:01"), holds("a"), keeps("report.txt"))
    return [*(line for start, end in lines for line in (*start, end)), made(wrote), *delivered]


def made(clock: str, name: str = "report.txt") -> Line:
    return (clock, "folders", "write ok", {"folder": "landing", "name": name, "sha256": None, "size": None})


def test_under_a_crontab_a_failed_run_that_a_later_one_makes_good_is_a_reaction() -> None:
    calm_hours = night(*hourly())
    assert not friction(night(*hourly()), calm_hours).reacted
    again = friction(night(*hourly(failed=1)), calm_hours)
    assert again.sentence == "1 failed run that a later one made good, retrieve ended 60 min later"
    assert friction(night(*hourly(failed=2)), calm_hours).later_s["retrieve"] == pytest.approx(7200)
    assert "made good" not in friction(night(*hourly(failed=3)), calm_hours).sentence


def test_a_failed_run_that_the_baseline_has_too_is_none() -> None:
    assert not friction(night(*hourly(failed=1)), night(*hourly(failed=1))).reacted


def test_a_file_that_comes_a_minute_later_is_a_reaction_although_every_run_ended_well() -> None:
    calm_hours = night(*hourly())
    assert friction(night(*hourly(wrote="03:00:01")), calm_hours).sentence == "landing/report.txt came 60 min later"
    assert not friction(night(*hourly(wrote="02:00:50")), calm_hours).reacted
    part = made("03:00:01", "report.txt.part")
    assert not friction(night(*hourly(), part), night(*hourly(), made("02:00:00", "report.txt.part"))).reacted


def test_one_consumer_that_gets_its_rows_later_is_a_reaction_although_another_one_is_last() -> None:
    def fed(finance: str) -> History:
        batches = stored("03:00:00"), (finance, "finance", "batch ok", {"stored": 1})
        return night(*batches, holds("a"), holds("a", consumer="finance"), consumers=TWO_CONSUMERS)

    assert friction(fed("02:40:00"), fed("02:00:00")).sentence == "finance came 40 min later"
    assert not friction(fed("02:00:30"), fed("02:00:00")).reacted


def test_every_attempt_at_any_neighbour_is_a_reaction_and_is_named() -> None:
    tried: list[Line] = [
        ("02:00:01", "source", "login fail", {"via": "sftp", "user": "feed"}),
        ("02:00:02", "wire", "connect fail", {"endpoint": "sftp"}),
        ("02:00:03", "wire", "connect fail", {"endpoint": "sftp"}),
        ("02:00:04", "source", "put invoke", {"name": "x", "via": "sftp"}),
        ("02:00:05", "planning", "batch fail", {"key": "k"}),
        ("02:00:06", "bus", "push fail", {}),
    ]
    found = friction(night(*tried, *calm()), BASELINE)
    assert found.reacted
    assert found.sentence == "1 refused login, 1 more upload, 2 refused connects, 1 refused batch, 1 refused push"


def test_one_look_more_of_a_job_that_polls_is_noise_and_two_are_a_reaction() -> None:
    look = ("01:50:00", "source", "serve invoke", {"name": "/", "what": "listing"})
    polling = night(*3 * [look], *calm())
    assert not friction(night(*4 * [look], *calm()), polling).reacted
    assert friction(night(*5 * [look], *calm()), polling).sentence == "2 more listings"
    assert friction(night(*2 * [look], *calm()), night(look, *calm())).sentence == "1 more listing"


def test_lost_and_wrong_rows_are_friction() -> None:
    wrong = night(*all_ended(), stored("02:02:00"), holds("a", "x"), keeps())
    assert friction(wrong, BASELINE).sentence == "2 rows lost, 1 wrong row"
    assert friction(night(), BASELINE).sentence == ("2 jobs not finished, 1 file missing, 3 rows lost, never delivered")


def test_what_is_missing_is_never_no_friction() -> None:
    assert friction(night(*calm()), night(*calm(), keeps("report.csv"))).sentence == "1 file missing"
    jobs = [line for line in calm() if line[2:] != ended("02:02:00", "publish")[2:]]
    assert friction(night(*jobs), BASELINE).sentence == "1 job not finished"
    assert friction(night(*all_ended(), stored("02:02:00"), holds("a", "b")), night(*calm()[:-1])).rows_lost == 1
