"""What the desk records of a chain with a roster, as lines of hand-written histories."""

from __future__ import annotations

from typing import Any

from harness.checks import CHECKS
from harness.testing.histories import Line
from tests.checks.nights import BASELINE, night, paged


def told(clock: str, person: str | None = "ada", number: int = 1, **more: Any) -> Line:
    """A page, and who was told."""
    at, component, what, value = paged(clock, f"it is truncated {'again and ' * (number - 1)}")
    return at, component, what, value | {"number": number, "told": person, "escalate_after_s": 900} | more


def acknowledged(clock: str, by: str = "ada", number: int = 1) -> Line:
    return clock, "desk", "acknowledge ok", {"owner": "data-ops", "job": "retrieve", "number": number, "by": by}


def escalated(clock: str, to: str | None = "bob", number: int = 1, **more: Any) -> Line:
    value = {"owner": "data-ops", "job": "retrieve", "number": number, "after_s": 900} | more
    return clock, "desk", "escalate ok" if to else "escalate fail", value | ({"told": to} if to else {})


def judged(check: str, *lines: Line) -> str:
    """State and sentence of what a check finds in a night of these lines."""
    found = CHECKS[check].where_it_applies(night(*lines), BASELINE)
    return "does not apply" if found is None else f"{found.state}: {found.said}"
