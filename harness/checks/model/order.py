"""Whether a history can have happened: nothing before its night begins, and no job ends before it was launched.

One that cannot is no night to judge, whatever its checks would say: the clock or the file it comes from is broken.
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.history import Event, History


@dataclass(frozen=True)
class Impossible:
    """An event that cannot have happened when it says it did."""

    event: Event
    found: str
    expected: str


def impossible(history: History) -> Impossible | None:
    """The first such event, or None.

    A baseline may have the rows that an earlier night held, marked with that night's date: they are not of this one.
    """
    begins = history.of("begin", component="night").first()
    launched: dict[tuple[str, str, int], int] = {}
    for event in history.of("launch"):
        launched.setdefault(_attempt(event), event.at)
    for event in history:
        if begins is not None and event.at < begins.at and "night" not in event.value:
            early_s = (begins.at - event.at) / 1e9
            found = f"{event.component} has {event.action!r} {early_s:,.6f} s before the night begins"
            return Impossible(event, found, "that nothing happens before a night begins")
        if event.action == "job" and event.at < launched.get(_attempt(event), event.at):
            early_s = (launched[_attempt(event)] - event.at) / 1e9
            found = f"attempt {event.value.get('attempt')} of {event.value.get('job')} ended {early_s:,.6f} s before"
            return Impossible(event, f"{found} it was launched", "that a job ends after it was launched")
    return None


def _attempt(event: Event) -> tuple[str, str, int]:
    return event.component, str(event.value.get("job")), int(event.value.get("attempt") or 0)
