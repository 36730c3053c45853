"""The checks: one property a file; and the outcome, which the worst of them decides."""

from harness.checks.bounded_attempts import bounded_attempts
from harness.checks.cause_named import cause_named
from harness.checks.check import CHECKS, Check, Evidence, Finding, check
from harness.checks.complete import complete
from harness.checks.delivered_once import delivered_once
from harness.checks.dependency_order import dependency_order
from harness.checks.detectable import detectable
from harness.checks.equals_baseline import equals_baseline
from harness.checks.friction import Friction, friction
from harness.checks.no_partial_file_visible import no_partial_file_visible
from harness.checks.on_time import on_time
from harness.checks.outcome import Judgement, Outcome, judge
from harness.checks.owner_paged import owner_paged

__all__ = [
    "CHECKS",
    "Check",
    "Evidence",
    "Finding",
    "Friction",
    "Judgement",
    "Outcome",
    "bounded_attempts",
    "cause_named",
    "check",
    "complete",
    "delivered_once",
    "dependency_order",
    "detectable",
    "equals_baseline",
    "friction",
    "judge",
    "no_partial_file_visible",
    "on_time",
    "owner_paged",
]
