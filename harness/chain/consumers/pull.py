"""A consumer that fetches a file at a time of its own, whatever is there then."""

from __future__ import annotations

from typing import Literal

from harness.chain.consumers.file_form import FileConsumer
from harness.values.units import ClockTime


class PullConsumer(FileConsumer):
    """It looks once, at that time of the night, and does not come again."""

    kind: Literal["pull"]
    at: ClockTime
