"""Hand-written histories for delivered_once."""

from harness.checks import CHECKS
from tests.checks.nights import BASELINE, EMPTY, holds, night

check = CHECKS["delivered_once"]


def test_the_same_rows_as_in_the_baseline_hold() -> None:
    assert check(night(holds("a", "b", "c")), BASELINE).state == "holds"


def test_a_lost_row_is_named() -> None:
    finding = check(night(holds("a", "c")), BASELINE)
    assert finding.state == "violated"
    assert finding.evidence["lost"].first == ("b",)


def test_a_doubled_row_is_named_and_is_not_invented() -> None:
    finding = check(night(holds("a", "b", "c"), holds("b")), BASELINE)
    assert set(finding.evidence) == {"doubled"}
    assert finding.evidence["doubled"].first == ("b",)


def test_a_row_that_nobody_published_is_invented() -> None:
    assert check(night(holds("a", "b", "c", "x")), BASELINE).evidence["invented"].first == ("x",)


def test_a_row_with_other_content_is_changed_and_neither_lost_nor_invented() -> None:
    finding = check(night(holds("a", "b"), holds("c", content="other")), BASELINE)
    assert set(finding.evidence) == {"changed"}


def test_a_consumer_that_holds_nothing_holds_nothing_wrong() -> None:
    assert check(night(), BASELINE).state == "holds"


def test_rows_of_a_declared_fallback_are_compared_with_the_night_they_are_of() -> None:
    from harness.history import Event, History

    earlier = [Event(0, 0, "planning", "info", "holds", {"rows": [["y", "d-y"]], "night": "2026-11-22"})]
    baseline = History([*BASELINE, *earlier])
    assert check(night(holds("y", fallback_of="2026-11-22")), baseline).state == "holds"
    assert check(night(holds("x", fallback_of="2026-11-22")), baseline).evidence["invented"].first == ("x",)


def test_a_baseline_that_delivered_nothing_checks_nothing() -> None:
    assert check(night(holds("a")), EMPTY).state == "unknown"


def test_evidence_is_the_first_ten_and_the_total() -> None:
    keys = [f"k{number:02}" for number in range(25)]
    finding = check(night(holds("a", "b", "c", *keys)), BASELINE)
    assert finding.evidence["invented"].total == 25
    assert len(finding.evidence["invented"].first) == 10
    assert "and 15 more" in str(finding.evidence["invented"])
