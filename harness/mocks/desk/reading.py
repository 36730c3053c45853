"""What a page is about: the job, the cause, the text and the runbook, found in whatever a message says.

Nobody agrees on where these stand, so the likeliest place is taken first; the README has the order as a table.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from harness.mocks.desk.message import Message, joined

JOB = ("job", "job_name", "jobname", "u_job", "task", "task_name")
MAY_BE_JOB = ("task_id", "process", "step", "pipeline", "dag_id")
"""Where a job's name stands as often as a number does: a hint, and no more."""
CAUSE = ("cause", "root_cause", "u_cause", "reason", "error", "error_message", "exception", "failure")
LEVEL = ("severity", "level", "status", "result", "outcome")
CALM = ("info", "information", "ok", "success", "successful", "succeeded", "completed", "finished", "passed")
_CALM_TITLE = re.compile(r"\W*\[(?:info|ok|success|succeeded|resolved|recovered)\]", re.IGNORECASE)
_ALARMS = re.compile(
    r"abort|alert|cannot|critical|denied|error|exception|fail|late\b|missing|no answer|refused|timed? ?out|traceback",
    re.I,
)
"""Words of what is wrong, and of a log that is quoted: beside them a line ``status: ok`` is no good news."""
MOST_FIRST, MOST_LAST = 2_500, 5_000
"""Characters of a page's text that are kept where it has more: a log says at its end why a job failed."""
RUNBOOK = ("runbook", "runbook_url", "u_runbook", "playbook")


def read(message: Message, *, asker: str | None, jobs: Collection[str]) -> dict[str, str | None]:
    """The page that a message is. ``asker``: the job that sent it, if that is known; ``jobs``: those of the night."""
    text = joined(message.title, message.text)
    return {
        "job": _job(message, asker, jobs),
        "cause": _said(message, CAUSE) or message.title.strip() or _first_line(text),
        "text": _kept(text),
        "runbook": _said(message, RUNBOOK),
    }


def is_calm(message: Message) -> bool:
    """Whether it says by itself that nothing is wrong, and nothing else; some channels carry good news too."""
    said = {message.fields[name].strip().lower() for name in LEVEL if message.fields.get(name)}
    says_so = said <= set(CALM) and bool(said or _CALM_TITLE.match(message.title))
    return says_so and not _ALARMS.search(f"{message.title}\n{message.text}")


def _job(message: Message, asker: str | None, jobs: Collection[str]) -> str:
    if said := _said(message, JOB):
        return _only(said, jobs) or said
    hints = [*(message.fields.get(name, "").strip() for name in MAY_BE_JOB), *message.hints]
    for hint in hints:
        if hint in jobs:
            return hint
    if asker:
        return asker
    return _only(message.title, jobs) or next((hint for hint in hints if hint), "")


def _only(text: str, jobs: Collection[str]) -> str | None:
    """The one job of the night that the text names; None where it names none, or several."""
    named = [job for job in jobs if re.search(rf"(?<![\w-]){re.escape(job)}(?![\w-])", text, re.IGNORECASE)]
    return named[0] if len(named) == 1 else None


def _said(message: Message, names: tuple[str, ...]) -> str | None:
    return next((found for name in names if (found := message.fields.get(name, "").strip())), None)


def _kept(text: str) -> str:
    if len(text) <= MOST_FIRST + MOST_LAST:
        return text
    return (
        f"{text[:MOST_FIRST]}… ({len(text):,} characters, of which these and the last are kept)\n…{text[-MOST_LAST:]}"
    )


def _first_line(text: str) -> str:
    return text.lstrip().partition("\n")[0]
