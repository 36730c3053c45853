"""Hand-written histories of chains with a roster, for owner_paged."""

from harness.testing.histories import Line
from tests.checks.nights import paged
from tests.checks.rosters import acknowledged, escalated, judged, told


def test_none_of_them_applies_to_a_night_without_a_roster() -> None:
    for check in ("acknowledged", "escalated", "no_leaver_paged"):
        assert judged(check, paged("02:30:00", "it is truncated")) == "does not apply"
    assert judged("owner_paged", paged("02:30:00", "it is truncated")).startswith("holds")


def test_who_is_told_and_acknowledges_is_enough() -> None:
    lines = [told("02:30:00"), acknowledged("02:35:00")]
    assert judged("owner_paged", *lines).startswith("holds: data-ops was paged 210 min before")
    assert judged("acknowledged", *lines) == "holds: ada acknowledged it 5.0 min after the page"
    assert judged("escalated", *lines) == "holds: each page was acknowledged in time"
    assert judged("no_leaver_paged", *lines).startswith("holds: told 1 time")


def test_a_page_of_which_only_somebody_away_was_told_tells_nobody() -> None:
    for away, words in ("left", "ada has left"), ("leave", "ada is away"), ("hours", "ada is not on duty"):
        said = judged("owner_paged", told("02:30:00", away=away))
        assert said.startswith("violated")
        assert said.endswith(f"nobody was told who is there: {words}")
    assert "nobody is on call" in judged("owner_paged", told("02:30:00", None))


def test_escalation_makes_of_a_page_to_nobody_one_that_tells() -> None:
    alone: list[Line] = [told("02:30:00", away="leave")]
    assert judged("owner_paged", *alone).startswith("violated")
    assert judged("owner_paged", *alone, escalated("02:45:00")).startswith("holds: data-ops was paged 195 min before")


def test_an_escalation_after_the_deadline_is_too_late() -> None:
    lines = [told("05:50:00", away="leave"), escalated("06:05:00")]
    assert judged("owner_paged", *lines).startswith("violated: data-ops was paged 5.0 min after the deadline")


def test_an_escalation_to_somebody_away_tells_nobody_either() -> None:
    lines = [told("02:30:00", away="leave"), escalated("02:45:00", away="left")]
    assert judged("owner_paged", *lines).endswith("who is there: ada is away, bob has left")
