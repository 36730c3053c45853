"""A consumer that takes batches of rows over HTTP, each once for its idempotency key."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from harness.chain.consumers.consumer import Consumer
from harness.chain.job import Texts
from harness.contract.consumers import Auth


class HttpConsumer(Consumer):
    """It is at ``<name>.url``: ``POST /batches``; ``GET`` and ``DELETE /plan``; and ``GET /rows``, page by page.

    auth: it lets in who shows ``<name>.token`` (bearer), or ``<name>.user`` and ``<name>.password`` (basic); left out:
    anybody. page_rows: how many rows a page of ``/rows`` has. versions: who changes the plan of a date says in If-Match
    which version of it, as its ETag. required: a row without a value in these columns is refused (422). unique: so is
    one whose values in these columns are there already for the same date (409).
    """

    kind: Literal["http"] = "http"
    auth: Auth | None = None
    page_rows: Annotated[int, Field(ge=1)] = 1_000
    versions: bool = False
    required: Texts = ()
    unique: Texts = ()
