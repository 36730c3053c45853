"""Orphans: processes that still carry a job's name when the job itself has ended."""

from __future__ import annotations

import os
from pathlib import Path

from harness.mocks.scheduler.running.context import Context

_CLOCK, _COMPONENT = b"NIGHT_CLOCK=", b"NIGHT_COMPONENT="


def jobs_with_processes() -> set[str]:
    """The names of the jobs of which a process is there; with a real clock no process carries a name."""
    if "NIGHT_CLOCK" not in os.environ:
        return set()
    mine = _CLOCK + os.fsencode(os.environ["NIGHT_CLOCK"])
    found = set()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            variables = (entry / "environ").read_bytes().split(b"\0")
        except OSError:  # it has ended, or is another user's
            continue
        if mine in variables:
            found |= {os.fsdecode(each[len(_COMPONENT) :]) for each in variables if each.startswith(_COMPONENT)}
    return found


def record_orphans(context: Context) -> None:
    """Record the jobs whose processes are still there although the job has ended."""
    there = jobs_with_processes()
    for name in context.daily.by_name:
        if name in there and all(job.running is None for job in context.daily.named(name)):
            context.recorder.record("info", "left_behind", {"job": name})
