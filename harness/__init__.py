"""Night Harness: proves that a batch chain recovers.

The public names, re-exported; the class of every fault is one of them. They are imported when they are first used,
because every mock of a night imports this package too, and must start in a blink.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from harness.chain.consumers.consumer import Consumer
    from harness.chain.consumers.own import consumer_kind
    from harness.chain.controls import control
    from harness.chain.loading import load_chain
    from harness.chain.model import Chain
    from harness.checks import Finding, Outcome, check, judge
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
        STRICT,
        AtAnswer,
        AtCommit,
        AtRename,
        AtRequest,
        AtWrite,
        ContentFault,
        Fault,
        MeetsRequests,
        On,
        System,
        fault,
    )
    from harness.history import Event, History
    from harness.night.result import Result
    from harness.night.runner import NightRunner
    from harness.report.timeline import tells
    from harness.scenario.loading import load_scenario
    from harness.scenario.model import Expect, Scenario
    from harness.scenario.operators import Operator
    from harness.values.units import ClockTime, Duration

_HOMES = {
    "harness.chain.model": ("Chain",),
    "harness.checks": ("Finding", "Outcome", "check", "judge"),
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
        "STRICT",
        "AtAnswer",
        "AtCommit",
        "AtRename",
        "AtRequest",
        "AtWrite",
        "ContentFault",
        "Fault",
        "MeetsRequests",
        "On",
        "System",
        "fault",
    ),
    "harness.history": ("Event", "History"),
    "harness.chain.consumers.consumer": ("Consumer",),
    "harness.chain.consumers.own": ("consumer_kind",),
    "harness.chain.controls": ("control",),
    "harness.chain.loading": ("load_chain",),
    "harness.report.timeline": ("tells",),
    "harness.scenario.loading": ("load_scenario",),
    "harness.night.result": ("Result",),
    "harness.night.runner": ("NightRunner",),
    "harness.scenario.operators": ("Operator",),
    "harness.scenario.model": ("Expect", "Scenario"),
    "harness.values.units": ("ClockTime", "Duration"),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "STRICT",
    "AtAnswer",
    "AtCommit",
    "AtRename",
    "AtRequest",
    "AtWrite",
    "AuthorError",
    "Chain",
    "ClockTime",
    "Consumer",
    "ContentFault",
    "Duration",
    "EngineError",
    "Event",
    "Expect",
    "Fault",
    "Finding",
    "HarnessBug",
    "History",
    "LoadError",
    "MeetsRequests",
    "NightHarnessError",
    "NightRunner",
    "On",
    "Operator",
    "Outcome",
    "Result",
    "Scenario",
    "StackError",
    "System",
    "VerdictError",
    "check",
    "consumer_kind",
    "control",
    "fault",
    "judge",
    "load_chain",
    "load_scenario",
    "tells",
]


def __getattr__(name: str) -> Any:
    home = _HOME_OF.get(name, "harness.faults")  # where the class of every fault of ours is
    try:
        return getattr(import_module(home), name)
    except AttributeError:
        raise AttributeError(f"module 'harness' has no attribute {name!r}") from None
