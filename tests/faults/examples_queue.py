"""An example of each fault at queues, for the contract that all faults keep to."""

from __future__ import annotations

from harness.faults import ConsumerOutOfMemory, Fault, LostConsumerGroup, OutOfOrderMessages, Redelivery
from harness.values.units import ClockTime, Duration

EXAMPLES: dict[str, Fault] = {
    "redelivery": Redelivery(consumer="bus", messages=3, from_="load", call=2),
    "out_of_order_messages": OutOfOrderMessages(consumer="bus", messages=2, times=1),
    "lost_consumer_group": LostConsumerGroup(consumer="bus", lost="stream", at=ClockTime("02:00")),
    "consumer_out_of_memory": ConsumerOutOfMemory(consumer="bus", for_=Duration.parse("20m")),
}

CHAIN = "queue.yaml"
"""The variant of the reference chain that they can act on: it has a stream from which a job takes."""
