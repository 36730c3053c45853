"""Hand-written histories for what a night costs."""

from harness.checks import friction
from harness.testing.histories import Line
from tests.checks.nights import BASELINE, all_ended, calm, ended, holds, keeps, launched, night, stored


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


def test_every_attempt_at_any_neighbour_is_a_reaction_and_is_named() -> None:
    tried: list[Line] = [
        ("02:00:01", "source", "login fail", {"via": "sftp", "user": "feed"}),
        ("02:00:02", "wire", "connect fail", {"endpoint": "sftp"}),
        ("02:00:03", "wire", "connect fail", {"endpoint": "sftp"}),
        ("02:00:04", "source", "put invoke", {"name": "x", "via": "sftp"}),
        ("02:00:05", "planning", "batch fail", {"key": "k"}),
    ]
    found = friction(night(*tried, *calm()), BASELINE)
    assert found.reacted
    assert found.sentence == "1 refused login, 1 more upload, 2 refused connects, 1 refused batch"


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
