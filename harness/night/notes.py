"""The events that a night writes itself, beside those of its mocks."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.history import EventType


@dataclass
class Notes:
    """The night's own events; the harness has no clock in the night, so they are dated when time last stopped.

    Their values are what a history file would give back, as those of all other events are: no verdict depends on
    whether a night was lived or read.
    """

    now_ns: int
    records: list[dict[str, Any]] = field(default_factory=list)

    def write(self, action: str, value: Mapping[str, Any], kind: EventType = "info") -> None:
        """One event, now."""
        kept = json.loads(json.dumps(value))
        self.records.append({"at": self.now_ns, "component": "night", "type": kind, "action": action, "value": kept})
