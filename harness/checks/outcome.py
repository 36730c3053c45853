"""The verdict on a night: the worst of what was found, never a score."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from harness.checks.calm import unrest
from harness.checks.check import CHECKS, Finding
from harness.checks.friction import friction
from harness.checks.holdings import begun, holdings
from harness.history import History


class Outcome(Enum):
    """How a night ended, from best to worst; inconclusive is none of them and always red."""

    UNAFFECTED = "unaffected"
    RECOVERED = "recovered"
    DEGRADED = "degraded"
    CONTAINED = "contained"
    DAMAGED = "damaged"
    INCONCLUSIVE = "inconclusive"

    def __str__(self) -> str:
        return self.value


EXPECTABLE = tuple(outcome for outcome in Outcome if outcome is not Outcome.INCONCLUSIVE)
"""What a scenario may expect: a night that proves nothing is never what somebody wants."""


@dataclass(frozen=True)
class Judgement:
    """An outcome, the one sentence that decided it, and all findings."""

    outcome: Outcome
    because: str
    findings: tuple[Finding, ...]

    def of(self, check: str) -> Finding | None:
        """The finding of one check, or None where it does not apply to the chain."""
        return next((finding for finding in self.findings if finding.check == check), None)


def judge(night: History, baseline: History) -> Judgement:
    """Run every check that applies, and let the worst finding decide.

    Pure: a history file judged again gives the same judgement.
    """
    findings = tuple(check(night, baseline) for check in CHECKS.values() if check.applies(night, baseline))
    outcome, because = _decide(night, baseline, findings)
    return Judgement(outcome, because, findings)


def silent_faults(night: History) -> list[str]:
    """The faults of the night that left no receipt."""
    acted = {event.value.get("id") for event in night.of("fault")}
    return [fault["id"] for fault in begun(night).value["faults"] if fault["id"] not in acted]


def _decide(night: History, baseline: History, findings: tuple[Finding, ...]) -> tuple[Outcome, str]:
    if silent := silent_faults(night):
        whys = {event.value["id"]: f" ({event.value['why']})" for event in night.of("unfired")}
        told = ", ".join(f"{fault}{whys.get(fault, '')}" for fault in silent)
        return Outcome.INCONCLUSIVE, f"a fault never acted: {told}"
    if disquiet := unrest(baseline):
        return Outcome.INCONCLUSIVE, disquiet
    violated = {finding.check: finding for finding in findings if finding.state == "violated"}

    def because(check: str) -> str:
        return f"{check}: {violated[check].sentence}"

    # Damage first: what is known to be wrong is not made doubtful by what is not known.
    for check in ("delivered_once", "no_partial_file_visible", "dependency_order", "owner_paged"):
        if check in violated:
            return Outcome.DAMAGED, because(check)
    fallbacks = sorted({day for of in holdings(night).values() for day in of.fallback})
    if "complete" in violated:
        if any(of.rows for of in holdings(night).values()):
            return Outcome.DAMAGED, because("complete")
        if "cause_named" in violated:
            return Outcome.DAMAGED, f"it failed, and {because('cause_named')}"
    elif "equals_baseline" in violated and not fallbacks:
        return Outcome.DAMAGED, because("equals_baseline")
    for finding in findings:
        if finding.state == "unknown":
            return Outcome.INCONCLUSIVE, f"{finding.check}: {finding.sentence}"
    if "complete" in violated:
        return Outcome.CONTAINED, because("complete")
    if fallbacks:
        return Outcome.DEGRADED, f"a declared fallback is in use: the data of {', '.join(fallbacks)}"
    for check in ("on_time", "bounded_attempts"):
        if check in violated:
            return Outcome.DEGRADED, because(check)
    # Right, but nothing in the chain could have told if it were not: a pass would promise what the next such night
    # does not keep, so it is none. What failed, or said that something is wrong, is judged above by what it did.
    if "detectable" in violated:
        return Outcome.INCONCLUSIVE, f"the data is right by luck: {violated['detectable'].sentence}"
    strain = friction(night, baseline)
    if strain.manual_steps:
        return Outcome.DEGRADED, f"complete and exact, but by hand: {strain.sentence}"
    if strain.reacted:
        return Outcome.RECOVERED, f"complete, exact and on time after {strain.sentence}"
    return Outcome.UNAFFECTED, "complete, exact and on time, and nothing needed to react"
