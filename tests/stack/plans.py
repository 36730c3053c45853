"""Plans of small nights, as the harness hands them to a stack."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from harness.contract.consumers import PlannedHttp, PlannedPostgres
from harness.contract.plan import Plan, SeededFile
from harness.contract.schedule import MasterJob
from harness.stack import Stack

SECOND_NS = 10**9
HOUR_NS = 3600 * SECOND_NS
EVENING_NS = 1_795_464_000 * SECOND_NS  # 2026-11-23, 21:20 UTC


def job(stack: Stack, name: str, *argv: str, after_hours: float = 0, **environment: str) -> MasterJob:
    """A job that starts so many hours into the night."""
    return MasterJob(
        job=name,
        run=argv,
        cwd=stack.job_cwd(Path(__file__).parent),
        environment=stack.job_environment(name) | environment,
        agent=stack.agent(),
        at_ns=EVENING_NS + int(after_hours * HOUR_NS),
        owner="data-ops",
    )


def plan(*jobs: MasterJob, begins_ns: int = EVENING_NS, watch: Iterable[str] = (), **folders: list[SeededFile]) -> Plan:
    """A night of these jobs; the keywords are its folders and what they hold."""
    return Plan(
        chain="tiny",
        owner="data-ops",
        runbook="runbook.md",
        timezone="Europe/Paris",
        date="2026-11-24",
        begins_ns=begins_ns,
        deadline_ns=begins_ns + 8 * HOUR_NS,
        closes_ns=begins_ns + 14 * HOUR_NS,
        watch=tuple(watch),
        folders={name: tuple(held) for name, held in folders.items()},
        jobs=jobs,
        consumers={"planning": PlannedHttp(key=("site",))},
    )


def with_postgres(the_plan: Plan) -> Plan:
    """The same night, whose consumer is a table."""
    schema = "create table plan (key text primary key, quantity int not null);"
    planned = PlannedPostgres(database="planning", schema_sql=schema, schema_file="schema.sql", table="plan")
    return replace(the_plan, consumers={"warehouse": planned})
