"""The order in which a night is judged: the first rule that speaks decides what the night is called, and why.

No check has a name here. Each says itself what its violation makes of a night, and so do those that users register.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from harness.checks.model.baseline_alone import but_for
from harness.checks.model.baseline_validity import invalid_because
from harness.checks.model.check import CHECKS, Finding
from harness.checks.model.friction import Friction, friction
from harness.checks.model.holdings import begin_event, fallback_days
from harness.checks.model.outcome import Outcome
from harness.checks.model.outside import outside_because
from harness.history import History


@dataclass(frozen=True)
class Case:
    """All that a night is judged by: what happened, what happens without faults, and what the checks found."""

    night: History
    baseline: History
    findings: tuple[Finding, ...]
    """In the order in which their checks are registered."""

    @cached_property
    def cost(self) -> Friction:
        """What the night needed beyond its baseline."""
        return friction(self.night, self.baseline)

    @property
    def exact(self) -> str:
        """How exact a night is that is right: what nobody published can be wrong on every night."""
        return f"exact ({said})" if (said := but_for(self.baseline)) else "exact"

    def violation(self, outcome: Outcome) -> Finding | None:
        """The first finding of a violated check whose violation makes this of a night."""
        violated = (finding for finding in self.findings if finding.state == "violated")
        return next((finding for finding in violated if CHECKS[finding.check].violated is outcome), None)


@dataclass(frozen=True)
class Rule:
    """A place in the order: what there must be, what it makes of the night, and the sentence that says so."""

    there_is: str
    outcome: Outcome
    because: Callable[[Case], str | None]
    """Why, in one sentence; None where it is not so."""


def _fault_that_never_acted(case: Case) -> str | None:
    acted = {event.value.get("id") for event in case.night.of("fault")}
    silent = [fault["id"] for fault in begin_event(case.night).value["faults"] if fault["id"] not in acted]
    if not silent:
        return None
    whys = {event.value["id"]: f" ({event.value['why']})" for event in case.night.of("unfired")}
    told = ", ".join(f"{fault}{whys.get(fault, '')}" for fault in silent)
    return f"a fault never acted: {told}"


def _operator_without_a_cause(case: Case) -> str | None:
    noticed = {event.value["id"] for event in case.night.of("notice", component="operator")}
    idle = [one for one in begin_event(case.night).value["operators"] if one["id"] not in noticed]
    if not idle:
        return None
    told = [f"{one['id']} ({' or '.join(one['when'])} of {', '.join(one['jobs']) or 'any job'})" for one in idle]
    return f"an operator never had anything to act on: {', '.join(told)}"


def _outside_of_time(case: Case) -> str | None:
    return outside_because(case.night, case.baseline)


def _invalid_baseline(case: Case) -> str | None:
    return invalid_because(case.baseline)


def _violated(outcome: Outcome, because: str = "{check}: {sentence}") -> Callable[[Case], str | None]:
    def told(case: Case) -> str | None:
        found = case.violation(outcome)
        return None if found is None else because.format(check=found.check, sentence=found.sentence)

    return told


def _unknown(case: Case) -> str | None:
    unknown = (finding for finding in case.findings if finding.state == "unknown")
    return next((f"{finding.check}: {finding.sentence}" for finding in unknown), None)


def _fallback(case: Case) -> str | None:
    days = fallback_days(case.night)
    return f"a declared fallback is in use: the data of {', '.join(days)}" if days else None


def _by_hand(case: Case) -> str | None:
    return f"complete and {case.exact}, but by hand: {case.cost.sentence}" if case.cost.manual_steps else None


def _reacted(case: Case) -> str | None:
    return f"complete, {case.exact} and on time after {case.cost.sentence}" if case.cost.reacted else None


def _nothing_happened(case: Case) -> str:
    return f"complete, {case.exact} and on time, and nothing needed to react"


PRECEDENCE = (
    # Before all others, for it may be why any of them speaks: a baseline fails, a wait takes no time, a date is wrong.
    Rule("a program outside of the night's time", Outcome.INCONCLUSIVE, _outside_of_time),
    Rule("a fault that never acted", Outcome.INCONCLUSIVE, _fault_that_never_acted),
    Rule("an operator who never had anything to act on", Outcome.INCONCLUSIVE, _operator_without_a_cause),
    Rule("a baseline that failed, or was not calm", Outcome.INCONCLUSIVE, _invalid_baseline),
    # Before what is unknown: what is known to be wrong is not made doubtful by what is not known.
    Rule("a violation declared damaged", Outcome.DAMAGED, _violated(Outcome.DAMAGED)),
    Rule("a check that had nothing to check", Outcome.INCONCLUSIVE, _unknown),
    Rule("a violation declared contained", Outcome.CONTAINED, _violated(Outcome.CONTAINED)),
    Rule("a declared fallback in use", Outcome.DEGRADED, _fallback),
    Rule("a violation declared degraded", Outcome.DEGRADED, _violated(Outcome.DEGRADED)),
    # Right, but nothing in the chain could have told if it were not: a pass would promise what the next such night
    # does not keep, so it is none. What failed, or said that something is wrong, is judged above by what it did.
    Rule(
        "a violation declared inconclusive: the data is right by luck",
        Outcome.INCONCLUSIVE,
        _violated(Outcome.INCONCLUSIVE, "the data is right by luck: {sentence}"),
    ),
    Rule("a step by hand", Outcome.DEGRADED, _by_hand),
    Rule("more pages, attempts at any neighbour or delay of a job than in the baseline", Outcome.RECOVERED, _reacted),
    Rule("nothing of all that", Outcome.UNAFFECTED, _nothing_happened),
)
"""From the first that is asked to the last, which always speaks; a violation says of itself which it is."""
