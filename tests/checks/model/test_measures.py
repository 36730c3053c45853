"""Hand-written histories for what is measured of a night."""

from harness.checks import measures
from tests.checks.nights import BASELINE, calm, ended, holds, launched, night, paged, receipt


def test_how_soon_it_was_noticed_told_and_over() -> None:
    lines = [*launched("01:50:00", "retrieve"), receipt("01:50:00"), ended("01:53:00", "retrieve", "fail")]
    found = measures(night(*lines, paged("01:54:00", "x"), *calm(until="02:12:00")), BASELINE)
    assert found.sign == "retrieve failed"
    assert [round(span or 0) for span in (found.to_detect_s, found.to_page_s, found.to_recover_s)] == [180, 240, 1320]
    assert found.attempts == {"publish": 1, "retrieve": 2}
    assert found.jobs == ("publish", "retrieve")
    assert (found.consumers, found.rows) == ((), 0)


def test_a_night_that_owes_something_has_not_recovered() -> None:
    found = measures(night(receipt("02:00:00"), holds("a")), BASELINE)
    assert found.to_recover_s is None
    assert found.to_detect_s is None
    assert (found.consumers, found.rows) == (("planning",), 2)


def test_a_fault_that_touched_nothing_is_over_at_once() -> None:
    found = measures(night(receipt("02:00:00"), *calm()), BASELINE)
    assert (found.to_recover_s, found.jobs) == (0, ())


def test_a_failure_that_every_night_has_is_no_sign() -> None:
    usual = [*launched("01:58:00", "retrieve"), ended("01:59:00", "retrieve", "fail"), *calm()]
    assert measures(night(receipt("01:30:00"), *usual), night(*usual)).sign is None
