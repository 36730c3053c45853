"""The order in which a night is judged, pair by pair: of two rules that both speak, the first decides."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from harness.checks import CHECKS, Check, Finding, Judgement, Outcome, judge
from harness.checks.model import precedence
from harness.checks.model.outcome import CONSEQUENCES
from harness.checks.model.precedence import PRECEDENCE, Case
from harness.testing.histories import Line
from tests.checks.nights import TRUNCATED, calm, ended, holds, launched, night, outside, paged


@dataclass(frozen=True)
class Part:
    """What lets one rule speak, put into a night that is calm otherwise."""

    there_is: str
    outcome: Outcome
    says: str
    """What of its reason is the same whatever else there is."""
    lines: list[Line] = field(default_factory=list)
    baseline: list[Line] = field(default_factory=list)
    faults: list[dict[str, Any]] = field(default_factory=list)
    operators: list[dict[str, Any]] = field(default_factory=list)
    check: Check | None = None

    def __str__(self) -> str:
        return self.there_is


def planted(name: str, found: Callable[[str], Finding], violated: Outcome) -> Check:
    """A check that finds the same in every night."""
    return Check(name, lambda *_: found(f"planted as {name}"), violated, lambda *_: True)


def violation(outcome: Outcome, says: str = "{name}: planted as {name}", there_is: str = "") -> Part:
    name = f"is_{outcome}"
    check = planted(name, Finding.violated, outcome)
    return Part(there_is or f"a violation declared {outcome}", outcome, says.format(name=name), check=check)


EARLIER = ("12:00:00", "planning", "holds info", {"rows": [["y", "d-y"]], "night": "2026-11-22"})
RESTARTED = ("01:59:00", "operator", "operate ok", {"operator": "night shift", "job": "retrieve", "action": "restart"})

PARTS = [
    Part(
        "a program outside of the night's time",
        Outcome.INCONCLUSIVE,
        "a program ran outside of the night's time: retrieve started /opt/bin/jq: it is linked statically",
        baseline=[outside("02:00:01")],
    ),
    Part(
        "a fault that never acted",
        Outcome.INCONCLUSIVE,
        "a fault never acted: 0:truncate_file",
        faults=[TRUNCATED],
    ),
    Part(
        "an operator who never had anything to act on",
        Outcome.INCONCLUSIVE,
        "an operator never had anything to act on: 0:night shift (failed of load)",
        operators=[{"id": "0:night shift", "when": ["failed"], "jobs": ["load"]}],
    ),
    Part(
        "a baseline that failed, or was not calm",
        Outcome.INCONCLUSIVE,
        "the baseline is not calm: data-ops was paged: late",
        baseline=[paged("02:30:00", "late")],
    ),
    violation(Outcome.DAMAGED),
    Part(
        "a check that had nothing to check",
        Outcome.INCONCLUSIVE,
        "sees_nothing: planted as sees_nothing",
        check=planted("sees_nothing", Finding.unknown, Outcome.DEGRADED),
    ),
    violation(Outcome.CONTAINED),
    Part(
        "a declared fallback in use",
        Outcome.DEGRADED,
        "a declared fallback is in use: the data of 2026-11-22",
        lines=[holds("y", fallback_of="2026-11-22")],
        baseline=[EARLIER],
    ),
    violation(Outcome.DEGRADED),
    violation(
        Outcome.INCONCLUSIVE,
        "the data is right by luck: planted as {name}",
        there_is="a violation declared inconclusive: the data is right by luck",
    ),
    Part("a step by hand", Outcome.DEGRADED, "complete and exact, but by hand: ", lines=[RESTARTED]),
    Part(
        "more pages, attempts at any neighbour or delay of a job than in the baseline",
        Outcome.RECOVERED,
        "complete, exact and on time after ",
        lines=[*launched("01:50:00", "retrieve"), ended("01:51:00", "retrieve", "fail")],
    ),
    Part("nothing of all that", Outcome.UNAFFECTED, "complete, exact and on time, and nothing needed to react"),
]
"""For each rule what lets it speak, in the order in which they decide."""


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
        operators = [operator for part in parts for operator in part.operators]
        told = night(*lines, *calm(), faults=faults, operators=operators)
        baseline = night(*(line for part in parts for line in part.baseline), *calm())
        judgement = judge(told, baseline)
        return judgement, Case(told, baseline, judgement.findings)

    return of


BOTH_WAYS = [("a_check", "b_check"), ("b_check", "a_check")]


def test_the_order_is_this_one() -> None:
    assert [(rule.there_is, rule.outcome) for rule in PRECEDENCE] == [(part.there_is, part.outcome) for part in PARTS]


@pytest.mark.parametrize("part", PARTS, ids=str)
def test_a_rule_decides_where_it_speaks_alone(part: Part, judged: Judged) -> None:
    judgement, _ = judged(part)
    assert judgement.outcome is part.outcome
    assert judgement.because.startswith(part.says)


@pytest.mark.parametrize(
    ("first", "second"), [pytest.param(*pair, id=f"{pair[0]} before {pair[1]}") for pair in combinations(PARTS, 2)]
)
def test_of_two_rules_that_speak_the_first_decides(first: Part, second: Part, judged: Judged) -> None:
    judgement, case = judged(second, first)
    assert judgement.outcome is first.outcome
    assert judgement.because.startswith(first.says)
    [other] = [rule for rule in PRECEDENCE if rule.there_is == second.there_is]
    assert other.because(case), "the second does not speak, so the first decided nothing"


@pytest.mark.parametrize("outcome", CONSEQUENCES, ids=str)
@pytest.mark.parametrize("names", BOTH_WAYS)
def test_of_two_violations_of_one_rank_the_first_registered_is_the_reason(
    outcome: Outcome, names: tuple[str, str], judged: Judged
) -> None:
    parts = [Part("", outcome, "", check=planted(name, Finding.violated, outcome)) for name in names]
    judgement, _ = judged(*parts)
    assert judgement.outcome is outcome
    assert judgement.because.endswith(f"planted as {names[0]}")


@pytest.mark.parametrize("names", BOTH_WAYS)
def test_of_two_unknowns_the_first_registered_is_the_reason(names: tuple[str, str], judged: Judged) -> None:
    parts = [Part("", Outcome.DAMAGED, "", check=planted(name, Finding.unknown, Outcome.DAMAGED)) for name in names]
    assert judged(*parts)[0].because == f"{names[0]}: planted as {names[0]}"


def test_an_operator_who_has_noticed_something_is_not_silent() -> None:
    shift = {"id": "0:night shift", "when": ["failed"], "jobs": []}
    noticed = ("01:59:00", "operator", "notice info", {"id": "0:night shift", "job": "load", "when": "failed"})
    called_in = ("01:59:00", "operator", "notice info", {"id": "1:night shift", "job": "load", "when": "failed"})
    baseline = night(*calm())
    assert judge(night(noticed, *calm(), operators=[shift]), baseline).outcome is Outcome.UNAFFECTED
    assert judge(night(called_in, *calm(), operators=[shift]), baseline).outcome is Outcome.INCONCLUSIVE


def test_no_check_has_a_name_in_the_order() -> None:
    assert not set(CHECKS) & set(re.findall(r"""["'](\w+)["']""", Path(precedence.__file__).read_text()))


def test_what_came_of_a_night_is_told_before_how_it_came_about() -> None:
    assert [*CHECKS] == [
        *("delivered_once", "no_partial_file_visible", "stays_whole", "marker_after_file", "dependency_order"),
        *("owner_paged", "acknowledged", "all_or_nothing", "cause_named", "rerun_idempotent"),
        *("only_checked_files", "no_downstream_on_bad_data", "no_stale_file", "equals_baseline"),
        *("watermark_behind_commit", "programs_unchanged", "request_budget"),
        *("complete", "results_complete"),
        *("on_time", "bad_file_quarantined", "nothing_left_behind", "optional_jobs"),
        *("no_needless_page", "escalated", "no_leaver_paged", "bounded_attempts"),
        *("taken_when_flagged", "detectable", "lived_in_time"),
    ]


def test_a_case_counts_the_cost_of_a_night_once() -> None:
    case = Case(night(*calm()), night(*calm()), ())
    assert case.cost is case.cost
