"""Queries: a driver that asks gets the result within 45 s, or is told to ask again."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web

from harness.mocks.source.snowflake import answers
from harness.mocks.source.snowflake.errors import Refused
from harness.mocks.source.snowflake.sessions import Session

HOLD_S = 45.0
"""How long a request for a result waits before it is answered "in progress", as a real account does."""

CANCELLED = ("000604", "SQL execution canceled")
TIMED_OUT = "000630"


@dataclass
class Query:
    """A statement that runs until ``ends_ns`` (None: for ever); ``answer`` makes its answer when it has ended.

    After ``limit_s`` seconds, its session's STATEMENT_TIMEOUT_IN_SECONDS, the account cancels it by itself.
    """

    id: str
    request_id: str
    session: Session
    sql: str
    ends_ns: int | None
    limit_s: int
    answer: Callable[[], web.Response]
    detached: bool = False
    cancelled: asyncio.Event = field(default_factory=asyncio.Event)
    begun_ns: int = field(default_factory=time.time_ns)

    @property
    def runs_until_ns(self) -> int:
        """When it ends, unless it is cancelled."""
        limit_ns = self.begun_ns + self.limit_s * 10**9
        return limit_ns if self.ends_ns is None else min(limit_ns, self.ends_ns)

    @property
    def ended(self) -> bool:
        """Whether it runs no more."""
        return self.cancelled.is_set() or time.time_ns() >= self.runs_until_ns

    @property
    def timed_out(self) -> bool:
        """Whether it was its session's limit that ended it."""
        return self.ended and self.runs_until_ns != self.ends_ns

    @property
    def status(self) -> str:
        """As ``/monitoring/queries`` calls it."""
        if self.cancelled.is_set():
            return "ABORTED"
        if self.timed_out:
            return "FAILED_WITH_ERROR"
        return "SUCCESS" if self.ended else "RUNNING"


class Queries:
    """Every query of the night, by its id."""

    def __init__(self) -> None:
        self._queries: dict[str, Query] = {}
        self._count = itertools.count(1)

    def reset(self) -> None:
        """Begin a night: the last one's queries are cancelled."""
        for query in self._queries.values():
            query.cancelled.set()
        self._queries.clear()
        self._count = itertools.count(1)

    def next_id(self) -> str:
        """An id in a real one's form; counted, so that the same night has the same ids."""
        return f"01b00000-0000-0000-0000-{next(self._count):012x}"

    def begin(self, query: Query) -> None:
        """A query has started."""
        self._queries[query.id] = query

    def find(self, query_id: str) -> Query:
        """The query of that id."""
        query = self._queries.get(query_id)
        if query is None:
            raise Refused("000709", f"Statement {query_id} not found")
        return query

    def abort(self, request_id: str, query_id: str | None = None) -> None:
        """Cancel what a request began, or the query of that id; one that has ended stays as it is."""
        for query in self._queries.values():
            if not query.ended and (query.request_id == request_id or query.id == query_id):
                query.cancelled.set()

    async def outcome(self, query: Query) -> web.Response:
        """The query's answer, or after a while that it has none yet."""
        if query.detached:
            query.detached = False
            return answers.in_progress(query.id, answers.IN_PROGRESS_ASYNC)
        until_ns = min(time.time_ns() + int(HOLD_S * 1e9), query.runs_until_ns)
        while not query.ended and (left_ns := until_ns - time.time_ns()) > 0:
            try:
                await asyncio.wait_for(query.cancelled.wait(), left_ns / 1e9)
            except TimeoutError:
                continue
        if query.cancelled.is_set():
            raise Refused(*CANCELLED, queryId=query.id, sqlState="57014")
        if query.timed_out:
            limit = f"its statement or warehouse timeout of {query.limit_s} second(s)"
            said = f"Statement reached {limit} and was canceled."
            raise Refused(TIMED_OUT, said, queryId=query.id, sqlState="57014")
        return query.answer() if query.ended else answers.in_progress(query.id, answers.IN_PROGRESS)
