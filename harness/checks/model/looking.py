"""What consumers that fetch files looked for in vain: when that was, and when it came."""

from __future__ import annotations

from collections.abc import Iterator

from harness.checks.model.holdings import begin_event
from harness.checks.model.wording import clock
from harness.history import Event, History


def looked_in_vain(night: History) -> list[str]:
    """The last look of each consumer that took nothing with it, and the file that came after it, if one did."""
    last = {event.component: event for event in night.of("taken")}
    return [_words(event, night) for event in last.values() if event.type == "fail"]


def _words(look: Event, night: History) -> str:
    zone = begin_event(night).value["timezone"]
    said = f"{look.component} looked at {clock(look.at, zone)}: {look.error}"
    came = next((f"; it came at {clock(event.at, zone)}" for event in _written(look, night)), "")
    return f"{said}{came}"


def _written(look: Event, night: History) -> Iterator[Event]:
    file = {"folder": look.value["folder"], "name": look.value["file"]}
    return (event for event in night.of("write", component="folders", type="ok", **file) if event.at > look.at)
