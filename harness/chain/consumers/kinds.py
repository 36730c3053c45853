"""The kinds of consumers that a chain can have, by the word after ``kind``."""

from __future__ import annotations

from harness.chain.consumers.http import HttpConsumer

AnyConsumer = HttpConsumer
"""One of them."""
