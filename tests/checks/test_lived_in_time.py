"""Whether every program had the night's clock, from hand-written histories."""

from __future__ import annotations

from harness.checks import Outcome, judge, lived_in_time
from harness.clock.outsiders import OTHER_RIGHTS
from harness.night.outside_clock import with_exceptions
from tests.checks.nights import BASELINE, EMPTY, calm, night, outside


def test_a_program_outside_makes_a_perfect_night_inconclusive_and_is_named_with_reason_and_remedy() -> None:
    judgement = judge(night(outside("02:00:01"), *calm()), BASELINE)
    assert judgement.outcome is Outcome.INCONCLUSIVE
    assert judgement.because == (
        "a program ran outside of the night's time: retrieve started /opt/bin/jq: it is linked statically, and has no "
        "loader that could bring the clock in; take another"
    )


def test_it_is_named_before_the_failure_of_the_baseline_that_it_may_have_caused() -> None:
    judgement = judge(night(), night(outside("02:00:01")))
    assert judge(night(), EMPTY).because.startswith("the baseline failed")
    assert "/opt/bin/jq" in judgement.because


def test_all_of_them_are_evidence_and_each_counts_once() -> None:
    lines = [outside("02:00:01"), outside("02:00:02", "/opt/bin/yq")]
    finding = lived_in_time(night(*lines, *calm()), night(*lines, *calm()))
    assert "(and 1 more)" in finding.sentence
    assert finding.evidence["outside"].total == 2


def test_what_the_chain_excepts_decides_nothing_and_is_told() -> None:
    told = night(outside("02:00:01", excepted=True), *calm())
    assert judge(told, BASELINE).outcome is Outcome.UNAFFECTED
    assert lived_in_time(told, BASELINE).sentence.endswith("had another time: /opt/bin/jq")


def test_it_has_nothing_to_say_where_all_programs_are_inside() -> None:
    assert judge(night(*calm()), BASELINE).of("lived_in_time") is None


def test_a_chain_excepts_by_name_or_by_path_and_nothing_but_such_events() -> None:
    def excepted(program: str, *names: str, reason: str = "it is linked statically") -> bool:
        value = {"program": program, "reason": reason, "excepted": False}
        [record] = with_exceptions([{"component": "night", "action": "outside", "value": value}], names)
        return bool(record["value"]["excepted"])

    assert excepted("/opt/bin/jq", "jq")
    assert excepted("/opt/bin/jq", "/opt/bin/jq")
    assert not excepted("/opt/bin/jq", "q", "/usr/bin/jq")
    assert not excepted("/usr/bin/ssh-agent", "ssh-agent", "/usr/bin/ssh-agent", reason=OTHER_RIGHTS)
    other = {"component": "night", "action": "end", "value": {}}
    assert list(with_exceptions([other], ["jq"])) == [other]
