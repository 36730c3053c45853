"""A consumer that takes what jobs push to a list or a stream of a Valkey or Redis, with whatever client they have."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from pydantic import Field

from harness.chain.consumers.consumer import Consumer
from harness.chain.job import Text
from harness.values.strict import Location, get, sequence


class QueueConsumer(Consumer):
    """It takes each message when it comes, and what is done to the list or stream later takes nothing back.

    list, stream: the key that jobs push to, one of the two. A message of a list is a row as an object of JSON, or
    several in a list; an entry of a stream is a row of its fields. business_date, fallback_of: the fields that say of
    which night a row is (none: tonight's), and of which earlier one, where it stands in for that; they are no part of
    the row.
    """

    kind: Literal["queue"]
    list_key: Text | None = Field(None, alias="list")
    stream_key: Text | None = Field(None, alias="stream")
    business_date: Text | None = None
    fallback_of: Text | None = None
    message_id: Text | None = None

    @property
    def queue(self) -> str:
        """The key."""
        return self.list_key or self.stream_key or ""

    @property
    def structure(self) -> Literal["list", "stream"]:
        """What is there."""
        return "list" if self.list_key is not None else "stream"

    @classmethod
    def mistakes_between(cls, data: Any) -> Iterable[tuple[Location, str]]:
        """One key, and fields that say one thing alone."""
        given = [name for name in ("list", "stream") if get(data, name) is not None]
        if len(given) != 1:
            found = "both list and stream" if given else "neither list nor stream"
            yield (*given[1:],), f"found {found}, expected one of them: the key that jobs push to"
        taken: dict[str, str] = {}
        for name in ("business_date", "fallback_of", "message_id"):
            column = get(data, name)
            if not isinstance(column, str):
                continue  # what else it is, the model says
            if column in sequence(data, "key"):
                why = "in which all rows of a night are the same" if name != "message_id" else "which a row must keep"
                yield (name,), f"found the column '{column}' of the key, {why}"
            if column in taken:
                yield (name,), f"found '{column}', which is {taken[column]}'s; expected another field"
            taken.setdefault(column, name)
