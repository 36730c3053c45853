"""Hand-written histories for acknowledged."""

import pytest

from harness.checks import CHECKS
from harness.history import History
from harness.testing.histories import Line
from tests.checks.nights import BASELINE, calm, ended, night
from tests.checks.rosters import acknowledged, escalated, judged, told

OF_THE_PAGE = {"owner": "data-ops", "job": "retrieve", "number": 1}


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


@pytest.mark.parametrize("action", ["acknowledge", "resolve"])
def test_a_job_that_takes_its_own_alarm_has_woken_nobody(action: str) -> None:
    page = told("02:30:00")
    itself: Line = ("02:30:01", "desk", f"{action} ok", OF_THE_PAGE | {"from": "retrieve"})
    found = judged("acknowledged", page, itself, ended("02:30:02", "retrieve", "fail"))
    assert found == f"violated: nobody acknowledged 1 page, only retrieve itself said '{action}'"
    assert "nobody else was told of the page for retrieve" in judged("escalated", page, itself)


def test_what_its_job_says_is_over_is_over_when_that_has_ended_well() -> None:
    lines = [told("02:30:00"), ended("02:30:02", "retrieve", "fail")]
    over: Line = ("02:40:00", "desk", "resolve ok", OF_THE_PAGE | {"from": "retrieve"})
    assert judged("acknowledged", *lines, over, ended("02:40:01", "retrieve")).startswith("holds")
    by_another: Line = ("02:40:00", "desk", "resolve ok", OF_THE_PAGE | {"from": "monitor"})
    assert judged("acknowledged", *lines, by_another, ended("02:40:01", "monitor")).startswith("violated")


def test_evidence_is_bounded() -> None:
    pages = [told(f"02:30:{second:02}", number=second + 1) for second in range(30)]
    found = CHECKS["acknowledged"](History(night(*pages)), BASELINE)
    assert found.evidence["told"].total == 30
    assert len(found.evidence["told"].first) == 10
