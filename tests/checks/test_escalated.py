"""Hand-written histories for escalated."""

from tests.checks.rosters import acknowledged, escalated, judged, told


def test_an_unanswered_page_must_be_escalated() -> None:
    assert judged("escalated", told("02:30:00")).startswith("violated: nobody else was told of the page for retrieve")
    assert judged("escalated", told("02:30:00"), acknowledged("02:50:00")).startswith("violated")
    assert judged("escalated", told("02:30:00"), escalated("02:45:00", None)).startswith("violated")
    assert judged("escalated", told("02:30:00"), escalated("02:45:00")) == "holds: the page was escalated to bob"


def test_each_page_is_looked_at_by_itself() -> None:
    lines = [told("02:30:00"), acknowledged("02:35:00"), told("03:30:00", number=2)]
    assert judged("escalated", *lines).startswith("violated")


def test_without_a_limit_half_an_hour_is_in_time_and_more_is_not() -> None:
    page = told("02:30:00", escalate_after_s=None)
    assert judged("escalated", page, acknowledged("02:55:00")).startswith("holds")
    assert judged("escalated", page, acknowledged("03:01:00")).startswith("violated")


def test_a_page_just_before_the_deadline_is_not_judged() -> None:
    assert judged("escalated", told("05:50:00")).startswith("holds")
