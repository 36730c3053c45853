"""The checks: one property a file; and the outcome, which the gravest of their findings decides."""

from harness.checks.model.check import CHECKS, Check, Evidence, Finding, check
from harness.checks.model.friction import Friction, friction
from harness.checks.model.judging import Judgement, judge
from harness.checks.model.measures import Measures, measures
from harness.checks.model.outcome import Outcome

# isort: off
# Registered in this order: of those that weigh the same, the first that is violated is the reason that is told. What
# came of the night stands before how it came about.
from harness.checks.delivered_once import delivered_once
from harness.checks.no_partial_file_visible import no_partial_file_visible
from harness.checks.stays_whole import stays_whole
from harness.checks.marker_after_file import marker_after_file
from harness.checks.dependency_order import dependency_order
from harness.checks.owner_paged import owner_paged
from harness.checks.acknowledged import acknowledged
from harness.checks.all_or_nothing import all_or_nothing
from harness.checks.cause_named import cause_named
from harness.checks.rerun_idempotent import rerun_idempotent
from harness.checks.only_checked_files import only_checked_files
from harness.checks.no_downstream_on_bad_data import no_downstream_on_bad_data
from harness.checks.no_stale_file import no_stale_file
from harness.checks.equals_baseline import equals_baseline
from harness.checks.watermark_behind_commit import watermark_behind_commit
from harness.checks.programs_unchanged import programs_unchanged
from harness.checks.request_budget import request_budget
from harness.checks.complete import complete
from harness.checks.results_complete import results_complete
from harness.checks.on_time import on_time
from harness.checks.bad_file_quarantined import bad_file_quarantined
from harness.checks.nothing_left_behind import nothing_left_behind
from harness.checks.optional_jobs import optional_jobs
from harness.checks.no_needless_page import no_needless_page
from harness.checks.escalated import escalated
from harness.checks.no_leaver_paged import no_leaver_paged
from harness.checks.bounded_attempts import bounded_attempts
from harness.checks.taken_when_flagged import taken_when_flagged
from harness.checks.detectable import detectable
from harness.checks.lived_in_time import lived_in_time
# isort: on

__all__ = [
    "CHECKS",
    "Check",
    "Evidence",
    "Finding",
    "Friction",
    "Judgement",
    "Measures",
    "Outcome",
    "acknowledged",
    "all_or_nothing",
    "bad_file_quarantined",
    "bounded_attempts",
    "cause_named",
    "check",
    "complete",
    "delivered_once",
    "dependency_order",
    "detectable",
    "equals_baseline",
    "escalated",
    "friction",
    "judge",
    "lived_in_time",
    "marker_after_file",
    "measures",
    "no_downstream_on_bad_data",
    "no_leaver_paged",
    "no_needless_page",
    "no_partial_file_visible",
    "no_stale_file",
    "nothing_left_behind",
    "on_time",
    "only_checked_files",
    "optional_jobs",
    "owner_paged",
    "programs_unchanged",
    "request_budget",
    "rerun_idempotent",
    "results_complete",
    "stays_whole",
    "taken_when_flagged",
    "watermark_behind_commit",
]
