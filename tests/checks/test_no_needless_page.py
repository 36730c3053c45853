"""Hand-written histories for no_needless_page."""

from harness.checks import CHECKS, Outcome, judge
from harness.history import History
from harness.testing.histories import Line
from tests.checks.nights import BASELINE, calm, ended, holds, launched, night, paged, stored

check = CHECKS["no_needless_page"]
FAILS = [*launched("01:40:00", "retrieve"), ended("01:41:00", "retrieve", "fail")]
"""Before the run of the calm night, which ends well."""


def rule(clock: str, when: str, *do: str) -> Line:
    return (clock, "scheduler", "rule info", {"job": "retrieve", "when": when, "do": list(do)})


def healed(*lines: Line, **begin: object) -> History:
    """The first attempt fails, the second one does not."""
    return night(*FAILS, *calm(), *lines, **begin)


def test_a_page_for_an_attempt_that_is_made_good_by_the_next_one_is_needless() -> None:
    finding = check(healed(paged("01:41:01", "no answer")), BASELINE)
    assert finding.sentence == (
        "data-ops was paged for retrieve at 01:41, and it ended well at 02:01 without help: page after the last attempt"
    )
    assert finding.evidence["needless"].total == 1


def test_times_are_those_of_the_chain() -> None:
    assert "at 02:41" in check(healed(paged("01:41:01", "no answer"), timezone="Europe/Paris"), BASELINE).sentence


def test_a_job_that_pages_itself_before_it_fails_does_so_needlessly_too() -> None:
    assert check(healed(paged("01:40:59", "no answer")), BASELINE).state == "violated"


def test_a_page_that_comes_when_the_next_attempt_has_just_begun_is_for_the_one_before() -> None:
    again = [*FAILS, *launched("01:41:01", "retrieve"), paged("01:41:02", "no answer")]
    well = [ended("02:01:00", "retrieve"), *launched("02:01:00", "publish"), stored("02:02:00")]
    told = night(*again, *well, ended("02:02:00", "publish"), *calm()[-2:])
    assert check(told, BASELINE).state == "violated"


def test_nobody_was_paged_needlessly_where_nobody_was_paged() -> None:
    assert check.where_it_applies(healed(), BASELINE) is None


def test_what_a_job_tells_in_a_run_that_ends_well_is_a_warning() -> None:
    assert check(night(*calm(), paged("02:00:30", "the file is overdue")), BASELINE).state == "holds"


def test_a_page_that_a_rule_declares_for_a_late_job_is_a_warning() -> None:
    late = [rule("01:50:00", "late", "page"), paged("01:50:00", "retrieve is late")]
    assert check(healed(*late), BASELINE).state == "holds"
    failed = [rule("01:50:00", "failed", "page", "restart"), paged("01:50:00", "retrieve failed")]
    assert check(healed(*failed), BASELINE).state == "violated"


def test_what_somebody_has_healed_was_worth_the_page() -> None:
    by_hand = ("01:55:00", "operator", "operate ok", {"id": "0", "job": "retrieve", "action": "restart"})
    found = check(healed(paged("01:41:01", "no answer"), by_hand), BASELINE)
    assert found.state == "holds"


def test_a_page_is_needed_when_there_would_be_no_time_left_for_who_is_woken() -> None:
    def page_with_deadline(clock: str) -> History:
        hours, minutes = (int(part) for part in clock.split(":"))
        midnight = BASELINE[0].value["deadline_ns"] - 6 * 3_600_000_000_000
        deadline = midnight + (hours * 60 + minutes) * 60_000_000_000
        return healed(paged("01:41:01", "no answer"), deadline_ns=deadline)

    assert check(page_with_deadline("02:42"), BASELINE).state == "holds"
    assert check(page_with_deadline("02:45"), BASELINE).state == "violated"


def test_a_page_for_another_job_is_none_for_this_one() -> None:
    assert check(healed(paged("01:41:01", "no answer", job="publish")), BASELINE).state == "holds"
    assert check(healed(paged("01:41:01", "no answer", job="who knows")), BASELINE).state == "holds"


def test_a_night_that_is_late_owes_something_or_needs_a_fallback_is_worth_a_page() -> None:
    page = paged("01:41:01", "no answer")
    late = night(*FAILS, *calm(until="06:30:00"), page)
    missing = night(*FAILS, *(line for line in calm() if line[2] != "holds info"), page)
    fallback = night(*FAILS, *calm(), page, holds("y", fallback_of="2026-11-22"))
    for worth in (late, missing, fallback):
        assert check.where_it_applies(worth, BASELINE) is None


def test_a_night_that_heals_with_a_page_is_degraded_and_without_one_it_has_recovered() -> None:
    assert judge(healed(paged("01:41:01", "no answer")), BASELINE).outcome is Outcome.DEGRADED
    assert judge(healed(), BASELINE).outcome is Outcome.RECOVERED
