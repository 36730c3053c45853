"""Hand-written histories for stays_whole."""

from harness.checks import CHECKS
from tests.checks.nights import BASELINE, EMPTY, calm, changed, night

check = CHECKS["stays_whole"]


def test_a_table_that_is_filled_step_by_step_for_the_first_time_was_not_whole_before() -> None:
    steps = [changed("02:01:00", 0, 1), changed("02:01:10", 1, 2), changed("02:01:20", 2, 3)]
    assert check(night(*calm(), *steps), BASELINE).state == "holds"


def test_a_reload_in_two_transactions_is_seen_and_one_in_one_is_not() -> None:
    apart = [changed("02:03:00", 3, 0), changed("02:03:00", 0, 2), changed("02:05:00", 2, 3)]
    finding = check(night(*calm(), *apart), BASELINE)
    assert finding.state == "violated"
    assert finding.sentence.endswith("planning had 0 of 3 rows from 02:03 to 02:05")
    assert check(night(*calm(), changed("02:03:00", 3, 3)), BASELINE).state == "holds"


def test_a_table_that_began_with_fewer_rows_is_whole_with_these_until_it_has_all() -> None:
    apart = [changed("02:01:00", 2, 0), changed("02:01:00", 0, 3)]
    finding = check(night(*calm(), *apart), BASELINE)
    assert finding.sentence.endswith("planning had 0 of 2 rows from 02:01 to 02:01")
    assert check(night(*calm(), changed("02:01:00", 2, 3)), BASELINE).state == "holds"
    later = [changed("02:01:00", 2, 3), changed("02:03:00", 3, 2), changed("02:05:00", 2, 3)]
    assert check(night(*calm(), *later), BASELINE).sentence.endswith("planning had 2 of 3 rows from 02:03 to 02:05")


def test_every_such_gap_is_counted() -> None:
    apart = [(changed(f"02:{n:02}:00", 3, 0), changed(f"02:{n:02}:30", 0, 3)) for n in range(10, 22)]
    finding = check(night(*calm(), *(line for lines in apart for line in lines)), BASELINE)
    assert (len(finding.evidence["partial"].first), finding.evidence["partial"].total) == (10, 12)
    assert finding.sentence.endswith("and so 11 times more")


def test_a_table_that_is_left_with_less_is_for_all_or_nothing() -> None:
    assert check(night(*calm(), changed("02:03:00", 3, 0)), BASELINE).state == "holds"


def test_more_rows_than_the_night_has_are_whole() -> None:
    assert check(night(*calm(), changed("02:03:00", 9, 3)), BASELINE).state == "holds"


def test_what_somebody_else_takes_away_is_not_the_chains_doing_and_what_it_does_then_is() -> None:
    at, who, what, value = changed("02:03:00", 3, 0)
    taken = (at, who, what, value | {"by": "failover"})
    assert check(night(*calm(), taken, changed("02:05:00", 0, 3)), BASELINE).state == "holds"
    later = [changed("02:06:00", 3, 0), changed("02:07:00", 0, 3)]
    finding = check(night(*calm(), taken, changed("02:05:00", 0, 3), *later), BASELINE)
    assert finding.sentence.endswith("planning had 0 of 3 rows from 02:06 to 02:07")


def test_a_baseline_that_delivered_nothing_checks_nothing() -> None:
    assert check(night(changed("02:03:00", 0, 3)), EMPTY).state == "unknown"


def test_it_does_not_apply_where_nobody_says_what_is_there() -> None:
    assert not check.applies(night(*calm()), BASELINE)
