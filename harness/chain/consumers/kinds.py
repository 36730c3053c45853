"""The kinds of consumers that a chain can have, by the word after ``kind``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from harness.chain.consumers.folder import FolderConsumer
from harness.chain.consumers.http import HttpConsumer
from harness.chain.consumers.postgres import PostgresConsumer
from harness.chain.consumers.pull import PullConsumer
from harness.chain.consumers.queue import QueueConsumer
from harness.chain.consumers.rules import DEFAULT_KIND


def _with_kind(data: Any) -> Any:
    return {"kind": DEFAULT_KIND, **data} if isinstance(data, Mapping) else data


AnyConsumer = Annotated[
    Annotated[
        HttpConsumer | PostgresConsumer | FolderConsumer | PullConsumer | QueueConsumer, Field(discriminator="kind")
    ],
    BeforeValidator(_with_kind),
]
"""One of them; who does not say its kind means HTTP."""
