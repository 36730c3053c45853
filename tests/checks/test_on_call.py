"""Hand-written histories of chains with a roster, for acknowledged, escalated, no_leaver_paged and owner_paged."""

from harness.checks import CHECKS
from harness.history import History
from harness.testing.histories import Line
from tests.checks.nights import BASELINE, calm, night, paged
from tests.checks.rosters import acknowledged, escalated, told


def judged(check: str, *lines: Line) -> str:
    found = CHECKS[check].where_it_applies(night(*lines), BASELINE)
    return "does not apply" if found is None else f"{found.state}: {found.said}"


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


def test_a_page_that_nobody_acknowledges_by_the_deadline_is_lost() -> None:
    assert judged("acknowledged", told("02:30:00")) == "violated: nobody acknowledged 1 page"
    late = judged("acknowledged", told("02:30:00"), acknowledged("06:30:00"))
    assert late == "violated: the first acknowledgement came 30 min after the deadline"


def test_what_nobody_was_told_of_needs_no_acknowledgement_and_a_good_night_none_either() -> None:
    assert judged("acknowledged", told("02:30:00", away="left")) == "does not apply"
    assert judged("acknowledged", *calm(), told("02:30:00")) == "does not apply"


def test_who_was_told_last_may_acknowledge_and_so_may_a_client_that_resolves() -> None:
    assert judged("acknowledged", told("02:30:00"), escalated("02:45:00"), acknowledged("02:50:00", "bob")) == (
        "holds: bob acknowledged it 20 min after the page"
    )
    resolved: Line = ("02:40:00", "desk", "resolve ok", {"owner": "data-ops", "job": "retrieve", "number": 1})
    assert "a client acknowledged" in judged("acknowledged", told("02:30:00"), resolved)


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


def test_who_has_left_is_not_to_be_paged_and_who_is_away_is_a_note() -> None:
    assert judged("no_leaver_paged", told("02:30:00", away="left")) == "violated: ada was paged, who has left"
    late = [told("02:30:00"), escalated("02:45:00", away="left")]
    assert judged("no_leaver_paged", *late) == "violated: bob was paged, who has left"
    away = judged("no_leaver_paged", told("02:30:00", away="leave"))
    assert away == "holds: told 1 time, and nobody who has left (ada is away)"


def test_evidence_is_bounded() -> None:
    pages = [told(f"02:30:{second:02}", number=second + 1) for second in range(30)]
    found = CHECKS["acknowledged"](History(night(*pages)), BASELINE)
    assert found.evidence["told"].total == 30
    assert len(found.evidence["told"].first) == 10
