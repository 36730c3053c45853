"""The statuses of a daily job: OpCon's texts, numeric ids and categories."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

STARTED = 900
"""The start status of every job that waits for nothing any more."""


class _Row(NamedTuple):
    text: str
    category: str
    id: int
    start_id: int = STARTED
    """Of a job that has not started (id 0), what it waits for."""


class Status(Enum):
    """What OpCon shows for a job, word for word: its clients turn an unknown text into an error."""

    ON_HOLD = _Row("On Hold", "Held", 0, 0)
    UNDER_CONSTRUCTION = _Row("Under Construction", "Waiting", 0, 90)
    QUALIFYING = _Row("Qualifying", "Waiting", 0, 99)
    RELEASED = _Row("Released", "Waiting", 0, 100)
    WAIT_START_TIME = _Row("Wait Start Time", "Waiting", 0, 110)
    WAIT_JOB_DEPENDENCY = _Row("Wait Job Dependency", "Waiting", 0, 120)
    WAIT_EXPRESSION = _Row("Wait Expression Dependency", "Waiting", 0, 125)
    WAIT_THRESHOLD_RESOURCE = _Row("Wait Threshold/Resource Dependency", "Waiting", 0, 130)
    WAIT_MACHINE = _Row("Wait Machine", "Waiting", 0, 140)
    WAIT_JOB_CONFLICT = _Row("Wait Job Conflict", "Waiting", 0, 150)
    TO_BE_SKIPPED = _Row("Job to be Skipped", "Waiting", 0, 160)
    LATE_TO_START = _Row("Late to Start", "Waiting", 0, 170)
    FORCED = _Row("Wait to Start; Forced", "Waiting", 0, 901)
    ATTEMPT_TO_START = _Row("Attempt to Start", "Running", 100)
    START_ATTEMPTED = _Row("Start Attempted", "Running", 200)
    STILL_ATTEMPTING_START = _Row("Still Attempting Start", "Running", 205)
    INITIALIZATION_ERROR = _Row("Initialization Error", "Failed", 210)
    PRERUN_ACTIVE = _Row("Prerun Active", "Running", 300)
    PRERUN_FAILED = _Row("Prerun Failed", "Waiting", 350)
    JOB_RUNNING = _Row("Job Running", "Running", 500)
    LATE_TO_FINISH = _Row("Job Running; Late to Finish", "Running", 510)
    TO_BE_TERMINATED = _Row("Job Running; To be terminated", "Running", 550)
    FINISHED_OK_EVENTS = _Row("Finished OK; Processing Events", "Finished Ok", 820)
    MARKED_FINISHED_OK_EVENTS = _Row("Marked Finished OK; Processing Events", "Finished Ok", 821)
    FAILED_EVENTS = _Row("Failed; Processing Events", "Failed", 830)
    MARKED_FAILED_EVENTS = _Row("Marked Failed; Processing Events", "Failed", 831)
    SKIPPED_EVENTS = _Row("Skipped; Processing Events", "Skipped", 840)
    UNDER_REVIEW_EVENTS = _Row("Under Review; Processing Events", "Under Review", 842)
    FIXED_EVENTS = _Row("Fixed; Processing Events", "Fixed", 843)
    FINISHED_OK = _Row("Finished OK", "Finished Ok", 900)
    FAILED = _Row("Failed", "Failed", 910)
    MARKED_FINISHED_OK = _Row("Marked Finished OK", "Finished Ok", 920)
    MARKED_FAILED = _Row("Marked Failed", "Failed", 921)
    SKIPPED = _Row("Skipped", "Skipped", 940)
    UNDER_REVIEW = _Row("Under Review", "Under Review", 942)
    FIXED = _Row("Fixed", "Fixed", 943)
    CANCELLED = _Row("Cancelled", "Cancelled", 950)
    MISSED_START_TIME = _Row("Missed Start Time", "Missed Start Time", 960)

    # Plain attributes, because a night of ten thousand jobs reads them half a million times.
    text: str
    category: str
    id: int
    start_id: int
    code: int

    def __init__(self, text: str, category: str, number: int, start_id: int = STARTED) -> None:
        self.text = text
        """The description on the wire."""
        self.category = category
        """The group that clients filter by."""
        self.id = number
        """The job status: 0 for everything before the start is attempted."""
        self.start_id = start_id
        """The start status, which tells the waiting ones apart."""
        self.code = number or start_id
        """One number for the history: the id, or the start status of a job that waits."""

    @property
    def terminal(self) -> bool:
        """Whether the job stays so until a client, an operator or a rule acts on it."""
        return self.id == Status.INITIALIZATION_ERROR.id or self.id >= Status.FINISHED_OK.id

    @property
    def waiting(self) -> bool:
        """Whether the job is still to be started, and qualifies by itself."""
        return self.category == "Waiting" and self is not Status.PRERUN_FAILED

    @property
    def running(self) -> bool:
        """Whether an attempt is under way."""
        return self.category == "Running"


EVENTS_OF = {
    Status.FINISHED_OK: Status.FINISHED_OK_EVENTS,
    Status.FAILED: Status.FAILED_EVENTS,
    Status.MARKED_FINISHED_OK: Status.MARKED_FINISHED_OK_EVENTS,
    Status.MARKED_FAILED: Status.MARKED_FAILED_EVENTS,
    Status.SKIPPED: Status.SKIPPED_EVENTS,
    Status.UNDER_REVIEW: Status.UNDER_REVIEW_EVENTS,
    Status.FIXED: Status.FIXED_EVENTS,
}
"""What a job shows while the events of its end are carried out; it is passed only by jobs that have events."""

RUNNING = tuple(status for status in Status if status.running)
"""An attempt is under way."""

FAILED = tuple(status for status in Status if status.category == "Failed")
"""What clients count as failed."""

PREDECESSOR_OK = frozenset({Status.FINISHED_OK, Status.MARKED_FINISHED_OK, Status.SKIPPED, Status.FIXED})
"""A dependency on Finished OK is met: cancelled jobs are not among them, skipped ones are."""

PREDECESSOR_FAILED = frozenset({Status.FAILED, Status.MARKED_FAILED, Status.INITIALIZATION_ERROR})
"""A dependency on Failed is met."""

SCHEDULE_CATEGORY = {
    "Wait to Start": "Waiting",
    "Wait Container Job": "Waiting",
    "On Hold": "Held",
    "Parent Hold": "Held",
    "Starting": "Running",
    "In Process": "Running",
    "Started by User": "Running",
    "Started by Container Job": "Running",
    "Completed; Processing Events": "Finished Ok",
    "Completed": "Finished Ok",
}
"""The statuses of a daily schedule."""

SCHEDULE_ID = {text: number for number, text in enumerate(SCHEDULE_CATEGORY)} | {"Parent Hold": 15}
"""Numbers of our own for all but Parent Hold, whose number the vendor's Java client knows: the others read the text."""
