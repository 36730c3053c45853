"""What the checks must know of a night before anything happens in it: the value of its begin event."""

from __future__ import annotations

import datetime as dt
from typing import Any

from harness.chain.consumers.rules import DEFAULT_KIND
from harness.chain.model import Chain, Job, Watermark
from harness.contract.plan import Plan
from harness.contract.schedule import MasterJob
from harness.faults import Fault
from harness.scenario.operators import Operator

LONGEST_WATERMARK = 4_096
"""Bytes of a watermark that are told, as of each of its moves."""


def numbered(faults: tuple[Fault, ...]) -> list[tuple[str, Fault]]:
    """The faults with the ids under which they are armed and leave receipts."""
    return [(f"{index}:{fault.name}", fault) for index, fault in enumerate(faults)]


def begin_value(chain: Chain, faults: tuple[Fault, ...], plan: Plan, operators: tuple[Operator, ...]) -> dict[str, Any]:
    """What the checks must know of the chain; a history can then be judged from its file alone."""
    return {
        "chain": chain.chain,
        "date": plan.date,
        "seed": plan.seed,
        "order": plan.order,
        "without": list(chain.switched_off),
        "owner": chain.owner,
        "runbook": plan.runbook,
        "timezone": chain.timezone,
        "begins_ns": plan.begins_ns,
        "deadline_ns": plan.deadline_ns,
        "closes_ns": plan.closes_ns,
        "files": [file.name for file in plan.files],
        "seeds": sorted({held.sha256 for folder in plan.folders.values() for held in folder}),
        "folders": sorted(plan.folders),
        "checked": {
            name: {held.name: held.sha256 for held in plan.folders[name]}
            for name, folder in sorted(chain.folders.items())
            if folder.checked
        },
        "consumers": {name: _consumer(chain, name, plan) for name in sorted(chain.consumers)},
        "watermarks": {
            name: {
                "folder": mark.folder,
                "file": mark.file,
                "field": mark.field,
                "consumers": list(mark.consumers or chain.consumers),
                "began": _text_before(chain, mark, plan),
            }
            for name, mark in sorted(chain.watermarks.items())
        },
        "quarantine": chain.quarantine,
        "jobs": {
            name: {
                "owner": chain.owner_of(name),
                "after": list(job.waits_to_finish),
                "optional": job.optional,
                "launches": None if _restarted_by_hand(name, operators) else _launches_allowed(job, planned),
            }
            for (name, job), planned in zip(chain.jobs.items(), plan.jobs, strict=True)
        },
        "controls": {control: list(defences) for control, defences in chain.controls.items()},
        "budget": chain.budget.told(),
        "operators": [
            {"id": f"{number}:{operator.name}", "when": list(operator.when), "jobs": list(operator.jobs)}
            for number, operator in enumerate(operators)
        ],
        "faults": [
            {
                "id": fault_id,
                "name": fault.name,
                "parameters": {name: str(value) for name, value in fault.parameters().items()},
                "causes": list(fault.causes or (fault.name,)),
                "named_by": [*fault.named_by, *_words_for(fault, chain)],
                "detectable_by": None if fault.controls is None else list(fault.controls),
            }
            for fault_id, fault in numbered(faults)
        ],
    }


def _consumer(chain: Chain, name: str, plan: Plan) -> dict[str, Any]:
    consumer = chain.consumers[name]
    told: dict[str, Any] = {} if consumer.kind == DEFAULT_KIND else {"kind": consumer.kind}
    told |= {"key": list(consumer.key), "records": consumer.which}
    told["days"] = _days_before(chain, name, plan)
    whose = {"owner": consumer.owner, "contact": consumer.contact}
    return told | {name: value for name, value in whose.items() if value is not None}


def _days_before(chain: Chain, consumer: str, plan: Plan) -> list[str]:
    """The earlier dates of which the night has files whose records this consumer gets."""
    night = dt.date.fromisoformat(plan.date)
    files = chain.consumers[consumer].files or tuple(chain.files)
    most = max((chain.files[file].days for file in files), default=1)
    return [(night - dt.timedelta(days=back)).isoformat() for back in range(most - 1, 0, -1)]


def _text_before(chain: Chain, mark: Watermark, plan: Plan) -> str | None:
    """What the watermark's file says when the night begins, where the folder holds it by a name of its own."""
    date = dt.date.fromisoformat(plan.date)
    for held in chain.folders[mark.folder].holds:
        if held.file is None and held.name is not None and held.name.format(date=date) == mark.file:
            if held.copy_of is None:
                return held.text or ""
            return (chain.folder / held.copy_of).read_bytes()[:LONGEST_WATERMARK].decode(errors="replace")
    return None


def _words_for(fault: Fault, chain: Chain) -> list[str]:
    return [word for cause in fault.causes or (fault.name,) for word in chain.causes.get(cause, ())]


def _restarted_by_hand(job: str, operators: tuple[Operator, ...]) -> bool:
    return any(operator.restarts and operator.concerns(job) for operator in operators)


def _launches_allowed(job: Job, planned: MasterJob) -> int | None:
    """So often as its crontab says; or once, and again for each retry and restart that the chain declares.

    None where it sets no limit.
    """
    if any(event.event.upper().startswith("$JOB:") for event in job.events):
        return None
    if planned.cron is not None:
        return len(planned.cron.starts_ns)
    rules = [rule for rule in job.rules if "restart" in rule.do]
    restarts = [rule.times for rule in rules if rule.times is not None]
    if len(restarts) < len(rules):
        return None
    retries = job.retry_on_failure.attempts if job.retry_on_failure else 0
    # A restart begins the scheduler's own count of retries anew.
    return (1 + sum(restarts)) * (1 + retries) * (job.recurrence.runs if job.recurrence else 1)
