"""Hand-written histories for bad_file_quarantined."""

from __future__ import annotations

import pytest

from harness.checks import CHECKS, Outcome, judge
from harness.history import History
from harness.testing.histories import Line
from tests.checks.nights import BASELINE, HALF, TRUNCATED, calm, keeps, night, paged, receipt

check = CHECKS["bad_file_quarantined"]


def served(clock: str, *, complete: bool) -> Line:
    return (clock, "source", "serve ok", {"name": "forecast.csv", "what": "file", "complete": complete})


BAD, GOOD = served("02:00:05", complete=False), served("02:00:06", complete=True)


def aside(name: str, what: str = "write ok", **more: object) -> Line:
    value = {"folder": "aside", "name": name, "size": 9, "sha256": HALF, "content": HALF}
    return ("02:00:07", "folders", what, value | more)


def declared(*lines: Line) -> History:
    return night(*lines, quarantine="aside")


@pytest.mark.parametrize("reason", ["forecast.csv.reason", "forecast.reason.txt", "why/forecast.json"])
@pytest.mark.parametrize("name", ["forecast.csv", "forecast.csv.bad", "2026-11-23/forecast.csv", "0205_forecast.csv"])
def test_a_file_that_lies_there_with_its_reason_holds(name: str, reason: str) -> None:
    finding = check(declared(*calm(), BAD, GOOD, aside(name), aside(reason)), BASELINE)
    assert (finding.state, finding.sentence) == ("holds", "forecast.csv is in aside, with its reason")


def test_a_file_that_was_thrown_away_is_found() -> None:
    finding = check(declared(*calm(), BAD, GOOD), BASELINE)
    assert finding.sentence == "a bad file was not set aside: forecast.csv is not in aside"
    gone = declared(
        *calm(), BAD, GOOD, aside("forecast.csv"), aside("forecast.csv.reason"), aside("forecast.csv", "remove info")
    )
    assert check(gone, BASELINE).state == "violated"
    other = declared(*calm(), BAD, GOOD, aside("forecast.csv.reason"), aside("other.csv"))
    assert check(declared(*calm(), BAD, GOOD, aside("forecast.reason")), BASELINE).state == "violated"
    assert check(other, BASELINE).state == "violated"


def test_a_file_without_its_reason_is_found() -> None:
    finding = check(declared(*calm(), BAD, GOOD, aside("forecast.csv")), BASELINE)
    assert finding.sentence == "a bad file was not set aside: forecast.csv is in aside without its reason"
    empty = [aside("forecast.csv"), aside("forecast.csv.reason"), aside("forecast.csv.reason", "keeps info", size=0)]
    assert check(declared(*calm(), BAD, GOOD, *empty), BASELINE).evidence["bare"].total == 1


def test_a_file_that_was_taken_and_did_no_harm_was_not_refused() -> None:
    assert "no file had to be refused" in check(declared(*calm(), BAD), BASELINE).sentence


def test_a_file_for_which_the_night_stopped_was_refused() -> None:
    stopped = [receipt("02:00:04"), BAD, paged("02:30:00", "the file is truncated")]
    assert check(declared(*stopped), BASELINE).state == "violated"
    lines = [*stopped, aside("forecast.csv"), aside("forecast.csv.reason")]
    assert judge(night(*lines, quarantine="aside", faults=[TRUNCATED]), BASELINE).outcome is Outcome.CONTAINED


def test_it_applies_where_a_chain_declares_a_folder_and_meets_such_a_file() -> None:
    assert check.applies(declared(*calm(), BAD), BASELINE)
    assert not check.applies(declared(*calm(), GOOD), BASELINE)
    assert not check.applies(night(*calm(), BAD), BASELINE)


def test_what_lies_there_is_neither_left_behind_nor_partial_whatever_the_folder_is_called() -> None:
    part = keeps("forecast.csv", HALF, folder="aside", beginning_of="forecast.csv")
    lines = [*calm(), BAD, GOOD, aside("forecast.csv", "write invoke"), aside("forecast.csv", how="closed"), part]
    assert CHECKS["nothing_left_behind"](declared(*lines), BASELINE).state == "holds"
    assert CHECKS["nothing_left_behind"](night(*lines), BASELINE).state == "violated"
    assert CHECKS["no_partial_file_visible"](declared(*lines), BASELINE).state == "holds"
    assert CHECKS["no_partial_file_visible"](night(*lines), BASELINE).state == "violated"
