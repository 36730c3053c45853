"""A consumer that takes batches of rows over HTTP, each once for its idempotency key."""

from __future__ import annotations

from typing import Literal

from harness.chain.consumers.consumer import Consumer


class HttpConsumer(Consumer):
    """It is at ``<name>.url``: ``POST /batches``, and ``GET /plan`` for what it holds."""

    kind: Literal["http"] = "http"
