"""What consumers that fetch files looked for in vain: when that was, and when it came."""

from __future__ import annotations

from harness.checks.model.holdings import begin_event
from harness.checks.model.wording import clock, minutes
from harness.history import Event, History


def looked_in_vain(night: History) -> list[str]:
    """The last look of each consumer that took nothing with it, and the file that came after it, if one did."""
    last = {event.component: event for event in night.of("taken")}
    return [_words(event, night) for event in last.values() if event.type == "fail"]


def _words(look: Event, night: History) -> str:
    said = f"{look.component} looked at {clock(look.at, begin_event(night).value['timezone'])}: {look.error}"
    came = _came_after(look, night)
    return said if came is None else f"{said}; it came {minutes((came - look.at) / 1e9)} later"


def _came_after(look: Event, night: History) -> int | None:
    """When there was such a file at last; not one that came because faults were taken out at the deadline."""
    file = {"folder": look.value["folder"], "name": look.value["file"]}
    written = (event.at for event in night.of("write", component="folders", type="ok", **file))
    freed = min((event.at for event in night.of("freed")), default=None)
    return next((at for at in written if at > look.at and (freed is None or at < freed)), None)
