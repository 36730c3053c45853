"""Hand-written histories for no_downstream_on_bad_data."""

from __future__ import annotations

import pytest

from harness.checks import CHECKS, Outcome, judge
from harness.history import History
from harness.testing.histories import BEGIN, Line
from tests.checks.nights import (
    BASELINE,
    HALF,
    TRUNCATED,
    calm,
    calm_but,
    ended,
    holds,
    keeps,
    launched,
    night,
    paged,
    receipt,
    sends,
    stored,
    without_consumers,
)

check = CHECKS["no_downstream_on_bad_data"]


def served(clock: str, *, complete: bool | None, what: str = "file") -> Line:
    value = {"name": "forecast.csv", "what": what, "via": "http", "bytes": 9}
    return (clock, "source", "serve ok", value if complete is None else value | {"complete": complete})


BAD, GOOD = served("02:00:05", complete=False), served("02:00:06", complete=True)
CHANGED = (holds("a", "b"), holds("c", content="other"))


def applied(history: History) -> bool:
    return check.where_it_applies(history, BASELINE) is not None


def test_it_applies_where_a_whole_file_came_other_than_published() -> None:
    assert applied(night(*calm(), BAD))
    assert not applied(night(*calm(), GOOD))
    assert not applied(night(*calm(), served("02:00:05", complete=None)))
    assert not applied(night(*calm(), served("02:00:05", complete=False, what="manifest")))


def test_a_job_that_builds_on_it_is_named_with_the_way_when_rows_are_wrong() -> None:
    finding = check(night(*calm_but(*CHANGED), BAD), BASELINE)
    assert finding.state == "violated"
    assert finding.sentence == (
        "publish built on forecast.csv, which retrieve took other than it was published: 1 changed"
    )
    assert finding.evidence["ways"].first == ("forecast.csv → retrieve → publish",)


def test_what_could_have_told_it_is_named() -> None:
    at, who, what, value = receipt("02:00:04")
    fault = TRUNCATED | {"detectable_by": ["control total"]}
    lines = [(at, who, what, value | {"where": {"name": "forecast.csv"}}), *calm_but(*CHANGED), BAD]
    said = "which retrieve took other than it was published (control total can tell): 1 changed"
    assert check(night(*lines, faults=[fault]), BASELINE).sentence.endswith(said)


def test_a_bad_file_itself_is_told_last_as_the_sources() -> None:
    lying = calm_but(keeps(content=HALF))
    assert check(night(*lying, BAD), BASELINE).sentence.endswith(": landing/forecast.csv is there as it came")
    made = night(*lying, keeps("plan.csv", HALF), BAD)
    sentence = check(made, night(*calm(), keeps("plan.csv"))).sentence
    assert sentence.endswith(": landing/plan.csv with other content")


def test_a_client_that_delivers_every_row_all_the_same_has_done_no_harm() -> None:
    finding = check(night(*calm(), BAD), BASELINE)
    assert finding.state == "holds"
    assert "what was built on it did no harm" in finding.sentence


def test_an_upload_shows_what_came_of_it_although_another_job_has_failed_and_the_owner_was_told() -> None:
    jobs = BEGIN["jobs"] | {"report": {"owner": "data-ops", "after": ["publish"], "launches": 1}}
    whole = night(*calm(), *sends("plan.csv"), *launched("02:05:00", "report"), ended("02:06:00", "report"), jobs=jobs)
    failed = [*launched("02:05:00", "report"), ended("02:06:00", "report", "fail"), paged("02:07:00", "truncated")]
    half = night(*calm(), BAD, *sends("plan.csv", HALF), *failed, receipt("02:00:05"), jobs=jobs, faults=[TRUNCATED])
    finding = check(half, whole)
    assert finding.sentence.endswith("took other than it was published: source:sftp/plan.csv with other content")
    assert judge(half, whole).outcome is Outcome.DAMAGED
    sound = night(*calm(), BAD, *sends("plan.csv"), *failed, receipt("02:00:05"), jobs=jobs, faults=[TRUNCATED])
    assert judge(sound, whole).outcome is Outcome.CONTAINED


def test_where_there_is_no_consumer_files_show_that_it_did_no_harm() -> None:
    whole = night(*without_consumers(), *sends("plan.csv"), consumers={})
    assert check(night(*without_consumers(), BAD, *sends("plan.csv"), consumers={}), whole).state == "holds"
    assert check(night(*without_consumers(), BAD, *sends("plan.csv", HALF), consumers={}), whole).state == "violated"


def test_where_there_is_no_consumer_and_no_file_nothing_shows_that_it_did_no_harm() -> None:
    bare = [line for line in without_consumers() if line[2] != "keeps info"]
    finding = check(night(*bare, BAD, consumers={}), night(*bare, consumers={}))
    assert finding.state == "violated"
    assert finding.sentence.endswith("no consumer shows what came of it")


def test_a_file_that_is_fetched_anew_before_the_next_job_is_none_that_it_builds_on() -> None:
    finding = check(night(*calm_but(*CHANGED), BAD, GOOD), BASELINE)
    assert finding.state == "holds"
    assert "no job built on it" in finding.sentence


def test_a_job_that_refuses_builds_on_nothing() -> None:
    refused = night(*launched("02:00:00", "retrieve"), BAD, ended("02:01:00", "retrieve", "fail"), holds("a", "x"))
    assert check(refused, BASELINE).state == "holds"
    refused = night(
        *launched("02:00:00", "retrieve"),
        BAD,
        ended("02:01:00", "retrieve"),
        *launched("02:01:01", "publish"),
        ended("02:02:00", "publish", "fail"),
        stored("02:01:30"),
        *CHANGED,
    )
    assert check(refused, BASELINE).state == "holds"


@pytest.mark.parametrize(
    ("bad", "way"),
    [
        (BAD, "forecast.csv → one or other → publish"),
        ((*BAD[:3], BAD[3] | {"from": "other"}), "forecast.csv → other → publish"),
    ],
)
def test_of_several_jobs_at_work_each_may_have_taken_it_unless_it_is_known_who_has(bad: Line, way: str) -> None:
    jobs = {name: {"owner": "data-ops", "after": [], "launches": 1} for name in ("one", "other", "alone")}
    jobs["publish"] = {"owner": "data-ops", "after": ["one", "other"], "launches": 1}
    lines = [line for job in ("one", "other", "alone") for line in launched("02:00:00", job)]
    lines += [bad, *(ended("02:00:30", job) for job in ("one", "other", "alone"))]
    lines += [*launched("02:01:00", "publish"), ended("02:02:00", "publish"), stored("02:01:30"), *CHANGED]
    finding = check(night(*lines, jobs=jobs), BASELINE)
    assert finding.evidence["ways"].first == (way,)


def test_the_way_goes_over_jobs_between() -> None:
    jobs = {name: {"owner": "data-ops", "after": [], "launches": 1} for name in ("retrieve", "validate", "publish")}
    jobs["validate"]["after"], jobs["publish"]["after"] = ["retrieve"], ["validate"]
    lines = [*launched("02:00:00", "retrieve"), BAD, ended("02:00:30", "retrieve")]
    lines += [*launched("02:01:00", "validate"), ended("02:01:20", "validate")]
    lines += [*launched("02:01:30", "publish"), ended("02:02:00", "publish"), stored("02:01:40"), *CHANGED]
    finding = check(night(*lines, jobs=jobs), BASELINE)
    assert finding.evidence["ways"].first == (
        "forecast.csv → retrieve → publish",
        "forecast.csv → retrieve → validate",
    )
