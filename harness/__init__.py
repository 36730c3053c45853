"""Night Harness: proves that a batch chain recovers.

The public names, re-exported. They are imported when they are first used, because every mock of a night imports this
package too, and must start in a blink.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness.chain import Chain
    from harness.checks import Finding, Outcome, judge
    from harness.errors import (
        AuthorError,
        EngineError,
        HarnessBug,
        LoadError,
        NightHarnessError,
        StackError,
        VerdictError,
    )
    from harness.faults import (
        AgentOutage,
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
        fault,
    )
    from harness.history import Event, History
    from harness.loading import load_chain, load_scenario
    from harness.night import NightRunner, Result
    from harness.operators import Operator
    from harness.scenario import Expect, Scenario
    from harness.units import ClockTime, Duration

_HOMES = {
    "harness.chain": ("Chain",),
    "harness.checks": ("Finding", "Outcome", "judge"),
    "harness.errors": (
        "AuthorError",
        "EngineError",
        "HarnessBug",
        "LoadError",
        "NightHarnessError",
        "StackError",
        "VerdictError",
    ),
    "harness.faults": (
        "AgentOutage",
        "CalendarGap",
        "ClockSkew",
        "DuplicateLaunch",
        "EarlyRelease",
        "EndLost",
        "FalseFailure",
        "FalseSuccess",
        "Fault",
        "GrowWhileRead",
        "HoldForgotten",
        "JobCrash",
        "JobOverrun",
        "KillIgnored",
        "LateStart",
        "LaunchFailure",
        "MisreadExitCode",
        "NeverSubmitted",
        "NoFault",
        "On",
        "SchedulerRestart",
        "SourceHang",
        "StartLost",
        "StartedUnseen",
        "TruncateFile",
        "TwoOperators",
        "fault",
    ),
    "harness.history": ("Event", "History"),
    "harness.loading": ("load_chain", "load_scenario"),
    "harness.night": ("NightRunner", "Result"),
    "harness.operators": ("Operator",),
    "harness.scenario": ("Expect", "Scenario"),
    "harness.units": ("ClockTime", "Duration"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "AgentOutage",
    "AuthorError",
    "CalendarGap",
    "Chain",
    "ClockSkew",
    "ClockTime",
    "DuplicateLaunch",
    "Duration",
    "EarlyRelease",
    "EndLost",
    "EngineError",
    "Event",
    "Expect",
    "FalseFailure",
    "FalseSuccess",
    "Fault",
    "Finding",
    "GrowWhileRead",
    "HarnessBug",
    "History",
    "HoldForgotten",
    "JobCrash",
    "JobOverrun",
    "KillIgnored",
    "LateStart",
    "LaunchFailure",
    "LoadError",
    "MisreadExitCode",
    "NeverSubmitted",
    "NightHarnessError",
    "NightRunner",
    "NoFault",
    "On",
    "Operator",
    "Outcome",
    "Result",
    "Scenario",
    "SchedulerRestart",
    "SourceHang",
    "StackError",
    "StartLost",
    "StartedUnseen",
    "TruncateFile",
    "TwoOperators",
    "VerdictError",
    "fault",
    "judge",
    "load_chain",
    "load_scenario",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'harness' has no attribute {name!r}")
    return getattr(import_module(_HOME_OF[name]), name)
