"""A history that cannot have happened is found, whatever it says otherwise; a true one is not."""

from __future__ import annotations

import pytest

from harness.checks.model.order import impossible
from harness.testing.histories import Line
from tests.checks.nights import calm, ended, launched, night

BEFORE = ("11:59:59", "source", "arrive info", {"file": "forecast"})


def test_a_true_night_is_possible() -> None:
    assert impossible(night(*calm())) is None
    assert impossible(night(*launched("02:00:00", "retrieve"), ended("02:00:01", "retrieve"))) is None


def test_what_earlier_nights_held_is_dated_before() -> None:
    """A baseline has it at its end, marked with its date."""
    held: Line = ("00:00:01", "planning", "holds info", {"rows": [], "night": "2026-11-22"})
    assert impossible(night(*calm(), held)) is None


@pytest.mark.parametrize(
    "lines",
    [
        [*launched("02:00:00", "retrieve"), ended("01:59:59", "retrieve")],
        [*launched("02:00:00", "retrieve"), ended("01:59:59", "retrieve", "fail")],
    ],
)
def test_a_job_that_ends_before_it_was_launched_is_impossible(lines: list[Line]) -> None:
    wrong = impossible(night(*lines))
    assert wrong is not None
    assert wrong.found == "attempt 1 of retrieve ended 1.000000 s before it was launched"


def test_a_job_that_is_never_launched_may_end() -> None:
    """A null job, and one whose pre-run fails."""
    assert impossible(night(ended("01:00:00", "retrieve"))) is None


def test_nothing_happens_before_the_night_begins() -> None:
    early = night(*calm())
    begins = early.of("begin", component="night")[0]
    assert impossible(type(early)([type(begins)(0, begins.at - 10**9, "source", "info", "arrive"), *early])) is not None
