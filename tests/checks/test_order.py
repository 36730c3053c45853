"""The order in which a night is judged, pair by pair: of two rules that both speak, the first decides."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from harness.checks import CHECKS, Check, Finding, Judgement, Outcome, judge, order
from harness.checks.order import ORDER, Case, Rule
from harness.checks.outcome import CONSEQUENCES
from tests.checks.nights import TRUNCATED, Line, calm, ended, holds, launched, night, paged


@dataclass(frozen=True)
class Part:
    """What lets one rule speak, put into a night that is calm otherwise."""

    says: str
    """What of its reason is the same whatever else there is."""
    lines: list[Line] = field(default_factory=list)
    baseline: list[Line] = field(default_factory=list)
    faults: list[dict[str, Any]] = field(default_factory=list)
    check: Check | None = None


def finding(state: Callable[[str], Finding], *, violated: Outcome, name: str = "") -> Check:
    """A check that finds the same in every night."""
    name = name or f"{violated}_by_{state.__name__}"
    return Check(name, lambda *_: state(f"planted in {name}"), violated, lambda *_: True)


def violation(outcome: Outcome, says: str) -> Part:
    return Part(says, check=finding(Finding.violated, violated=outcome))


EARLIER = ("12:00:00", "planning", "holds info", {"rows": [["y", "d-y"]], "night": "2026-11-22"})
RESTARTED = ("01:59:00", "operator", "operate ok", {"operator": "night shift", "job": "retrieve", "action": "restart"})

PARTS = {
    "a fault that never acted": Part("a fault never acted: 0:truncate_file", faults=[TRUNCATED]),
    "a baseline that failed, or was not calm": Part(
        "the baseline is not calm: data-ops was paged: late", baseline=[paged("02:30:00", "late")]
    ),
    "a violation declared damaged": violation(Outcome.DAMAGED, "damaged_by_violated: planted in"),
    "a check that had nothing to check": Part(
        "degraded_by_unknown: planted in", check=finding(Finding.unknown, violated=Outcome.DEGRADED)
    ),
    "a violation declared contained": violation(Outcome.CONTAINED, "contained_by_violated: planted in"),
    "a declared fallback in use": Part(
        "a declared fallback is in use: the data of 2026-11-22",
        lines=[holds("y", fallback_of="2026-11-22")],
        baseline=[EARLIER],
    ),
    "a violation declared degraded": violation(Outcome.DEGRADED, "degraded_by_violated: planted in"),
    "a violation declared inconclusive: the data is right by luck": violation(
        Outcome.INCONCLUSIVE, "the data is right by luck: planted in"
    ),
    "a step by hand": Part("complete and exact, but by hand: ", lines=[RESTARTED]),
    "more pages, re-runs, rules, requests or delay than in the baseline": Part(
        "complete, exact and on time after ",
        lines=[*launched("01:50:00", "retrieve"), ended("01:51:00", "retrieve", "fail")],
    ),
    "nothing of all that": Part("nothing needed to react"),
}
"""A part for each rule, by what there is."""


Judged = Callable[..., tuple[Judgement, Case]]


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> Judged:
    """Judge a night of these parts; their checks are registered in the order of the parts, after ours."""

    def of(*parts: Part) -> tuple[Judgement, Case]:
        for part in parts:
            if part.check:
                monkeypatch.setitem(CHECKS, part.check.name, part.check)
        lines = [line for part in parts for line in part.lines]
        faults = [fault for part in parts for fault in part.faults]
        told = night(*lines, *calm(), faults=faults)
        baseline = night(*(line for part in parts for line in part.baseline), *calm())
        judgement = judge(told, baseline)
        return judgement, Case(told, baseline, judgement.findings)

    return of


BOTH_WAYS = [("a_check", "b_check"), ("b_check", "a_check")]


def test_every_rule_of_the_order_has_its_part() -> None:
    assert [*PARTS] == [rule.there_is for rule in ORDER]


@pytest.mark.parametrize("rule", ORDER, ids=lambda rule: rule.there_is)
def test_a_rule_decides_where_it_speaks_alone(rule: Rule, judged: Judged) -> None:
    part = PARTS[rule.there_is]
    judgement, _ = judged(part)
    assert judgement.outcome is rule.outcome
    assert part.says in judgement.because


@pytest.mark.parametrize(
    ("first", "second"),
    [pytest.param(*pair, id=f"{pair[0].there_is} before {pair[1].there_is}") for pair in combinations(ORDER, 2)],
)
def test_of_two_rules_that_speak_the_first_decides(first: Rule, second: Rule, judged: Judged) -> None:
    part = PARTS[first.there_is]
    judgement, case = judged(PARTS[second.there_is], part)
    assert judgement.outcome is first.outcome
    assert part.says in judgement.because
    assert second.because(case) is not None


@pytest.mark.parametrize("outcome", CONSEQUENCES, ids=str)
@pytest.mark.parametrize("names", BOTH_WAYS)
def test_of_two_violations_of_one_rank_the_first_registered_is_the_reason(
    outcome: Outcome, names: tuple[str, str], judged: Judged
) -> None:
    parts = [Part("", check=finding(Finding.violated, violated=outcome, name=name)) for name in names]
    judgement, _ = judged(*parts)
    assert judgement.outcome is outcome
    assert judgement.because.endswith(f"planted in {names[0]}")


@pytest.mark.parametrize("names", BOTH_WAYS)
def test_of_two_unknowns_the_first_registered_is_the_reason(names: tuple[str, str], judged: Judged) -> None:
    parts = [Part("", check=finding(Finding.unknown, violated=Outcome.DAMAGED, name=name)) for name in names]
    assert judged(*parts)[0].because == f"{names[0]}: planted in {names[0]}"


def test_no_check_has_a_name_in_the_order() -> None:
    assert not set(CHECKS) & set(re.findall(r"""["'](\w+)["']""", Path(order.__file__).read_text()))


def test_what_came_of_a_night_is_told_before_how_it_came_about() -> None:
    assert [*CHECKS] == [
        *("delivered_once", "no_partial_file_visible", "dependency_order"),
        *("owner_paged", "all_or_nothing", "cause_named", "equals_baseline"),
        "complete",
        *("on_time", "bounded_attempts"),
        "detectable",
    ]


def test_a_case_counts_the_cost_of_a_night_once() -> None:
    case = Case(night(*calm()), night(*calm()), ())
    assert case.cost is case.cost
