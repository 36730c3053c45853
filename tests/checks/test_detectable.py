"""Whether the chain can notice a fault in a file, from hand-written histories."""

from __future__ import annotations

from typing import Any

import pytest

from harness.checks import CHECKS, Finding, Outcome, detectable, judge
from tests.checks.nights import BASELINE, calm, ended, holds, launched, night, paged, receipt, stored

CHECKSUM = {"checksum": ["checksum"], "size": ["checksum"]}
TRAILER = {"trailer record": ["trailer"]}


def fault(*controls: str) -> dict[str, Any]:
    told = {
        "id": "0:truncate_file",
        "name": "truncate_file",
        "parameters": {},
        "causes": ["truncate_file"],
        "named_by": ["truncat"],
    }
    return told | {"detectable_by": list(controls)}


def found(faults: list[dict[str, Any]], controls: dict[str, list[str]], *, acted: bool = True) -> Finding:
    lines = [receipt("02:00:05", faults[0])] if acted else []
    return detectable(night(*lines, faults=faults, controls=controls), BASELINE)


def test_it_holds_when_one_of_the_controls_that_can_detect_it_is_there() -> None:
    finding = found([fault("size", "checksum", "trailer record")], CHECKSUM)
    assert finding.state == "holds"
    assert finding.sentence == "the chain can detect truncate_file by size, checksum"


@pytest.mark.parametrize(
    ("controls", "said"),
    [
        (CHECKSUM, "it has checksum, size"),
        ({}, "it has none; a defence says what it detects: [checksum]"),
    ],
)
def test_a_fault_that_no_control_can_detect_is_named_with_what_is_missing(
    controls: dict[str, list[str]], said: str
) -> None:
    finding = found([fault("trailer record", "control total")], controls)
    assert finding.state == "violated"
    assert finding.sentence.endswith(said)
    assert finding.evidence["undetectable"].first == ("truncate_file (by trailer record, control total)",)


def test_what_nothing_at_all_can_detect_is_said_so() -> None:
    assert "truncate_file (by nothing at all)" in found([fault()], CHECKSUM).sentence


def test_a_fault_that_did_not_act_had_not_to_be_detected() -> None:
    assert found([fault("checksum")], {}, acted=False).state == "unknown"


def test_a_second_fault_that_is_detectable_does_not_hide_the_first() -> None:
    faults = [fault("control total"), fault("checksum") | {"id": "1:flip_bit", "name": "flip_bit"}]
    lines = [receipt("02:00:05", one) for one in faults]
    finding = detectable(night(*lines, faults=faults, controls=CHECKSUM), BASELINE)
    assert finding.evidence["undetectable"].first == ("truncate_file (by control total)",)


@pytest.mark.parametrize("told", [{}, {"detectable_by": None}])
def test_it_does_not_apply_to_a_fault_that_shows_by_itself(told: dict[str, Any]) -> None:
    loud = {
        "id": "0:launch_failure",
        "name": "launch_failure",
        "parameters": {},
        "causes": ["launch_failure"],
        "named_by": [],
    } | told
    assert not CHECKS["detectable"].applies(night(faults=[loud]), BASELINE)


def verdict(*lines: Any, controls: dict[str, list[str]]) -> Any:
    faults = [fault("trailer record")]
    return judge(night(receipt("02:00:05", faults[0]), *lines, faults=faults, controls=controls), BASELINE)


def test_right_by_luck_is_no_pass_whether_something_reacted_or_not() -> None:
    retried = [*launched("02:00:00", "retrieve"), ended("02:00:30", "retrieve", "fail"), *calm()]
    for lines in (calm(), retried):
        judgement = verdict(*lines, controls=CHECKSUM)
        assert judgement.outcome is Outcome.INCONCLUSIVE
        assert judgement.because.startswith("the data is right by luck: no control of the chain can detect")
    assert verdict(*calm(), controls=TRAILER).outcome is Outcome.UNAFFECTED
    assert verdict(*retried, controls=TRAILER).outcome is Outcome.RECOVERED


def test_damage_stays_damage_and_what_was_contained_stays_so() -> None:
    assert verdict(stored("02:02:00"), holds("a", "b"), controls={}).outcome is Outcome.DAMAGED
    assert verdict(paged("02:30:00", "the file is truncated"), controls={}).outcome is Outcome.CONTAINED
