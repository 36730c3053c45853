"""Programs that did not live in a night's time: what they made of it, nobody can say."""

from __future__ import annotations

from harness.history import Event, History


def outside(night: History, baseline: History) -> list[Event]:
    """Those of a night and of its baseline that its chain does not except."""
    events = (event for history in (night, baseline) for event in history.of("outside", component="night"))
    return [event for event in events if not event.value["excepted"]]


def named(event: Event) -> str:
    """Who started which program, and why it is outside."""
    return f"{event.value['by']} started {event.value['program']}: {event.value['reason']}"


def outside_because(night: History, baseline: History) -> str | None:
    """Why such a night proves nothing: the first program, and what to do; None where there is none."""
    events = outside(night, baseline)
    if not events:
        return None
    others = len({named(event) for event in events}) - 1
    more = f" (and {others} more)" if others else ""
    return f"a program ran outside of the night's time: {named(events[0])}{more}; {events[0].value['todo']}"
