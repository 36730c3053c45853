"""What the scheduler records of its jobs, and of the people who act through it."""

from __future__ import annotations

from collections.abc import Mapping

from harness.contract.events.receipts import BUG, FAULT, FREED
from harness.contract.events.vocabulary import (
    FLAG,
    NUMBER,
    TEXT,
    Field,
    Happening,
    happening,
    listed,
    mapped,
    maybe,
    or_null,
)

JOB = Field(TEXT, "the job's name in its schedule")
ATTEMPT = Field(NUMBER, "which of its launches of this night, from 1; 0 before the first")
WHEN = Field(TEXT, "what has happened to the job: `failed`, `initialization_error`, …")

_JOBS: Mapping[str, Happening] = {
    "status": happening(
        "a job's status changes, in OpCon's words: Job Running, Finished OK; `error` says what it waits for",
        "info",
        job=JOB,
        status=Field(TEXT, "the status"),
        code=Field(NUMBER, "its number in OpCon"),
        attempt=ATTEMPT,
        date=maybe(Field(TEXT, "the schedule's date, where it is not the night's")),
    ),
    "launch": happening(
        "a job is about to be started, was, or could not be",
        "invoke",
        "ok",
        "fail",
        job=JOB,
        attempt=ATTEMPT,
        pid=maybe(Field(NUMBER, "of ok: the number of its process, if it has one")),
    ),
    "job": happening(
        "it ended: `exit` code or `signal` number",
        "ok",
        "fail",
        job=JOB,
        attempt=ATTEMPT,
        exit=maybe(Field(NUMBER, "its exit code, if it has one")),
        signal=maybe(Field(NUMBER, "the signal that ended it, if one did")),
    ),
    "work": happening(
        "the job's processes have ended: for how long they have computed, in real time. No digest knows of it",
        "info",
        sets_off=False,
        job=JOB,
        attempt=ATTEMPT,
        cpu_ms=Field(
            NUMBER, "milliseconds of CPU time, in user mode and in the kernel, which cost no time of the night"
        ),
    ),
    "output": happening(
        "a job has failed: the end of what it printed, of its error output if there is one. No digest knows of it",
        "info",
        sets_off=False,
        job=JOB,
        attempt=ATTEMPT,
        lines=Field(listed(TEXT), "its last lines, 20 at most, and 2,000 characters"),
    ),
    "rule": happening(
        "a rule acts; `error` says what of it is refused",
        "info",
        job=JOB,
        when=WHEN,
        do=Field(listed(TEXT), "what the rule does: `restart`, `kill`, `mark_failed`, `page`"),
    ),
    "overrun": happening("a job exceeds its max run time", "info", job=JOB),
    "missed": happening("a job misses its latest start; `error` says what kept it", "info", job=JOB),
    "mail": happening(
        "cron mails what a run has printed",
        "info",
        to=Field(TEXT, "to whom"),
        job=JOB,
        attempt=ATTEMPT,
        bytes=Field(NUMBER, "bytes that it printed"),
        last=Field(TEXT, "the last line of it, of its error output if there is one"),
        subject=Field(TEXT, "the mail's subject"),
    ),
    "kill": happening("a kill did not end the job", "fail", job=JOB, attempt=ATTEMPT),
    "build": happening(
        "jobs are not built for that date, and why",
        "info",
        date=Field(TEXT, "the schedule's date: `2026-11-23`"),
        jobs=maybe(Field(listed(TEXT), "the jobs that are, where the schedule is told as a whole")),
        left_out=Field(mapped(TEXT), "those that are not, and why"),
    ),
}

_SHARED: Mapping[str, Happening] = {
    "event": happening(
        "an OpCon event is carried out, or could not be",
        "info",
        "fail",
        event=Field(TEXT, "the event: `$JOB:RESTART,,,publish`"),
        by=Field(TEXT, "whose it is: a job's, a user's, of the API or of MSGIN"),
    ),
    "machine": happening(
        "a machine is taken up, down or limited",
        "info",
        machine=Field(TEXT, "the machine"),
        state=Field(TEXT, "`up`, `down` or `limited`"),
    ),
    "threshold": happening(
        "a threshold is set", "info", threshold=Field(TEXT, "its name"), value=Field(NUMBER, "its value from now on")
    ),
    "resource": happening(
        "a resource is set", "info", resource=Field(TEXT, "its name"), value=Field(NUMBER, "how many there are now")
    ),
    "property": happening(
        "a global property is set; null: taken away",
        "info",
        property=Field(TEXT, "its name"),
        value=Field(or_null(TEXT), "its value from now on"),
    ),
    "console": happening(
        "`$CONSOLE:DISPLAY`",
        "info",
        job=Field(or_null(TEXT), "the job whose event it is; null: nobody's"),
        text=Field(TEXT, "what is displayed"),
    ),
    "schedule": happening(
        "nothing is left to start",
        "info",
        complete=Field(FLAG, "whether that is so; false: the night was over before"),
        jobs=Field(mapped(TEXT), "the status of each job"),
    ),
}

SCHEDULER: Mapping[str, Happening] = {
    **_JOBS,
    **_SHARED,
    "fault": FAULT,
    "freed": FREED,
    "left_behind": happening("a job has ended, and processes of it are still there", "info", sets_off=False, job=JOB),
    "service": happening(
        "the scheduler ends in mid-night, or is back",
        "info",
        sets_off=False,
        running=Field(FLAG, "whether it is there from now on"),
    ),
    "bug": BUG,
}

_OPERATOR = Field(TEXT, "who")

OPERATOR: Mapping[str, Happening] = {
    "notice": happening(
        "what somebody on the night shift acts on has happened, as they will see in a while",
        "info",
        sets_off=False,
        id=Field(TEXT, "their id in `begin`; whom a fault calls in has a higher number than all of those"),
        job=JOB,
        when=WHEN,
    ),
    "acknowledge": happening(
        "somebody on the night shift has noticed what happened to a job",
        "info",
        sets_off=False,
        operator=_OPERATOR,
        job=JOB,
        when=WHEN,
    ),
    "operate": happening(
        "they act on a job, or are refused; each is a manual step",
        "ok",
        "fail",
        sets_off=False,
        operator=_OPERATOR,
        job=JOB,
        action=Field(TEXT, "the job action of the API: `restart`, `markFinishedOk`, …"),
    ),
}
