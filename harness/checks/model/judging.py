"""The verdict on a night: the gravest of what was found, never a score."""

from __future__ import annotations

from dataclasses import dataclass

from harness.checks.model.check import CHECKS, Finding
from harness.checks.model.outcome import Outcome
from harness.checks.model.precedence import PRECEDENCE, Case
from harness.history import History


@dataclass(frozen=True)
class Judgement:
    """An outcome, the one sentence that decided it, and all findings."""

    outcome: Outcome
    because: str
    findings: tuple[Finding, ...]

    @property
    def also(self) -> tuple[Finding, ...]:
        """What is violated besides, and did not decide: nothing that was found may be invisible."""
        return tuple(
            finding
            for finding in self.findings
            if finding.state == "violated" and not self.because.endswith(finding.sentence)
        )

    def of(self, check: str) -> Finding | None:
        """The finding of one check, or None where it does not apply to the night."""
        return next((finding for finding in self.findings if finding.check == check), None)


def judge(night: History, baseline: History) -> Judgement:
    """Run every check that applies, and let the first rule of the order that has something to say decide.

    Pure: a history file judged again gives the same judgement.
    """
    found = (check.where_it_applies(night, baseline) for check in CHECKS.values())
    findings = tuple(finding for finding in found if finding is not None)
    case = Case(night, baseline, findings)
    spoken = ((rule.outcome, rule.because(case)) for rule in PRECEDENCE)
    outcome, because = next((outcome, because) for outcome, because in spoken if because is not None)
    return Judgement(outcome, because, findings)
