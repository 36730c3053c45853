"""Each fault with parameters that can act on the reference chain: in tables, or as ``EXAMPLE`` in a test of its own."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from harness.faults import (
    AgentOutage,
    AtWrite,
    CalendarGap,
    ClockSkew,
    DuplicateLaunch,
    EarlyRelease,
    EndLost,
    FalseFailure,
    FalseSuccess,
    Fault,
    GrowWhileRead,
    HoldForgotten,
    JobCrash,
    JobOverrun,
    KillIgnored,
    LateStart,
    LaunchFailure,
    MisreadExitCode,
    NeverSubmitted,
    NoFault,
    On,
    SchedulerRestart,
    SourceHang,
    StartedUnseen,
    StartLost,
    TruncateFile,
    TwoOperators,
)
from harness.values.units import ClockTime, Duration
from tests.faults import examples_arrival, examples_consumers, examples_content, examples_desk, examples_queue


def _of_their_own_tests() -> dict[str, Fault]:
    """The examples that stand in modules of this folder: a new fault needs no line in a table."""
    modules = (file for file in sorted(Path(__file__).parent.glob("test_*.py")) if "\nEXAMPLE = " in file.read_text())
    examples = (import_module(f"tests.faults.{file.stem}").EXAMPLE for file in modules)
    return {example.name: example for example in examples}


EXAMPLES: dict[str, Fault] = {
    **examples_arrival.EXAMPLES,
    **examples_consumers.EXAMPLES,
    **examples_content.EXAMPLES,
    **examples_desk.EXAMPLES,
    **examples_queue.EXAMPLES,
    **_of_their_own_tests(),
    "no_fault": NoFault(),
    "launch_failure": LaunchFailure(job="retrieve", cause="agent_away", for_=Duration.parse("20m")),
    "source_hang": SourceHang(phase="body", after_bytes=100_000, at=ClockTime("02:00")),
    "job_overrun": JobOverrun(job="retrieve", lasts=Duration.parse("2h"), on=On(component="planning", action="batch")),
    "clock_skew": ClockSkew(job="retrieve", by="-1h", drift="-12.5ppm", step="1h30m", step_after=Duration.parse("30s")),
    "truncate_file": TruncateFile(file="forecast", keep="50%", where="record_boundary", call=2),
    "grow_while_read": GrowWhileRead(file="forecast", start="30%", every=Duration.parse("1m"), chance=0.5),
    "never_submitted": NeverSubmitted(job="retrieve", until=ClockTime("02:30")),
    "start_lost": StartLost(job="retrieve", times=1),
    "started_unseen": StartedUnseen(job="publish", times=1),
    "end_lost": EndLost(job="publish", call=2),
    "false_success": FalseSuccess(job="retrieve", chance=0.5),
    "false_failure": FalseFailure(job="publish", exit_code=7),
    "misread_exit_code": MisreadExitCode(job="retrieve"),
    "duplicate_launch": DuplicateLaunch(job="publish"),
    "job_crash": JobCrash(job="retrieve", how="abort", at_write=AtWrite(folder="landing", name="*.csv", byte=5000)),
    "agent_outage": AgentOutage(job="retrieve", state="flapping", every=Duration.parse("20m")),
    "early_release": EarlyRelease(job="publish", times=1),
    "late_start": LateStart(job="retrieve", by=Duration.parse("1h")),
    "hold_forgotten": HoldForgotten(job="validate"),
    "calendar_gap": CalendarGap(job="retrieve"),
    "kill_ignored": KillIgnored(job="retrieve"),
    "two_operators": TwoOperators(job="retrieve", after=Duration.parse("5m")),
    "scheduler_restart": SchedulerRestart(at=ClockTime("01:55"), down=Duration.parse("20m")),
}
