"""What every check owes, asked of the registry: whoever adds a check is told here what is missing."""

from __future__ import annotations

import inspect
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.checks import CHECKS, Check, Finding, Outcome, check, judge
from harness.checks.model.outcome import CONSEQUENCES
from harness.errors import AuthorError
from harness.history import History
from harness.report.catalogue.checks import entry
from tests.checks.examples import EXAMPLES
from tests.checks.nights import BASELINE, calm, night

EVERY = pytest.mark.parametrize("name", CHECKS)


@EVERY
def test_it_has_a_night_for_each_thing_that_it_can_find(name: str) -> None:
    told = dict(entry(name).sections)
    states = {"holds", "violated"} if told["Unknown"].startswith("never") else {"holds", "violated", "unknown"}
    assert EXAMPLES[name].keys() == states


@pytest.mark.parametrize(("name", "state"), [(name, state) for name, found in EXAMPLES.items() for state in found])
def test_it_finds_in_that_night_what_it_should(name: str, state: str) -> None:
    finding = CHECKS[name].where_it_applies(*EXAMPLES[name][state])
    assert finding is not None
    assert (finding.check, finding.state) == (name, state)


@EVERY
def test_a_night_in_which_it_alone_is_violated_is_what_it_declares_and_the_reason_is_its_sentence(name: str) -> None:
    examples = EXAMPLES[name]["violated"]
    judgement = judge(*examples)
    assert judgement.outcome is CHECKS[name].violated
    assert judgement.because.endswith(CHECKS[name](*examples).sentence)


@EVERY
def test_its_violation_in_an_otherwise_calm_night_decides(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert judge(night(*calm()), BASELINE).outcome is Outcome.UNAFFECTED
    planted = replace(CHECKS[name], judge=lambda *_: Finding.violated("planted"), applies=lambda *_: True)
    monkeypatch.setitem(CHECKS, name, planted)
    judgement = judge(night(*calm()), BASELINE)
    assert judgement.outcome is planted.violated
    assert "planted" in judgement.because


@EVERY
def test_it_says_in_one_line_what_must_hold_and_when_it_applies_and_what_it_does_not_verify(name: str) -> None:
    assert inspect.getdoc(CHECKS[name].judge).splitlines()[0] == CHECKS[name].sentence  # type: ignore[union-attr]
    assert CHECKS[name].sentence.endswith(".")
    assert all(text.endswith(".") for _, text in entry(name).sections)


@EVERY
def test_it_has_a_file_of_its_name_and_tests_of_its_own(name: str) -> None:
    assert Path(inspect.getfile(CHECKS[name].judge)).name == f"{name}.py"
    assert (Path(__file__).parent / f"test_{name}.py").is_file()


def nothing(night: History, baseline: History) -> Finding:
    """Nothing is asked.

    Applies: to every night.
    Unknown: never.
    Does not verify: anything.
    """
    return Finding.holds("nothing was asked")


@pytest.mark.parametrize("violated", [None, Outcome.UNAFFECTED, Outcome.RECOVERED, "damaged"])
def test_a_check_that_does_not_say_what_its_violation_makes_of_a_night_is_not_registered(violated: Any) -> None:
    arguments = {} if violated is None else {"violated": violated}
    with pytest.raises(AuthorError) as refused:
        check("mute", **arguments)(nothing)
    found = f"violated={violated}" if violated else "no violated="
    assert str(refused.value) == (
        f"check 'mute': found {found}, expected what its violation makes of a night: "
        "Outcome.DAMAGED, Outcome.CONTAINED, Outcome.DEGRADED, Outcome.INCONCLUSIVE"
    )
    assert "mute" not in CHECKS


def test_two_checks_of_one_name_are_refused() -> None:
    with pytest.raises(AuthorError, match=r"check 'complete': found a second one of this name .*checks\.complete"):
        check("complete", violated=Outcome.DAMAGED)(nothing)


def planted(judge: Any, applies: Any = lambda *_: True) -> Check:
    return Check("planted", judge, Outcome.DEGRADED, applies)


def raising(*_: History) -> bool:
    raise ZeroDivisionError("in the check")


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (planted(raising), "ZeroDivisionError: in the check"),
        (planted(nothing, applies=lambda *_: None), "its applies= returned None, expected True or False"),
        (planted(nothing, applies=raising), "ZeroDivisionError: in the check"),
        (planted(lambda *_: None), "the check returned None, expected a Finding"),
        (planted(lambda *_: Finding("wrong", "?")), "found state='wrong', expected holds, violated, unknown"),
    ],
    ids=["raises", "does not say whether it applies", "raises when asked that", "forgets to return", "finds nonsense"],
)
def test_a_check_that_breaks_is_unknown_says_how_and_the_others_still_run(
    broken: Check, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    healthy = judge(night(*calm()), BASELINE)
    monkeypatch.setitem(CHECKS, "planted", broken)
    judgement = judge(night(*calm()), BASELINE)
    assert judgement.outcome is Outcome.INCONCLUSIVE
    assert judgement.because.startswith("planted: ")
    assert judgement.of("planted").state == "unknown"  # type: ignore[union-attr]
    assert said in judgement.because
    assert judgement.findings[:-1] == healthy.findings


def test_what_a_violation_can_make_of_a_night_is_all_that_is_worse_than_recovered() -> None:
    assert set(CONSEQUENCES) == set(Outcome) - {Outcome.UNAFFECTED, Outcome.RECOVERED}
