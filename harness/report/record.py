"""A result as data: for ``--json``, for JUnit properties, and for programs that collect results over runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from harness.checks import Evidence
from harness.checks.cause_named import NOT_JUDGED
from harness.checks.model.baseline_alone import baseline_alone
from harness.checks.model.evidence import SHOWN
from harness.night.result import Result
from harness.report.dependents import Dependent, dependents
from harness.report.five_questions import answers, not_judged
from harness.report.work import stated


def record(result: Result) -> dict[str, Any]:
    """Everything a machine may want to know of a night, in plain JSON types; times are ISO 8601 with their offset."""
    strain = result.friction
    finished = result.finished_at
    return {
        "scenario": result.scenario.scenario,
        "chain": result.scenario.chain.chain,
        "night": result.scenario.night.isoformat(),
        "seed": result.scenario.seed,
        "order": result.order,
        "outcome": str(result.outcome),
        "because": result.judgement.because,
        "also": [f"{finding.check}: {finding.sentence}" for finding in result.judgement.also],
        "as_expected": not result.mismatches,
        "mismatches": result.mismatches,
        "compared_with_the_baseline_alone": _listed(baseline_alone(result.baseline)),
        "findings": [
            {
                "check": finding.check,
                "state": finding.state,
                "sentence": finding.sentence,
                "note": finding.note or None,
                "evidence": {name: _listed(found) for name, found in finding.evidence.items()},
            }
            for finding in result.judgement.findings
        ],
        "consumers": [_consumer(one) for one in dependents(result)],
        "finished_at": finished.isoformat() if finished else None,
        "deadline": result.deadline.isoformat(),
        "answers": {answer.question: answer.answer for answer in answers(result)},
        "friction": {
            "pages": strain.pages,
            "manual_steps": strain.manual_steps,
            "reruns": strain.reruns,
            "requests": strain.requests,
            "attempts": {kind.many: count for kind, count in strain.attempts.items()},
            "later_s": dict(strain.later_s),
            "came_later_s": _most(strain.came_later_s),
            "unfinished": list(strain.unfinished),
            "files_missing": strain.files_missing,
            "rows_lost": strain.rows_lost,
            "rows_wrong": strain.rows_wrong,
            "delay_s": strain.delay_s,
        },
        "measures": asdict(result.measures),
        "stack": result.stack,
        "clock": result.clock,
        "network": result.network,
        "bunched_ticks": result.ticks.bunched,
        "late_ticks_s": result.ticks.late_ns / 1e9,
        "worked_s": result.worked_s,
        "charged_s": {job: span.total_seconds() for job, span in stated(result).items()},
        "wall_s": round(result.wall_s, 3),
        "digest": result.history.digest(),
    }


def _consumer(one: Dependent) -> dict[str, Any]:
    return asdict(one.named) | {name: value for name, value in asdict(one).items() if name != "named"}


def _most(later_s: Mapping[str, float]) -> dict[str, Any]:
    """Those that came latest, and how many there are: of a night with thousands of files, not each."""
    latest = sorted(later_s.items(), key=lambda one: (-one[1], one[0]))
    return {"first": dict(latest[:SHOWN]), "total": len(latest)}


def _listed(found: Evidence) -> dict[str, Any]:
    return {"first": list(found.first), "total": found.total}


def properties(result: Result) -> list[tuple[str, str]]:
    """What JUnit XML carries beside a test: the short facts, as text."""
    facts = record(result)
    verdict = ("chain", "night", "seed", "outcome", "because", "finished_at", "deadline")
    names = (*verdict, "stack", "clock", "network", "digest")
    told = [("night_harness.cause", NOT_JUDGED)] if not_judged(result) else []
    told += [("night_harness.wrong_at", one.named.to_tell) for one in dependents(result) if one.wrong]
    return [(f"night_harness.{name}", str(facts[name])) for name in names] + told
