"""What a scheduler that ends in the middle of a night gives to its next process, beside the journal.

It is what is not the scheduler's own: the agents' connections, which an end of the service does not end, and the faults
that the harness has armed.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

RESUMES = "NIGHT_SCHEDULER_RESUMES"
"""The variable that tells a process that it goes on with a night, and where it finds what it is given."""


@dataclass(frozen=True, slots=True)
class Handover:
    """When the next process may come up, its port, the armed orders, and the running attempts by their jobs' ids."""

    up_at_ns: int
    port: int
    orders: list[dict[str, Any]] = field(default_factory=list)
    attempts: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def received(cls) -> Handover | None:
        """What this process was given, if it goes on with a night."""
        path = os.environ.pop(RESUMES, None)
        return cls(**json.loads(Path(path).read_text())) if path else None

    def give(self, folder: Path) -> None:
        """Leave it for the program that replaces this process."""
        path = folder / "handover.json"
        path.write_text(json.dumps(asdict(self)))
        os.environ[RESUMES] = str(path)

    def close(self) -> None:
        """End the agents' connections, because no process goes on with the night."""
        for attempt in self.attempts.values():
            os.close(attempt["descriptor"])
