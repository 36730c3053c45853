"""Hand-written histories for watermark_behind_commit."""

from __future__ import annotations

from typing import Any

import pytest

from harness.checks import CHECKS
from harness.history import History
from harness.testing.histories import Line
from tests.checks.nights import calm, night

check = CHECKS["watermark_behind_commit"]
MARK = {"folder": "state", "file": "loaded", "field": None, "consumers": ["planning"]}


def said(clock: str, text: str) -> Line:
    return (clock, "folders", "write ok", {"folder": "state", "name": "loaded", "text": text, "how": "renamed"})


def marked(*lines: Line, mark: dict[str, Any] = MARK) -> History:
    return night(*calm(), *lines, watermarks={"loaded": mark})


AFTER = marked(said("02:02:01", "2026-11-23\n"))
BEFORE = marked(said("02:01:59", "2026-11-23\n"))


def test_it_applies_to_chains_that_declare_one() -> None:
    assert check.where_it_applies(night(*calm()), night(*calm())) is None


def test_one_that_moves_after_the_commit_holds() -> None:
    assert check(AFTER, AFTER).state == "holds"


def test_one_that_moves_before_the_commit_is_found_though_no_row_is_lost() -> None:
    finding = check(BEFORE, AFTER)
    assert finding.state == "violated"
    assert "loaded said 2026-11-23 when planning had stored 0 of 3 rows" in finding.sentence


def test_a_baseline_in_which_it_moves_before_the_commit_is_no_proof() -> None:
    finding = check(AFTER, BEFORE)
    assert "loaded said 2026-11-23 in the baseline when planning had stored 0 of 3 rows" in finding.sentence


def test_a_night_that_moves_it_and_stores_nothing_has_passed_the_rows_of_the_baseline() -> None:
    lost = night(said("02:02:01", "2026-11-23"), watermarks={"loaded": MARK})
    assert check(lost, AFTER).evidence["passed"].first == (
        "loaded said 2026-11-23 when planning had stored 0 of 3 rows",
    )


def test_a_night_that_does_not_move_it_has_passed_nothing() -> None:
    assert check(night(watermarks={"loaded": MARK}), AFTER).state == "holds"


def test_the_last_move_counts_and_not_that_the_same_is_said_again() -> None:
    again = marked(said("02:01:59", "2026-11-23"), said("02:02:01", "2026-11-23"))
    assert check(again, AFTER).state == "violated"


def test_one_made_of_the_time_of_the_run_has_passed_the_rows_of_the_baseline_as_well() -> None:
    calm_mark = marked(said("02:02:01", "2026-11-23T02:02:01"))
    lost = night(said("02:02:05", "2026-11-23T02:02:05"), watermarks={"loaded": MARK})
    assert check(lost, calm_mark).evidence["passed"].first == (
        "loaded said 2026-11-23T02:02:05 when planning had stored 0 of 3 rows",
    )


def test_one_that_says_less_than_in_the_baseline_has_passed_what_the_night_stored() -> None:
    half = night(
        ("02:02:00", "planning", "batch ok", {"key": "k", "rows": 1, "stored": 1, "replayed": False}),
        said("02:02:01", "500"),
        watermarks={"loaded": MARK},
    )
    assert check(half, marked(said("02:02:01", "1000"))).state == "holds"


def test_one_that_goes_back_behind_what_it_said_before_the_night_is_found() -> None:
    mark = MARK | {"began": "2026-11-22\n"}
    back = marked(said("02:02:01", "2026-11-21"), mark=mark)
    assert check(back, AFTER).evidence["back"].first == ("loaded from 2026-11-22 to 2026-11-21",)
    assert check(marked(said("02:02:01", "2026-11-23"), mark=mark), AFTER).state == "holds"
    unread = marked(said("02:02:01", "2026-11-23"), mark=MARK | {"began": ""})
    assert check(unread, AFTER).state == "holds"


@pytest.mark.parametrize(("later", "earlier"), [("1000", "500"), ("2026-11-23", "2026-11-22"), ("1e3", "999.5")])
def test_one_that_goes_back_is_found(later: str, earlier: str) -> None:
    back = marked(said("02:02:01", later), said("02:02:02", earlier), said("02:02:03", later))
    assert check(back, AFTER).evidence["back"].first == (f"loaded from {later} to {earlier}",)


def test_the_field_of_a_json_object_counts() -> None:
    mark = MARK | {"field": "through"}
    through = marked(said("02:02:01", '{"through": 7, "run": "b"}'), mark=mark)
    assert check(through, through).state == "holds"
    back = marked(said("02:02:01", '{"through": 7}'), said("02:02:02", '{"through": 6}'), mark=mark)
    assert check(back, through).evidence["back"].first == ("loaded from 7 to 6",)


@pytest.mark.parametrize("text", ["", '{"other": 1}', "[]", "{", '{"through": [1]}'])
def test_one_that_cannot_be_read_leaves_it_unknown(text: str) -> None:
    mark = MARK | {"field": "through"}
    through = marked(said("02:02:01", '{"through": 7}'), mark=mark)
    finding = check(marked(said("02:02:01", text), mark=mark), through)
    assert finding.state == "unknown"
    assert "no value under 'through'" in finding.sentence


def test_a_baseline_that_moves_none_leaves_it_unknown() -> None:
    finding = check(AFTER, night(*calm(), watermarks={"loaded": MARK}))
    assert finding.state == "unknown"
    assert "the watermark loaded was not written" in finding.sentence


def test_rows_of_a_fallback_and_replays_are_not_what_it_has_passed() -> None:
    value = {"key": "k", "rows": 3, "stored": 3, "replayed": False, "fallback_of": "2026-11-22"}
    fallen_back = night(
        ("02:02:00", "planning", "batch ok", value), said("02:02:01", "2026-11-23"), watermarks={"loaded": MARK}
    )
    assert check(fallen_back, AFTER).state == "violated"


def test_rows_of_the_nights_files_of_earlier_days_are_what_it_has_passed_too() -> None:
    consumers = {"planning": {"key": ["id"], "records": "every", "days": ["2026-11-22"]}}
    batch = {"key": "k", "rows": 3, "stored": 3, "replayed": False, "business_date": "2026-11-22"}
    early = [*calm(), said("02:02:01", "2026-11-23"), ("02:03:00", "planning", "batch ok", batch)]
    marked_early = night(*early, watermarks={"loaded": MARK}, consumers=consumers)
    finding = check(marked_early, marked_early)
    assert "planning had stored 3 of 6 rows" in finding.sentence
