"""The scheduler's journal on disk: every change, one JSON line each, so that one that is killed goes on where it was.

A line says how something stands now: a job, a schedule, a threshold, a machine. The last line of each is the truth, so
that a line that was cut off by the end of the process costs only what it was about to say.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from harness.mocks.scheduler.daily.jobs import DailyJob

Json = dict[str, Any]


class Journal:
    """A file of a plan and of what has become of it since."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a", encoding="utf-8", buffering=1)
        self._encode = json.JSONEncoder(separators=(",", ":")).encode

    def begin(self, plan: Mapping[str, Any]) -> None:
        """Forget all, and keep a night's plan."""
        self._file.close()
        self._file = self._path.open("w", encoding="utf-8", buffering=1)
        self.keep("plan", "", {"plan": plan})

    def keep(self, kind: str, name: str, content: Json) -> None:
        """Keep how something stands."""
        self._file.write(self._encode([kind, name, content]) + "\n")

    def keep_job(self, job: DailyJob) -> None:
        """Keep how a job stands."""
        self._file.write(self._encode(["job", job.id, job.kept()]) + "\n")

    def close(self) -> None:
        """Write nothing more."""
        self._file.close()

    def read(self) -> dict[str, dict[str, Json]]:
        """The last word on everything, by kind and name, in the order in which each was first spoken of."""
        found: dict[str, dict[str, Json]] = {}
        for kind, name, content in self._lines():
            found.setdefault(kind, {})[name] = content
        return found

    def _lines(self) -> Iterator[tuple[str, str, Json]]:
        for line in self._path.read_text(encoding="utf-8").splitlines():
            try:
                kind, name, content = json.loads(line)
            except ValueError:  # cut off by the end of the process
                continue
            yield kind, name, content
