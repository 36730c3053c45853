"""Hand-written histories for equals_baseline."""

import pytest

from harness.checks import CHECKS
from harness.testing.histories import Line
from tests.checks.nights import (
    BASELINE,
    EMPTY,
    HALF,
    TRUNCATED,
    calm,
    calm_but,
    ended,
    holds,
    keeps,
    launched,
    night,
    receipt,
    uploaded,
)

check = CHECKS["equals_baseline"]
REPORTING = night(*calm(), keeps("report_0201.txt", "sha-of-the-report"))
SENDING = night(*calm(), uploaded("export.csv"))


def test_the_same_final_state_holds() -> None:
    assert check(night(*calm()), BASELINE).state == "holds"


def test_other_rows_differ() -> None:
    changed = night(*calm_but(holds("a", "b", "x")))
    assert "planning holds other rows" in str(check(changed, BASELINE).evidence["different"])


def test_another_file_left_in_place_differs() -> None:
    finding = check(night(*calm_but(keeps(content=HALF))), BASELINE)
    assert finding.evidence["different"].first == ("landing/forecast.csv has other content",)
    assert "declare it in the chain: results: {ignore: ['forecast.csv']}" in finding.sentence


def test_of_a_small_report_it_is_told_what_differs_and_what_to_declare() -> None:
    one, other = (night(*calm(), keeps("r.txt", text, text=f"rows: 3\nspeed: {text}\n")) for text in ("10", "12"))
    assert check(other, one).sentence == (
        'landing/r.txt ends with other content than in the baseline: line 2 has "speed: 12" for "speed: 10"; '
        "if that is as it should be, declare it in the chain: results: {volatile: {'r.txt': ['speed: [\\d:.,]+']}}"
    )


def test_a_report_under_a_name_of_the_chains_own_differs_too() -> None:
    changed = night(*calm(), keeps("report_0201.txt", "half-of-it"))
    assert check(changed, REPORTING).state == "violated"


def test_a_name_that_differs_in_digits_alone_is_the_same_report() -> None:
    assert check(night(*calm(), keeps("report_0211.txt", "sha-of-the-report")), REPORTING).state == "holds"
    assert check(night(*calm(), keeps("report_0211.txt", "other")), REPORTING).state == "violated"


@pytest.mark.parametrize("name", ["forecast.csv.part", "get.lock", "quarantine/forecast.csv"])
def test_what_is_in_a_lock_a_part_or_a_file_set_aside_is_no_result(name: str) -> None:
    assert check(night(*calm(), keeps(name, "one")), night(*calm(), keeps(name, "other"))).state == "holds"


def served(*, complete: bool) -> Line:
    return ("02:00:05", "source", "serve ok", {"name": "forecast.csv", "what": "file", "complete": complete})


def acted() -> Line:
    at, who, what, value = receipt("02:00:04")
    return at, who, what, value | {"where": {"name": "forecast.csv"}}


def test_a_bad_file_that_was_taken_over_is_the_sources_and_no_declaration_is_proposed() -> None:
    fault = TRUNCATED | {"detectable_by": ["size", "control total"]}
    lines = [acted(), served(complete=False), *calm_but(keeps(content=HALF))]
    finding = check(night(*lines, faults=[fault]), BASELINE)
    told = "landing/forecast.csv is there as it came, other than it was published"
    assert finding.sentence == f"{told} (size or control total can tell)"
    assert check(night(*lines[1:]), BASELINE).sentence == told


def test_one_that_was_fetched_anew_is_of_the_chains_making() -> None:
    lines = [served(complete=False), served(complete=True), *calm_but(keeps(content=HALF))]
    assert "landing/forecast.csv ends with other content" in check(night(*lines), BASELINE).sentence


def test_a_result_that_was_not_made_is_told_so() -> None:
    made: Line = ("02:01:30", "folders", "write ok", {"folder": "landing", "name": "digest.html", "sha256": None})
    baseline = night(*calm(), made, keeps("digest.html", "tonight"))
    finding = check(night(*calm(), keeps("digest.html", "before")), baseline)
    assert finding.sentence == "landing/digest.html was not made tonight, and is what was there before"
    assert "declare it" in check(night(*calm(), made, keeps("digest.html", "other")), baseline).sentence


def test_half_of_a_result_is_told_so_wherever_it_is() -> None:
    def written(length: int, begins: str, kind: str) -> list[Line]:
        place = {"folder": "archive", "name": "all.tgz"}
        how = {"sha256": None, "size": None, "how": "closed", "length": length}
        how |= {"beginnings": begins, "whole": f"{length} of {begins}"}
        lines: list[Line] = [
            *launched("02:05:00", "report"),
            ("02:05:01", "folders", "write invoke", place),
            ("02:05:02", "folders", "write ok", place | how),
        ]
        return [*lines, ended("02:05:03", "report", kind), keeps("all.tgz", f"sha-of-{length}", "archive")]

    again = [*launched("02:15:00", "report"), ended("02:15:01", "report")]
    half = night(*calm(), *written(40, "aaaa", "fail"), *again)
    told = "archive/all.tgz is the first part of what it has to be, as report left it when it failed"
    assert check(half, night(*calm(), *written(100, "aaaabbbb", "ok"))).sentence == told


def test_an_upload_with_other_content_differs() -> None:
    finding = check(night(*calm(), uploaded("export.csv", HALF)), SENDING)
    assert finding.evidence["different"].first == ("source:sftp/export.csv has other content",)


def test_an_upload_that_is_there_twice_differs() -> None:
    twice = night(*calm(), uploaded("export.csv"), uploaded("export_again.csv"))
    assert "export_again.csv is there besides" in str(check(twice, SENDING).evidence["different"])


def test_it_does_not_apply_to_a_night_that_owes_something_or_needs_a_fallback() -> None:
    assert check.applies(night(*calm()), BASELINE)
    assert not check.applies(night(holds("a")), BASELINE)
    assert not check.applies(night(*calm(), holds("y", fallback_of="2026-11-22")), BASELINE)


def test_a_missing_file_does_not_hide_another_that_is_wrong() -> None:
    both = night(*calm_but(keeps(content=HALF)))
    assert check.applies(both, REPORTING)
    assert check(both, REPORTING).state == "violated"


def test_a_baseline_that_left_nothing_behind_checks_nothing() -> None:
    assert check(night(*calm()), EMPTY).state == "unknown"
