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
        AccessDenied,
        ConnectHang,
        ConnectionRefused,
        ConnectionReset,
        DeliverTwice,
        DeliverUnderAnotherName,
        DiskFull,
        EarlyFile,
        EndlessListing,
        Fault,
        FlagApart,
        GrowWhileRead,
        JobOverrun,
        LateFile,
        LaunchFailure,
        ListedNotThere,
        LoginRefused,
        ManifestApart,
        MissingFile,
        NoFault,
        On,
        OutOfOrder,
        ReadOnlyDisk,
        RenameUnderReader,
        ServerError,
        SessionExpired,
        SlowDrip,
        SourceHang,
        ThereNotListed,
        Throttle,
        TokenExpired,
        TruncateFile,
        WrongLength,
        fault,
    )
    from harness.history import Event, History
    from harness.loading import load_chain, load_scenario
    from harness.night import NightRunner, Result
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
        "AccessDenied",
        "ConnectHang",
        "ConnectionRefused",
        "ConnectionReset",
        "DeliverTwice",
        "DeliverUnderAnotherName",
        "DiskFull",
        "EarlyFile",
        "EndlessListing",
        "FlagApart",
        "LateFile",
        "ListedNotThere",
        "LoginRefused",
        "ManifestApart",
        "MissingFile",
        "OutOfOrder",
        "ReadOnlyDisk",
        "RenameUnderReader",
        "ServerError",
        "SessionExpired",
        "SlowDrip",
        "ThereNotListed",
        "Throttle",
        "TokenExpired",
        "WrongLength",
        "Fault",
        "GrowWhileRead",
        "JobOverrun",
        "LaunchFailure",
        "NoFault",
        "On",
        "SourceHang",
        "TruncateFile",
        "fault",
    ),
    "harness.history": ("Event", "History"),
    "harness.loading": ("load_chain", "load_scenario"),
    "harness.night": ("NightRunner", "Result"),
    "harness.scenario": ("Expect", "Scenario"),
    "harness.units": ("ClockTime", "Duration"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "AccessDenied",
    "AuthorError",
    "Chain",
    "ClockTime",
    "ConnectHang",
    "ConnectionRefused",
    "ConnectionReset",
    "DeliverTwice",
    "DeliverUnderAnotherName",
    "DiskFull",
    "Duration",
    "EarlyFile",
    "EndlessListing",
    "EngineError",
    "Event",
    "Expect",
    "Fault",
    "Finding",
    "FlagApart",
    "GrowWhileRead",
    "HarnessBug",
    "History",
    "JobOverrun",
    "LateFile",
    "LaunchFailure",
    "ListedNotThere",
    "LoadError",
    "LoginRefused",
    "ManifestApart",
    "MissingFile",
    "NightHarnessError",
    "NightRunner",
    "NoFault",
    "On",
    "OutOfOrder",
    "Outcome",
    "ReadOnlyDisk",
    "RenameUnderReader",
    "Result",
    "Scenario",
    "ServerError",
    "SessionExpired",
    "SlowDrip",
    "SourceHang",
    "StackError",
    "ThereNotListed",
    "Throttle",
    "TokenExpired",
    "TruncateFile",
    "VerdictError",
    "WrongLength",
    "fault",
    "judge",
    "load_chain",
    "load_scenario",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'harness' has no attribute {name!r}")
    return getattr(import_module(_HOME_OF[name]), name)
