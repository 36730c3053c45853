"""A daily job: one job of the schedule on one night, and what has become of it so far."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.mocks.armed import Order
from harness.mocks.scheduler.orders import JobOrder
from harness.mocks.scheduler.rules import RuleBook
from harness.mocks.scheduler.status import Status

if TYPE_CHECKING:
    from harness.mocks.scheduler.agent import AgentConnection
    from harness.mocks.scheduler.attempt import Attempt


@dataclass(frozen=True, slots=True)
class Ended:
    """How one turn of a job ended.

    ``when`` is the event that rules wait for (``finished_ok`` is none), ``cause`` what the scheduler knows about it.
    ``killed``: a rule ended it, which is not for Retry on Failure; ``restart``: the same rule starts it again.
    """

    when: str
    cause: str = ""
    killed: bool = False
    restart: bool = False


class DailyJob:
    """The state of a job; ``rank`` is its place in the plan, which breaks ties."""

    def __init__(self, order: JobOrder, rank: int) -> None:
        loop = asyncio.get_running_loop()
        self.order = order
        self.name = order.job
        self.rank = rank
        self.rules = RuleBook(order.rules)
        self.status = Status.QUALIFYING
        self.attempt = 0
        self.retries = 0
        self.not_before_ns = 0
        self.waits_for = ""
        self.last_cause = ""
        self.last_exit: int | None = None
        self.started_ns: int | None = None
        self.ended_ns: int | None = None
        self.running: Attempt | None = None
        self.begun: asyncio.Future[int] = loop.create_future()
        """Done when the job has started once, or never will."""
        self.final: asyncio.Future[int] = loop.create_future()
        """Done when nothing more can happen to the job: 1 when it finished OK, else 0."""
        self.connections: list[AgentConnection] = []
        """One an attempt; when they are closed, whatever is left of the job ends."""
        self._bitten: dict[str, int] = {}

    def may_bite(self, order: Order) -> bool:
        """Whether a fault of the running job acts now: always, or once for each time that its event came.

        An event that froze a job in the middle of its work must not freeze the restarted job at its start as well.
        """
        return order.fired_ns is None or self._bitten.get(order.id) != order.fired_ns

    def bites(self, order: Order) -> bool:
        """`may_bite`, and it does: the event is used up."""
        fresh = self.may_bite(order)
        if order.fired_ns is not None:
            self._bitten[order.id] = order.fired_ns
        return fresh

    def end_processes(self) -> None:
        """The night is over: nothing of the job may outlive it."""
        for connection in self.connections:
            connection.close()
        self.connections.clear()

    def close(self, *, finished_ok: bool) -> None:
        """Nothing more happens to this job tonight."""
        if not self.begun.done():
            self.begun.set_result(0)
        self.final.set_result(int(finished_ok))
