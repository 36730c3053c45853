"""Plans: what no night can be is refused by its place."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from harness.contract.codec import ContractError, read, write
from harness.contract.plan import Plan
from harness.contract.schedule import BasicCriterion, Dependency, ExitCodes, MasterJob
from harness.mocks.scheduler.daily.exit_codes import fails

JOB = MasterJob(job="retrieve", cwd="/", environment={}, agent="agent", owner="data-ops")
PLAN = Plan(
    chain="feed",
    owner="data-ops",
    timezone="Europe/Paris",
    date="2026-11-23",
    begins_ns=1,
    deadline_ns=2,
    closes_ns=3,
    jobs=(JOB, replace(JOB, job="publish", dependencies=(Dependency(job="retrieve"),))),
)


def test_a_plan_survives_the_way_to_the_mocks() -> None:
    assert read(Plan, write(PLAN), "plan") == PLAN


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"deadline_ns": 0}, "plan: found begins 1, deadline 0, closes 3, expected moments in this order"),
        ({"jobs": [write(JOB), write(JOB)]}, "plan: jobs: found two jobs 'retrieve'"),
        ({"jobs": [write(replace(JOB, dependencies=(Dependency(job="x"),)))]}, "plan: job 'retrieve' runs after 'x'"),
        (
            {"jobs": [write(JOB) | {"rules": [{"when": "late", "do": ["dance"]}]}]},
            "plan.jobs[0].rules[0].do[0]: ",
        ),
        ({"jobs": [write(JOB) | {"retries": 3}]}, "plan.jobs[0]: unknown key 'retries'"),
        ({"consumers": {"planning": {"kind": "fax"}}}, 'plan.consumers.planning.kind: found "fax", expected "http"'),
    ],
)
def test_a_plan_that_no_night_can_follow_is_refused(change: dict[str, Any], says: str) -> None:
    with pytest.raises(ContractError) as refused:
        read(Plan, write(PLAN) | change, "plan")
    assert str(refused.value).startswith(says)


def test_without_criteria_every_code_but_0_is_a_failure_however_that_is_said() -> None:
    for criteria in (ExitCodes(), ExitCodes(failed_if=())):
        assert [code for code in (0, 1, 255) if fails(criteria, code)] == [1, 255]
    assert not fails(ExitCodes(failed_if=(BasicCriterion(operator="EQ", code=8),)), 3)
