"""The statuses of a daily job: OpCon's texts, numeric ids and categories."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class _Row(NamedTuple):
    text: str
    category: str
    id: int
    start_id: int = 900
    """Of a job that has not started (id 0), what it waits for; 900 for every other."""


class Status(Enum):
    """What OpCon shows for a job, word for word: its clients turn an unknown text into an error."""

    LATE_TO_START = _Row("Late to Start", "Waiting", 0, 170)
    QUALIFYING = _Row("Qualifying", "Waiting", 0, 99)
    WAIT_START_TIME = _Row("Wait Start Time", "Waiting", 0, 110)
    WAIT_JOB_DEPENDENCY = _Row("Wait Job Dependency", "Waiting", 0, 120)
    WAIT_MACHINE = _Row("Wait Machine", "Waiting", 0, 140)
    ATTEMPT_TO_START = _Row("Attempt to Start", "Running", 100)
    START_ATTEMPTED = _Row("Start Attempted", "Running", 200)
    INITIALIZATION_ERROR = _Row("Initialization Error", "Failed", 210)
    JOB_RUNNING = _Row("Job Running", "Running", 500)
    TO_BE_TERMINATED = _Row("Job Running; To be terminated", "Running", 550)
    FINISHED_OK = _Row("Finished OK", "Finished Ok", 900)
    FAILED = _Row("Failed", "Failed", 910)
    MISSED_START_TIME = _Row("Missed Start Time", "Missed Start Time", 960)

    @property
    def text(self) -> str:
        """The description on the wire."""
        return self.value.text

    @property
    def category(self) -> str:
        """The group that clients filter by."""
        return self.value.category

    @property
    def id(self) -> int:
        """The job status: 0 for everything before the start is attempted."""
        return self.value.id

    @property
    def start_id(self) -> int:
        """The start status, which tells the waiting ones apart."""
        return self.value.start_id

    @property
    def code(self) -> int:
        """One number for the history: the id, or the start status of a job that waits."""
        return self.id or self.start_id
