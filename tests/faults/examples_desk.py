"""The faults of the incident desk, with parameters that can act on the reference chain."""

from __future__ import annotations

from harness.faults import (
    DeskDown,
    DeskSlow,
    Fault,
    MailBounces,
    OwnerAway,
    OwnerLeft,
    PageLost,
    PageTwice,
    WrongChannel,
)
from harness.values.units import ClockTime, Duration

EXAMPLES: dict[str, Fault] = {
    "desk_down": DeskDown(at=ClockTime("02:00"), for_=Duration.parse("30m")),
    "desk_slow": DeskSlow(by=Duration.parse("5h"), channel="pages"),
    "page_lost": PageLost(call=1),
    "page_twice": PageTwice(channel="pagerduty"),
    "wrong_channel": WrongChannel(channel="slack", times=2),
    "mail_bounces": MailBounces(chance=0.5),
    "owner_left": OwnerLeft(person="ada"),
    "owner_away": OwnerAway(person="ada", until=ClockTime("04:00")),
}

NEEDS_MORE = {"owner_left", "owner_away"}
"""Those that the reference chain lacks something for: a roster."""
