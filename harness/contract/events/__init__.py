"""The history's format: every event that a night may record, by who records it, and the version of it all.

From version 1 on events may be added. Whatever else changes (a field more, less, or of another kind in an event that is
known, an event or a type of it less) is a new version, and is told in the changelog.
"""

from collections.abc import Mapping

from harness.contract.events.neighbours import CONSUMER, CONSUMERS, DESK, FOLDERS
from harness.contract.events.night import NIGHT
from harness.contract.events.scheduler import OPERATOR, SCHEDULER
from harness.contract.events.source import SOURCE, WIRE
from harness.contract.events.vocabulary import EventType, Happening

__all__ = ["CONSUMER", "EVENTS", "HISTORY_FORMAT", "HISTORY_VERSION", "EventType", "Happening"]

HISTORY_FORMAT = "night-harness-history"
"""What a history file calls its format, in its first line."""

HISTORY_VERSION = 2
"""The version of the format that is written here, and the only one that is read."""

EVENTS: Mapping[str, Mapping[str, Happening]] = {
    "night": NIGHT,
    "source": SOURCE,
    "wire": WIRE,
    "scheduler": SCHEDULER,
    "operator": OPERATOR,
    "desk": DESK,
    "folders": FOLDERS,
    "consumers": CONSUMERS,
}
"""By component and action; what consumers record under their own names is `CONSUMER`."""
