"""Hand-written histories for owner_paged."""

from harness.checks import CHECKS, Outcome, judge
from harness.history import History
from harness.testing.histories import BEGIN, Line
from tests.checks.nights import (
    BASELINE,
    all_ended,
    calm,
    ended,
    holds,
    launched,
    night,
    paged,
    sends,
    stored,
    without_consumers,
)

check = CHECKS["owner_paged"]


def test_nobody_has_to_be_told_of_a_night_in_time() -> None:
    assert check(night(*calm()), BASELINE).state == "holds"


def test_a_failed_night_without_a_page_is_a_violation() -> None:
    assert "nobody was told" in check(night(), BASELINE).sentence


def test_a_page_to_the_owner_before_the_deadline_holds() -> None:
    assert "210 min before" in check(night(paged("02:30:00", "it is truncated")), BASELINE).sentence


def test_a_page_after_the_deadline_comes_too_late() -> None:
    assert "after the deadline" in check(night(paged("07:00:00", "it is truncated")), BASELINE).sentence


def test_a_page_to_somebody_else_is_a_violation() -> None:
    assert check(night(paged("02:30:00", "truncated", owner="dba")), BASELINE).evidence["paged"].first == ("dba",)


def test_the_same_page_twice_is_a_violation() -> None:
    assert check(night(paged("02:30:00", "x"), paged("02:40:00", "x")), BASELINE).evidence["repeated"].total == 1


def by(channel: str, clock: str, kind: str = "ok") -> Line:
    at, component, _, value = paged(clock, "x")
    return at, component, f"page {kind}", value | {"channel": channel}


def test_the_same_page_by_another_channel_is_no_storm_and_twice_by_one_is() -> None:
    own = paged("02:30:00", "x")
    assert check(night(own, by("slack", "02:30:01"), by("pagerduty", "02:30:02")), BASELINE).state == "holds"
    assert check(night(by("mail", "02:30:00"), by("mail", "02:40:00")), BASELINE).evidence["repeated"].total == 1


def test_more_than_ten_pages_of_a_job_within_an_hour_are_a_storm_in_whatever_words() -> None:
    """One for each customer whose rows are bad: no two are alike, and nobody reads them."""
    names = ["ann", "ben", "cleo", "dora", "eli", "fay", "gus", "hal", "ida", "jan", "kim"]
    pages = [paged(f"02:{minute:02}:00", f"customer {name} is unknown") for minute, name in enumerate(names)]
    found = check(night(*pages), BASELINE)
    assert found.said == "retrieve (11 pages) within an hour: nobody reads so many"
    assert check(night(*pages[1:]), BASELINE).state == "holds"
    twice_as_slow = [(f"{2 + n // 5:02}:{n % 5 * 12:02}:00", *page[1:]) for n, page in enumerate(pages)]
    assert check(night(*twice_as_slow), BASELINE).state == "holds"


def test_what_a_channel_takes_for_a_repetition_is_no_page() -> None:
    repeated = [by("pagerduty", f"02:{minute}:00", "info") for minute in (40, 50)]
    assert check(night(by("pagerduty", "02:30:00"), *repeated), BASELINE).state == "holds"
    assert check(night(*repeated), BASELINE).state == "violated"


def test_a_flagged_fallback_that_comes_late_is_told_where_it_is_consumed() -> None:
    late = night(stored("06:30:00"), *all_ended(), holds("y", fallback_of="2026-11-22"))
    assert check(late, BASELINE).state == "holds"


def failed_report() -> list[Line]:
    return [line for line in calm() if line[2:] != ended("02:02:00", "publish")[2:]] + [
        ended("02:02:00", "publish", "fail")
    ]


def test_a_job_that_failed_for_good_is_told_although_every_row_is_there() -> None:
    assert check(night(*failed_report()), BASELINE).sentence == "publish failed (exit code 3), and nobody was told"
    assert check(night(*failed_report(), paged("02:30:00", "truncated")), BASELINE).state == "holds"
    assert check(night(*failed_report(), paged("07:00:00", "truncated")), BASELINE).state == "violated"


def test_of_a_job_that_ends_after_the_deadline_in_every_night_a_page_may_come_later_too() -> None:
    report = BEGIN["jobs"] | {"report": {"owner": "data-ops", "after": ["publish"], "launches": 1}}
    whole = night(*calm(), *launched("07:00:00", "report"), ended("07:10:00", "report"), jobs=report)
    failed = [*calm(), *launched("07:00:00", "report"), ended("07:10:00", "report", "fail")]
    assert check(night(*failed, paged("07:11:00", "truncated"), jobs=report), whole).state == "holds"
    assert check(night(*failed, jobs=report), whole).state == "violated"


def healed_then_failed(*pages: Line) -> History:
    """The first job fails, is started again and is well; the second one fails for good."""
    failed = [*launched("01:50:00", "retrieve"), ended("01:51:00", "retrieve", "fail")]
    rest = [*launched("02:01:00", "publish"), ended("02:02:00", "publish", "fail")]
    return night(*failed, *launched("02:00:00", "retrieve"), ended("02:01:00", "retrieve"), *rest, *pages)


def test_a_page_for_what_healed_tells_nothing_of_another_job_that_then_failed_for_good() -> None:
    healed = paged("01:51:10", "no answer from the source")
    finding = check(healed_then_failed(healed), BASELINE)
    assert finding.sentence == (
        "the night was not delivered by the deadline, and nobody was told, only of what healed: "
        "1 page (retrieve healed without help)"
    )
    told = check(healed_then_failed(healed, paged("02:02:10", "planning answers 503", job="publish")), BASELINE)
    assert "237 min before" not in told.sentence
    assert "238 min before" in told.sentence


def test_a_page_to_the_owner_of_jobs_that_have_no_part_in_it_tells_nobody_who_owns_it() -> None:
    jobs = {name: job | {"owner": f"{name}-team"} for name, job in BEGIN["jobs"].items()}
    jobs["report"] = {"owner": "report-team", "after": [], "launches": 1}

    def found(owner: str) -> str:
        return check(night(*failed_report(), paged("02:30:00", "truncated", owner=owner), jobs=jobs), BASELINE).sentence

    assert found("report-team") == (
        "publish failed (exit code 3), and nobody was told who owns it, only report-team: 1 page"
    )
    for owner in ("publish-team", "retrieve-team", "data-ops"):
        assert "before the deadline" in found(owner)


def test_a_page_for_what_healed_too_late_for_a_job_that_was_never_started_tells_of_it() -> None:
    failed = [*launched("02:00:00", "retrieve"), ended("02:01:00", "retrieve", "fail"), paged("02:02:00", "no answer")]
    late = [*launched("05:50:00", "retrieve"), ended("05:51:00", "retrieve")]
    assert check(night(*failed, *late), BASELINE).state == "holds"


def test_what_is_late_and_was_told_is_better_than_late_in_silence() -> None:
    late = [*calm(until="06:30:00")]
    assert judge(night(*late, paged("05:30:00", "the source is slow")), BASELINE).outcome is Outcome.DEGRADED
    assert judge(night(*late, paged("06:10:00", "the source is slow")), BASELINE).outcome is Outcome.DAMAGED
    assert judge(night(*late), BASELINE).outcome is Outcome.DAMAGED


def test_an_upload_that_comes_late_has_to_be_told_as_rows_have() -> None:
    sent, late = night(*calm(), *sends("plan.csv")), [*calm(), *sends("plan.csv", clock="06:20:00")]
    assert check(night(*late), sent).sentence == "source:sftp/plan.csv came after the deadline, and nobody was told"
    assert judge(night(*late, paged("05:30:00", "the source is slow")), sent).outcome is Outcome.DEGRADED
    again = [*calm(), *sends("plan.csv"), *sends("plan.csv", clock="06:20:00")]
    assert check(night(*again), sent).state == "holds"


def test_a_chain_without_consumers_has_delivered_when_the_jobs_have_ended_that_are_due() -> None:
    jobs = BEGIN["jobs"] | {"tidy": {"owner": "data-ops", "after": ["publish"], "launches": 1}}
    tidied = [*launched("07:00:00", "tidy"), ended("07:10:00", "tidy")]
    calm_night = night(*without_consumers(), *tidied, consumers={}, jobs=jobs)
    assert judge(calm_night, calm_night).outcome is Outcome.UNAFFECTED
    lines = [line for line in without_consumers() if line[2:] != ended("02:02:00", "publish")[2:]]
    late = night(*lines, ended("06:20:00", "publish"), *tidied, consumers={}, jobs=jobs)
    assert judge(late, calm_night).because == (
        "owner_paged: the night was not delivered by the deadline, and nobody was told"
    )
