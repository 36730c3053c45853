"""What was due by the deadline, and when it came: rows, uploads, and the jobs of a chain that delivers to nobody."""

from __future__ import annotations

from harness.checks.model.ends import finished
from harness.checks.model.holdings import begin_event
from harness.checks.model.results import UPLOADED, is_result, uploads
from harness.checks.model.wanted import due_consumers, finished_at, optional_jobs
from harness.history import History


def due_jobs(baseline: History) -> set[str]:
    """The jobs that end well by the deadline in the baseline."""
    deadline = begin_event(baseline).value["deadline_ns"]
    return {job for job, at in finished(baseline).items() if at <= deadline}


def late_jobs(night: History, baseline: History) -> dict[str, int]:
    """By how many nanoseconds each of them ended after the deadline, of those that did."""
    deadline, due = begin_event(night).value["deadline_ns"], due_jobs(baseline)
    return {job: at - deadline for job, at in finished(night).items() if job in due and at > deadline}


def late_uploads(night: History, baseline: History) -> dict[str, int]:
    """The same of what is sent by the deadline in the baseline."""
    deadline, sent, calm = begin_event(night).value["deadline_ns"], _sent_at(night), _sent_at(baseline)
    due = [path for path in uploads(baseline) if calm.get(path, deadline + 1) <= deadline and is_result(path)]
    return {path: sent[path] - deadline for path in due if path in uploads(night) and sent.get(path, 0) > deadline}


def _sent_at(history: History) -> dict[str, int]:
    """Since when each upload has its last content under its last name."""
    there: dict[str, tuple[str, int]] = {}
    for event in history.of(component="source"):
        path = f"{UPLOADED}{event.value.get('via')}/{event.value.get('name')}"
        if event.action == "put" and event.type == "ok":
            content = str(event.value.get("sha256"))
            if path not in there or there[path][0] != content:
                there[path] = content, event.at
        elif event.action == "rename" and path in there:
            there[f"{UPLOADED}{event.value.get('via')}/{event.value['to']}"] = there.pop(path)[0], event.at
    return {path: at for path, (_, at) in there.items()}


def delivered_at(night: History, baseline: History) -> int | None:
    """When the last row was stored that is due; of a chain that owes none, when the last job had ended of those due.

    None where that never was. Of optional jobs nothing is due.
    """
    if due_consumers(baseline):
        return finished_at(night, baseline)
    due = due_jobs(baseline) - optional_jobs(night)
    return max((at for job, at in finished(night).items() if job in due), default=None)
