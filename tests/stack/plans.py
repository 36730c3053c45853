"""Plans of small nights, as the harness hands them to a stack."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from harness.stack import Stack

SECOND_NS = 10**9
HOUR_NS = 3600 * SECOND_NS
EVENING_NS = 1_795_464_000 * SECOND_NS  # 2026-11-23, 21:20 UTC


def job(stack: Stack, name: str, *argv: str, after_hours: float = 0, **environment: str) -> dict[str, Any]:
    """A job that starts so many hours into the night."""
    return {
        "job": name,
        "run": list(argv),
        "cwd": stack.job_cwd(Path(__file__).parent),
        "environment": stack.job_environment(name) | environment,
        "agent": stack.agent(),
        "at_ns": EVENING_NS + int(after_hours * HOUR_NS),
        "latest_start_ns": None,
        "max_run_time_ns": None,
        "after": [],
        "retry_on_failure": None,
        "rules": [],
        "owner": "data-ops",
    }


def plan(*jobs: dict[str, Any], begins_ns: int = EVENING_NS, **folders: list[dict[str, str]]) -> dict[str, Any]:
    """A night of these jobs; the keywords are its folders and what they hold."""
    return {
        "chain": "tiny",
        "owner": "data-ops",
        "runbook": "runbook.md",
        "timezone": "Europe/Paris",
        "date": "2026-11-24",
        "begins_ns": begins_ns,
        "deadline_ns": begins_ns + 8 * HOUR_NS,
        "closes_ns": begins_ns + 14 * HOUR_NS,
        "seed": 0,
        "files": [],
        "folders": folders,
        "jobs": list(jobs),
        "consumers": {"planning": {"kind": "http", "key": ["site"]}},
        "watch": [],
    }
