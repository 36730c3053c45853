"""Hand-written histories for no_leaver_paged."""

from tests.checks.rosters import escalated, judged, told


def test_who_has_left_is_not_to_be_paged_and_who_is_away_is_a_note() -> None:
    assert judged("no_leaver_paged", told("02:30:00", away="left")) == "violated: ada was paged, who has left"
    late = [told("02:30:00"), escalated("02:45:00", away="left")]
    assert judged("no_leaver_paged", *late) == "violated: bob was paged, who has left"
    away = judged("no_leaver_paged", told("02:30:00", away="leave"))
    assert away == "holds: told 1 time, and nobody who has left (ada is away)"
