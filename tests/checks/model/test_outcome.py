"""The verdict, from hand-written histories: what an honest operator would call the night."""

import pytest

from harness.checks import Outcome, judge
from harness.history import Event, History
from harness.testing.histories import BEGIN, DATE, Line
from tests.checks.nights import (
    BASELINE,
    EMPTY,
    HALF,
    TRUNCATED,
    TWO_CONSUMERS,
    all_ended,
    calm,
    ended,
    holds,
    keeps,
    launched,
    night,
    paged,
    receipt,
    stored,
)

FAULTY = {"faults": [TRUNCATED]}


def outcome(*lines: Line, baseline: History = BASELINE) -> Outcome:
    return judge(night(receipt("02:00:05"), *lines, **FAULTY), baseline).outcome


def retried() -> list[Line]:
    return [*launched("02:00:00", "retrieve"), ended("02:00:30", "retrieve", "fail"), *calm()]


def test_nothing_needed_to_react() -> None:
    assert outcome(*calm()) is Outcome.UNAFFECTED


def test_a_rerun_that_delivers_in_time_is_a_recovery() -> None:
    assert outcome(*retried()) is Outcome.RECOVERED


def test_late_and_said_so_is_degraded() -> None:
    assert outcome(*calm(until="06:30:00"), paged("05:00:00", "truncated")) is Outcome.DEGRADED


def test_late_and_not_said_is_damage() -> None:
    assert outcome(*calm(until="06:30:00")) is Outcome.DAMAGED


def test_a_declared_fallback_is_degraded() -> None:
    earlier = Event(0, 0, "planning", "info", "holds", {"rows": [["y", "d-y"]], "night": "2026-11-22"})
    lines = [stored("02:02:00"), *all_ended(), holds("y", fallback_of="2026-11-22")]
    assert outcome(*lines, baseline=History([*BASELINE, earlier])) is Outcome.DEGRADED


def test_nothing_delivered_and_the_owner_told_why_is_contained() -> None:
    assert outcome(paged("02:30:00", "the file is truncated")) is Outcome.CONTAINED


def test_nothing_delivered_and_a_page_without_the_cause_is_damage() -> None:
    judgement = judge(night(receipt("02:00:05"), paged("02:30:00", "exit 3"), **FAULTY), BASELINE)
    assert judgement.outcome is Outcome.DAMAGED
    assert judgement.because.startswith(
        "cause_named: it failed, and no page names the cause; if one does in the chain's"
    )


def test_nothing_delivered_and_nobody_told_is_damage() -> None:
    assert outcome() is Outcome.DAMAGED


def test_a_consumer_that_got_nothing_beside_one_that_got_all_is_contained_when_the_owner_knows_why() -> None:
    baseline = night(*calm(), holds("a", "b", "c", consumer="finance"), consumers=TWO_CONSUMERS)
    half = [receipt("02:00:05"), *calm()]
    unsaid = night(*half, **FAULTY, consumers=TWO_CONSUMERS)
    said = night(*half, paged("02:30:00", "the file is truncated"), **FAULTY, consumers=TWO_CONSUMERS)
    assert judge(unsaid, baseline).outcome is Outcome.DAMAGED
    assert judge(said, baseline).outcome is Outcome.CONTAINED
    assert judge(said, baseline).because == "complete: finance has none of 3 rows"


def test_a_part_of_the_rows_is_damage_even_where_nobody_knows_which_are_right() -> None:
    lossy = night(*calm(records=5))
    judgement = judge(night(stored("02:02:00"), holds("a"), paged("02:30:00", "truncated")), lossy)
    assert judgement.outcome is Outcome.DAMAGED
    assert judgement.because == "all_or_nothing: planning holds only a part of the night"


def test_a_job_that_failed_without_a_page_is_damage_although_another_has_finished() -> None:
    baseline = night(*(line for line in calm() if line[1] != "planning"), consumers={})
    half = [*launched("02:00:00", "retrieve"), ended("02:01:00", "retrieve"), receipt("02:00:05")]
    unsaid = judge(night(*half, consumers={}, **FAULTY), baseline)
    assert unsaid.outcome is Outcome.DAMAGED
    assert unsaid.because == "owner_paged: publish never started, and nobody was told"
    said = judge(night(*half, paged("02:30:00", "truncated"), consumers={}, **FAULTY), baseline)
    assert said.outcome is Outcome.CONTAINED
    assert said.because == "complete: publish never started"


@pytest.mark.parametrize("rows", [("a", "b"), ("a", "b", "c", "c"), ("a", "b", "c", "x")])
def test_wrong_rows_are_damage_whoever_was_told(rows: tuple[str, ...]) -> None:
    assert outcome(stored("02:02:00"), holds(*rows), paged("02:30:00", "truncated")) is Outcome.DAMAGED


def test_a_partial_file_in_a_folder_is_damage_even_when_all_ends_well() -> None:
    half = ("02:00:07", "folders", "write ok", {"folder": "landing", "name": "forecast.csv", "sha256": HALF, "size": 9})
    assert outcome(half, *calm()) is Outcome.DAMAGED


def test_a_night_that_somebody_saved_by_hand_is_degraded_and_not_recovered() -> None:
    act = ("01:59:00", "operator", "operate ok", {"operator": "night shift", "job": "retrieve", "action": "restart"})
    judgement = judge(night(act, *calm()), BASELINE)
    assert judgement.outcome is Outcome.DEGRADED
    assert judgement.because == "complete and exact, but by hand: 1 manual step"


def test_a_fault_without_a_receipt_proves_nothing() -> None:
    judgement = judge(night(*calm(), **FAULTY), BASELINE)
    assert judgement.outcome is Outcome.INCONCLUSIVE
    assert "0:truncate_file" in judgement.because


def test_a_baseline_that_failed_proves_nothing() -> None:
    assert outcome(*calm(), baseline=EMPTY) is Outcome.INCONCLUSIVE


def test_a_baseline_that_failed_says_which_job_with_what_error_and_who_was_paged() -> None:
    failed = ("02:01:00", "scheduler", "job fail", {"job": "retrieve", "attempt": 1, "exit": 1, "error": "disk full"})
    baseline = night(*launched("02:00:00", "retrieve"), failed, paged("02:02:00", "exit 1: disk full"))
    because = judge(night(*calm()), baseline).because
    assert "retrieve failed: disk full" in because
    assert "publish never finished" in because
    assert "data-ops was paged: exit 1: disk full" in because


def test_a_baseline_in_which_somebody_was_paged_is_not_calm() -> None:
    judgement = judge(night(*calm()), night(*calm(), paged("02:30:00", "late")))
    assert judgement.outcome is Outcome.INCONCLUSIVE
    assert judgement.because == "the baseline is not calm: data-ops was paged: late"


def test_a_baseline_in_which_a_job_never_finished_is_not_calm() -> None:
    unfinished = [line for line in calm() if line[2:] != ended("02:02:00", "publish")[2:]]
    judgement = judge(night(*calm()), night(*unfinished))
    assert judgement.because == "the baseline is not calm: publish never finished"


def test_a_baseline_that_does_not_deliver_says_which_consumer_has_nothing_and_what_it_refused() -> None:
    refusal = ("02:01:00", "planning", "push fail", {"error": "found no JSON, expected an object"})
    never = "finance holds nothing: it was sent nothing that it could take"
    told = judge(night(), night(refusal, ended("02:02:00", "publish"), consumers=TWO_CONSUMERS)).because
    assert told.endswith(f"planning holds nothing: found no JSON, expected an object; {never}")


def test_a_job_that_is_not_built_that_day_need_not_finish_unless_it_is_added_and_fails() -> None:
    build = ("00:00:00", "scheduler", "build info", {"date": DATE, "jobs": [], "left_out": {"monthly": "not the 1st"}})
    jobs = BEGIN["jobs"] | {"monthly": {"owner": "data-ops", "after": [], "launches": 1}}
    without = night(build, *calm(), jobs=jobs)
    assert judge(without, without).outcome is Outcome.UNAFFECTED
    failed = ("02:01:00", "scheduler", "job fail", {"job": "monthly", "attempt": 1, "exit": 1, "error": "disk full"})
    added = night(build, *launched("02:00:30", "monthly"), failed, *calm(), jobs=jobs)
    assert judge(without, added).because == "the baseline is not calm: monthly failed: disk full"


def test_a_baseline_in_which_a_job_fails_in_the_end_is_not_calm_although_it_had_finished_before() -> None:
    failed = [*launched("02:10:00", "publish"), ended("02:11:00", "publish", "fail")]
    judgement = judge(night(*calm()), night(*calm(), *failed))
    assert judgement.because == "the baseline is not calm: publish never finished"


def test_a_baseline_may_need_a_retry() -> None:
    assert judge(night(*calm()), night(*retried())).outcome is Outcome.UNAFFECTED


def test_a_baseline_that_delivers_fewer_rows_than_were_published_proves_nothing() -> None:
    lossy = calm(records=5)
    judgement = judge(night(*lossy), night(*lossy))
    assert judgement.outcome is Outcome.INCONCLUSIVE
    assert "the source published 5 records and planning holds 3 rows" in judgement.because
    assert "records: some" in judgement.because


def test_damage_that_is_seen_is_damage_even_when_something_else_is_unknown() -> None:
    lossy = night(*calm(records=5))
    assert judge(night(holds("a")), lossy).outcome is Outcome.DAMAGED
    assert judge(night(), lossy).outcome is Outcome.DAMAGED


def test_a_wrong_final_state_is_damage_even_when_the_night_is_late() -> None:
    lines = [*calm(until="06:30:00")[:-1], keeps(content=HALF), paged("05:00:00", "truncated")]
    assert outcome(*lines) is Outcome.DAMAGED


def test_a_history_that_was_written_and_read_again_is_judged_the_same(tmp_path: object) -> None:
    from pathlib import Path

    file = Path(str(tmp_path)) / "night.jsonl"
    told = night(receipt("02:00:05"), *retried(), **FAULTY)
    told.write(file)
    assert judge(History.read(file), BASELINE) == judge(told, BASELINE)
