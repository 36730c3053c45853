"""Hand-written histories for delivered_once."""

import pytest

from harness.checks import CHECKS, judge
from harness.history import Event, History
from harness.testing.histories import Line
from tests.checks.nights import BASELINE, EMPTY, TWO_CONSUMERS, all_ended, calm, calm_but, holds, keeps, night, stored

check = CHECKS["delivered_once"]


def test_the_same_rows_as_in_the_baseline_hold() -> None:
    assert check(night(holds("a", "b", "c")), BASELINE).state == "holds"


def test_a_lost_row_is_named() -> None:
    finding = check(night(holds("a", "c")), BASELINE)
    assert finding.state == "violated"
    assert finding.evidence["lost"].first == ("b",)


def test_a_doubled_row_is_named_and_is_not_invented() -> None:
    finding = check(night(holds("a", "b", "c"), holds("b")), BASELINE)
    assert set(finding.evidence) == {"doubled"}
    assert finding.evidence["doubled"].first == ("b",)


def test_a_row_that_nobody_published_is_invented() -> None:
    assert check(night(holds("a", "b", "c", "x")), BASELINE).evidence["invented"].first == ("x",)


def test_a_row_with_other_content_is_changed_and_neither_lost_nor_invented() -> None:
    finding = check(night(holds("a", "b"), holds("c", content="other")), BASELINE)
    assert set(finding.evidence) == {"changed"}


def test_a_consumer_that_holds_nothing_holds_nothing_wrong() -> None:
    assert check(night(), BASELINE).state == "holds"


def test_rows_of_a_declared_fallback_are_compared_with_the_night_they_are_of() -> None:
    earlier = [Event(0, 0, "planning", "info", "holds", {"rows": [["y", "d-y"]], "night": "2026-11-22"})]
    baseline = History([*BASELINE, *earlier])
    assert check(night(holds("y", fallback_of="2026-11-22")), baseline).state == "holds"
    assert check(night(holds("x", fallback_of="2026-11-22")), baseline).evidence["invented"].first == ("x",)


def test_a_baseline_that_delivered_nothing_checks_nothing() -> None:
    assert check(night(holds("a")), EMPTY).state == "unknown"


SOME = {"planning": {"key": ["id"], "records": "some"}}


def test_a_baseline_with_other_than_the_published_records_is_not_believed() -> None:
    finding = check(night(*calm()), night(*calm(records=4)))
    assert finding.state == "unknown"
    assert "published 4 records and planning holds 3 rows" in finding.sentence


def test_a_chain_that_says_records_some_may_deliver_fewer() -> None:
    assert check(night(*calm()), night(*calm(records=4), consumers=SOME)).state == "holds"


def test_a_baseline_that_holds_a_declared_key_twice_is_not_believed() -> None:
    finding = check(night(*calm()), night(*calm_but(holds("a", "b"), holds("b", content="x"))))
    assert finding.state == "unknown"
    assert "1 row key more than once, such as b" in finding.sentence


def test_rows_without_a_declared_key_may_be_alike() -> None:
    keyless = {"planning": {"key": [], "records": "every"}}
    twice = calm_but(holds("a", "b", "b"))
    assert check(night(*twice, consumers=keyless), night(*twice, consumers=keyless)).state == "holds"


def test_a_baseline_under_another_date_is_not_believed() -> None:
    stale = night(*calm_but(holds("a", "b", "c"), holds("y", date="2026-11-22")))
    assert "1 row under the business date 2026-11-22" in check(night(*calm()), stale).sentence


def test_rows_under_another_date_that_declare_no_fallback_are_stale() -> None:
    finding = check(night(*calm_but(holds("y", date="2026-11-22"))), BASELINE)
    assert finding.evidence["stale"].first == ("y",)
    assert set(finding.evidence) == {"stale"}


def yesterday(*keys: str, content: str = "d") -> Line:
    """What the fault-free night before held, as a baseline tells it."""
    at, consumer, what, value = holds(*keys, content=content)
    return at, consumer, what, value | {"night": "2026-11-22"}


def test_yesterdays_rows_under_tonights_date_are_stale_and_not_lost_and_invented() -> None:
    baseline = night(*calm(), yesterday("x", "y", "z"))
    finding = check(night(*calm_but(holds("x", "y", "z"))), baseline)
    assert finding.sentence == "rows are wrong at the consumer: 3 stale (of 2026-11-22)"
    some = check(night(*calm_but(holds("x", "y"))), baseline)
    assert some.sentence == "rows are wrong at the consumer: 1 lost, 2 stale (of 2026-11-22)"
    besides = check(night(*calm_but(holds("a", "b", "c", "x"))), baseline)
    assert besides.sentence == "rows are wrong at the consumer: 1 stale (of 2026-11-22)"


def test_so_are_yesterdays_keys_under_which_tonights_date_was_written() -> None:
    baseline = night(*calm(), yesterday("x", "y", "c"))
    finding = check(night(*calm_but(holds("x", "y", "c", content="with-tonights-date"))), baseline)
    assert finding.sentence == "rows are wrong at the consumer: 1 changed, 2 stale (of 2026-11-22)"


def test_so_are_yesterdays_values_under_keys_of_every_night() -> None:
    baseline = night(*calm(), yesterday("a", "b", content="of-yesterday"), yesterday("c"))
    finding = check(night(*calm_but(holds("a", "b", content="of-yesterday"), holds("c"))), baseline)
    assert finding.sentence == "rows are wrong at the consumer: 2 stale (of 2026-11-22)"
    assert finding.evidence["stale"].first == ("a", "b")


def test_a_row_that_is_the_same_on_both_days_is_tonights() -> None:
    baseline = night(*calm(), yesterday("a", "b", "c"))
    assert check(night(*calm()), baseline).state == "holds"
    assert set(check(night(*calm_but(holds("a", "b", "b", "c"))), baseline).evidence) == {"doubled"}


def test_what_is_wrong_at_several_consumers_is_told_together() -> None:
    baseline = night(*calm(), holds("a", "b", "c", consumer="finance"), consumers=TWO_CONSUMERS)
    stale = [holds("y", date="2026-11-22"), holds("z", date="2026-11-22", consumer="finance")]
    finding = check(night(*stale, holds("b", "b", "c"), consumers=TWO_CONSUMERS), baseline)
    assert finding.sentence == "rows are wrong at the consumer: 1 lost, 1 doubled, 2 stale (of 2026-11-22)"
    assert finding.evidence["stale"].first == ("y", "z")


def test_a_second_row_of_a_declared_key_is_doubled_whatever_it_says() -> None:
    finding = check(night(*calm_but(holds("a", "b", "c"), holds("b", content="x"))), BASELINE)
    assert set(finding.evidence) == {"doubled"}


def test_evidence_is_the_first_ten_and_the_total() -> None:
    keys = [f"k{number:02}" for number in range(25)]
    finding = check(night(holds("a", "b", "c", *keys)), BASELINE)
    assert finding.evidence["invented"].total == 25
    assert len(finding.evidence["invented"].first) == 10
    assert "and 15 more" in str(finding.evidence["invented"])


NONE = {"first": [], "total": 0}
COMPARED = {
    "consumer": "planning",
    "place": "chain.yaml:9",
    "files": ["forecast.csv"],
    "columns": ["id"],
    "only_published": [],
    "only_held": [],
    "declared": [],
    "records": 3,
    "required": 3,
    "rows": 3,
    "lost": NONE,
    "invented": NONE,
    "changed": NONE,
    "why_not": None,
}


def compared(**found: object) -> History:
    """The baseline with what a comparison with the source has found."""
    return night(*calm(), ("12:00:00", "night", "compared info", COMPARED | found))


def test_rows_are_as_published_only_where_the_baseline_was_compared() -> None:
    assert "each as published" in check(night(*calm()), compared()).sentence
    assert "not compared with what was published" in check(night(*calm()), BASELINE).sentence


def test_columns_that_are_derived_are_said_to_be_compared_with_the_baseline_alone() -> None:
    declared = [f"{name}: derived" for name in ("tax", "net")] + ["id: {from: number}"]
    alone = "but for net of planning, tax of planning, compared with the baseline alone"
    baseline = compared(declared=declared)
    assert check(night(*calm()), baseline).sentence == f"3 rows, each as published, each once, {alone}"
    right = f"complete, exact ({alone}) and on time, and nothing needed to react"
    assert judge(night(*calm()), baseline).because == right
    many = judge(night(*calm()), compared(declared=[f"c{number:02}: derived" for number in range(12)]))
    assert "c09 of planning, and 2 more, compared" in many.because


def test_a_value_that_the_baseline_changes_too_is_wrong_on_every_night() -> None:
    finding = check(
        night(*calm()), compared(changed={"first": ["a: n was published as 1, and is held as 2"], "total": 3})
    )
    assert finding.state == "violated"
    assert "a: n was published as 1, and is held as 2, and 2 values more; if that is meant" in finding.sentence


def test_a_row_of_no_record_is_wrong_unless_columns_are_to_be_declared() -> None:
    invented = {"first": ["a"], "total": 1}
    assert check(night(*calm()), compared(invented=invented)).state == "violated"
    assert check(night(*calm()), compared(invented=invented, only_held=["region"])).state == "unknown"


def test_what_could_not_be_compared_is_unknown_with_the_lines_that_are_missing() -> None:
    finding = check(night(*calm()), compared(why_not="a parquet file"))
    assert finding.state == "unknown"
    assert "(chain.yaml:9), columns: such as" in finding.sentence
    assert "records: derived if its rows are no records (a parquet file)" in finding.sentence
    undeclared = check(night(*calm()), compared(only_published=["note"], only_held=["region"]))
    assert "columns: {note: dropped, region: derived}" in undeclared.sentence


def test_records_that_pass_the_chains_filter_and_are_not_there_are_lost_on_every_night() -> None:
    some = {"planning": {"key": ["id"], "records": "some"}}
    lost = {"first": ["b"], "total": 1}

    def told(required: int) -> History:
        found = COMPARED | {"lost": lost, "rows": 2, "required": required}
        return night(*calm(), ("12:00:00", "night", "compared info", found), consumers=some)

    finding = check(night(*calm()), told(3))
    assert finding.state == "violated"
    assert "planning holds 2 of 3 records of which at least 3 are to arrive (chain.yaml:9), and lacks b" in str(finding)
    assert check(night(*calm()), told(2)).state == "holds"


def test_the_command_that_proposes_the_lines_is_told() -> None:
    command = "harness lint chain.yaml --night 2026-11-23"
    assert command in str(check(night(*calm()), compared(only_held=["region"])))
    assert command in str(check(night(*calm()), compared(changed={"first": ["a: n"], "total": 1})))
    assert command not in str(check(night(*calm()), compared(only_held=["region"], place="chain feed")))


SEVERAL_DAYS = {"planning": {"key": ["id"], "records": "every", "days": ["2026-11-21", "2026-11-22"]}}


def of_days(*rows: Line) -> History:
    return night(*all_ended(), stored("02:02:00"), *rows, keeps(), consumers=SEVERAL_DAYS)


DATED = of_days(holds("a", "b"), holds("x", "y", date="2026-11-22"))


def test_rows_under_the_date_of_an_earlier_file_of_the_night_are_its_own() -> None:
    assert check(DATED, DATED).state == "holds"
    assert CHECKS["complete"](DATED, DATED).state == "holds"
    lacking = of_days(holds("a", "b"), holds("x", date="2026-11-22"))
    assert check(lacking, DATED).evidence["lost"].first == ("y",)


def test_rows_of_that_date_that_nobody_has_published_tonight_are_stale() -> None:
    wrong = of_days(holds("a", "b"), holds("x", "y", "z", date="2026-11-22"))
    assert check(wrong, DATED).sentence == "rows are wrong at the consumer: 1 stale (of 2026-11-22)"


def test_rows_under_the_date_of_another_file_of_the_night_are_stale() -> None:
    mixed = of_days(holds("a", "x"), holds("b", "y", date="2026-11-22"))
    assert check(mixed, DATED).evidence["stale"].first == ("b", "x")


@pytest.mark.parametrize(
    ("rows", "stale"),
    [
        ([holds("a", "b", "x", "y")], ("x", "y")),
        ([holds("a", "b"), holds("x", "y", date="2026-11-21")], ("x", "y")),
        ([holds("b", "x", "y")], ("x", "y")),
        ([holds("b"), holds("y", date="2026-11-22")], None),
    ],
    ids=["all under tonight's", "each counts once", "a lost one beside", "only lost ones"],
)
def test_rows_that_are_not_under_the_date_that_they_are_of_are_stale(
    rows: list[Line], stale: tuple[str, ...] | None
) -> None:
    found = check(of_days(*rows), DATED).evidence.get("stale")
    assert (found and found.first) == stale


def test_rows_under_a_date_of_which_the_night_has_no_file_are_stale() -> None:
    before = of_days(holds("a", "b"), holds("x", "y", date="2026-11-22"), holds("q", date="2026-11-20"))
    assert check(before, DATED).sentence == "rows are wrong at the consumer: 1 stale (of 2026-11-20)"
    calm_night = night(*all_ended(), stored("02:02:00"), holds("a", "b"), holds("x", date="2026-11-22"), keeps())
    assert check(calm_night, BASELINE).evidence["stale"].first == ("x",)
