"""An example of each fault at consumers, for the contract that all faults keep to."""

from __future__ import annotations

from harness.faults import (
    AnswerLost,
    ConcurrentWriter,
    ConnectionLimit,
    ConsumerDiskFull,
    ConsumerError,
    ConsumerHang,
    ConsumerReadOnly,
    ConsumerReset,
    ConsumerSchemaChanged,
    ConsumerSlow,
    Deadlock,
    DuplicateAccepted,
    Failover,
    Fault,
    HalfStored,
    RowsSwallowed,
    SerializationFailure,
)
from harness.values.units import ClockTime, Duration

EXAMPLES: dict[str, Fault] = {
    "consumer_error": ConsumerError(consumer="planning", status=429, retry_after=Duration.parse("5m"), from_="publish"),
    "consumer_slow": ConsumerSlow(consumer="planning", by=Duration.parse("2m"), at=ClockTime("02:00")),
    "consumer_hang": ConsumerHang(consumer="planning", when="after", call=2),
    "consumer_reset": ConsumerReset(consumer="planning", when="after", times=2),
    "answer_lost": AnswerLost(consumer="planning", times=1),
    "consumer_read_only": ConsumerReadOnly(consumer="planning", for_=Duration.parse("20m")),
    "consumer_schema_changed": ConsumerSchemaChanged(consumer="planning", chance=0.5),
    "half_stored": HalfStored(consumer="planning", part=0.25, call=3),
    "rows_swallowed": RowsSwallowed(consumer="planning", until=ClockTime("04:00")),
    "duplicate_accepted": DuplicateAccepted(consumer="planning", times=1),
    "deadlock": Deadlock(consumer="planning", call=4),
    "serialization_failure": SerializationFailure(consumer="planning", where="statement", times=2),
    "connection_limit": ConnectionLimit(consumer="planning", for_=Duration.parse("5m")),
    "consumer_disk_full": ConsumerDiskFull(consumer="planning", from_="publish"),
    "concurrent_writer": ConcurrentWriter(
        consumer="planning", runs="lock table plan", open=Duration.parse("5m"), when="after", call=1
    ),
    "failover": Failover(consumer="planning", loses=Duration.parse("2s"), call=1),
}
