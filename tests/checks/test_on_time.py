"""Hand-written histories for on_time."""

from harness.checks import CHECKS
from harness.testing.histories import BEGIN
from tests.checks.nights import BASELINE, EMPTY, calm, ended, launched, night, sends, without_consumers

check = CHECKS["on_time"]


def test_delivered_before_the_deadline_holds() -> None:
    assert "238 min before" in check(night(*calm()), BASELINE).sentence


def test_delivered_after_it_does_not() -> None:
    finding = check(night(*calm(until="06:30:00")), BASELINE)
    assert finding.state == "violated"
    assert "30 min after" in finding.sentence


def test_never_delivered_does_not() -> None:
    assert check(night(), BASELINE).sentence == "never delivered"


def test_a_baseline_that_was_late_itself_proves_nothing() -> None:
    assert check(night(*calm()), night(*calm(until="07:00:00"))).state == "unknown"
    assert check(night(*calm()), EMPTY).state == "unknown"


def test_a_job_that_ends_after_the_deadline_is_late_although_every_row_was_in_time() -> None:
    lines = [line for line in calm() if line[2:] != ended("02:02:00", "publish")[2:]]
    late = night(*lines, ended("06:30:00", "publish"))
    assert check(late, BASELINE).sentence == "publish ended 30 min after the deadline"
    assert check(late, late).state == "holds"


def test_an_upload_that_comes_after_the_deadline_is_late() -> None:
    sent = night(*calm(), *sends("plan.csv"))
    finding = check(night(*calm(), *sends("plan.csv", clock="06:20:00")), sent)
    assert finding.sentence == "source:sftp/plan.csv came 20 min after the deadline"
    assert check(night(*calm()), sent).state == "holds"


def test_of_a_chain_without_consumers_the_jobs_count_that_are_due() -> None:
    jobs = BEGIN["jobs"] | {"tidy": {"owner": "data-ops", "after": [], "launches": 1}}
    tidied = [*launched("07:00:00", "tidy"), ended("07:10:00", "tidy")]
    calm_night = night(*without_consumers(), *tidied, consumers={}, jobs=jobs)
    assert check(calm_night, calm_night).state == "holds"
    assert check(night(*tidied, consumers={}, jobs=jobs), calm_night).sentence == "never delivered"
    only_late = night(*tidied, consumers={}, jobs=jobs)
    assert check(only_late, only_late).state == "unknown"
