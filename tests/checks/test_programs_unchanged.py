"""Hand-written histories for programs_unchanged."""

from harness.checks import CHECKS
from tests.checks.nights import BASELINE, calm, left, night

check = CHECKS["programs_unchanged"]


def test_a_night_that_leaves_the_folder_as_it_was_is_not_asked() -> None:
    assert not check.applies(night(*calm()), BASELINE)


def test_a_changed_program_is_a_violation_and_what_else_was_changed_is_told_with_it() -> None:
    finding = check(night(*calm(), left("chain.yaml", "jobs/validate.py", data=("a.csv",), added=("b.csv",))), BASELINE)
    assert finding.sentence == (
        "a job of this night changed what later nights will run: chain.yaml (changed), and 1 more"
    )
    assert finding.evidence["programs"].first == ("chain.yaml (changed)", "jobs/validate.py (changed)")
    assert finding.evidence["others"].first == ("a.csv (changed)", "b.csv (added)")


def test_it_is_none_the_less_for_being_what_the_baseline_does() -> None:
    changed = left("jobs/validate.py")
    assert check(night(*calm(), changed), night(*calm(), changed)).state == "violated"


def test_a_cache_and_a_watermark_are_told_and_allowed() -> None:
    finding = check(night(*calm(), left(data=("watermark.json",), added=("cache.csv",), more=5)), BASELINE)
    assert finding.state == "holds"
    assert "7 files" in finding.sentence
    assert "watermark.json (changed), and 6 more" in finding.sentence
