"""Why a fault never acted, in a sentence for its author: its point was not passed, or its trigger did not agree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.contract import points
from harness.contract.orders import Counts
from harness.contract.points import SCHEDULER, Point
from harness.faults.model.fault import Fault
from harness.faults.model.requests import FROM, UNKNOWN

WORDS: Mapping[Point[Any], str] = {
    points.LAUNCH: "launch of",
    points.STARTED: "start of",
    points.PLACE: "its place in the work of",
    points.CLOCK: "start of",
    points.DISK: "start of",
    points.ENDED: "end of",
    points.KILL: "kill of",
    points.MACHINE: "a question for the machine of",
    points.START_TIME: "start time of",
    points.DEPENDENCY: "wait for other jobs of",
    points.BUILD: "build of",
    points.OPERATORS: "bad end of",
    points.SCHEDULER: "the end of",
    points.SERVE: "download of",
    points.LOOK: "search for",
    points.ARRIVE: "arrival of",
    points.REQUEST: "a request for",
    points.ANSWER: "an answer to",
    points.CONNECT: "a connection to",
    points.DIAL: "a connection to",
    points.EXCHANGE: "a request to",
    points.STORE: "a batch for",
    points.TAKE: "a message of",
    points.REACH: "a request to the desk by",
    points.DELIVER: "a page by",
    points.TELL: "a page told to",
}
"""A mock's points in the words of an author."""


def why_not_fired(fault: Fault, point: Point[Any], where: Mapping[str, str], counts: Counts) -> str:
    """``counts`` are the mock's.

    They say how often the point was passed, how often the order was awake then, how often it could act, and what it
    lacked where it could not.
    """
    passed, awake, calls = counts.passed, counts.awake, counts.calls
    if fault.event_missed is not None and not counts.fired:
        return fault.event_missed
    job = where.get(FROM)
    target = next((it for name, it in where.items() if name != FROM), "the scheduler" if point is SCHEDULER else "")
    place = f"{WORDS[point]} {target or 'anything'}" + (f" from {job}" if job else "")
    if not passed:
        never = f"{place} was never passed"
        if job:
            return f"{never}: {job} has asked for no such thing, or by {UNKNOWN}"
        return f"{never}: {fault.why_no_effect}" if point is points.PLACE else never
    said = f"{place} was passed {_times(passed)}"
    if not awake:
        return f"{said}, but never {_window(fault)}"
    if awake < passed:
        said += f", {_times(awake)} of that {_window(fault)}"
    if not calls:
        return f"{said}; {counts.why or fault.why_no_effect}"
    if fault.call is not None and calls < fault.call:
        return f"{said}, the trigger asks for call {fault.call}"
    if fault.chance is not None:
        return f"{said}, and its chance of {fault.chance:g} did not come up"
    return f"{said}; {fault.why_no_effect}"


def _window(fault: Fault) -> str:
    """When it was awake."""
    parts = []
    if fault.on is not None:
        parts.append(f"after its event ({fault.on.component} {fault.on.action})")
    if fault.at is not None:
        parts.append(f"from {fault.at}")
    if fault.for_ is not None:
        parts.append(f"for {fault.for_}")
    if fault.until is not None:
        parts.append(f"until {fault.until}")
    return " ".join(parts) or "while it was awake"


def _times(count: int) -> str:
    return "1 time" if count == 1 else f"{count:,} times"
