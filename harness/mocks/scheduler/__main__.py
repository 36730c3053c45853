"""The scheduler as a program: ``python -m harness.mocks.scheduler``."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from harness.mocks.armed import Json, Order
from harness.mocks.control import Mock, run
from harness.mocks.scheduler import landing
from harness.mocks.scheduler.agenda import Agenda
from harness.mocks.scheduler.api import Api
from harness.mocks.scheduler.desk import Desk
from harness.mocks.scheduler.engine import Schedule
from harness.mocks.scheduler.night import Night
from harness.mocks.scheduler.orders import NightOrder
from harness.mocks.scheduler.skewed import skewed
from harness.mocks.scheduler.timekeeping import timekeeping
from harness.mocks.serving import serve

LAUNCH_CAUSES = ("agent_away", "program_not_found", "permission_denied", "dies_at_once")


class Scheduler(Mock):
    """The scheduler: starts the night's jobs through the agents as OpCon would."""

    component = "scheduler"
    points = frozenset({"launch", "clock", "disk", "started"})

    def __init__(self, options: argparse.Namespace) -> None:
        super().__init__(options)
        self._clock = timekeeping()
        # On one host the desk has a port of its own; among containers, a name.
        host = self.host if self.host in ("127.0.0.1", "localhost", "::1") else "desk"
        self._desk = Desk(self.dir / "control" / "desk.sock", host=host)
        self._agenda = Agenda()
        self._schedule: Schedule | None = None
        self._running: asyncio.Task[None] | None = None

    async def serve(self) -> dict[str, int]:
        """The read-only API."""
        return {"scheduler": await serve(self, Api(lambda: self._schedule).routes())}

    def calls(self) -> Mapping[str, Callable[[Json], Awaitable[None]]]:
        """``POST /start``: the night's schedule begins."""
        return {"start": self._start}

    async def reset(self, plan: Json) -> None:
        """End what is left of the last night, and build the next one's jobs."""
        await self._end()
        order = NightOrder.of(plan)
        self._desk.settle_at(order.desk)
        (self.dir / "output").mkdir(exist_ok=True)
        self._schedule = Schedule(
            Night(order, self.dir, self.recorder, self.armory, self._agenda, self._desk, self._clock, self.bug)
        )

    async def settle(self) -> None:
        """The night is over: say how every job stands, if its end has not said so, and end what still runs."""
        if self._schedule is not None:
            self._schedule.record_left_behind()
            self._schedule.record_end(complete=False)
        await self._end()

    async def fired(self, order: Order) -> None:
        """Act on the running job that the order is about."""
        if self._schedule is not None:
            self._schedule.fired(order)

    async def disarmed(self, order: Order) -> None:
        """Let what the order has frozen go on."""
        if self._schedule is not None:
            self._schedule.disarmed(order)

    def check(self, order: Order) -> None:
        """Each point has one effect."""
        if order.point == "launch" and order.effect.get("cause") not in LAUNCH_CAUSES:
            raise ValueError(f"launch: unknown cause {order.effect.get('cause')!r}; known: {list(LAUNCH_CAUSES)}")
        if order.point == "clock":
            skewed([order], 0)
        if order.point == "disk":
            landing.check(order.effect)
        freeze_ns = order.effect.get("freeze_ns")
        if order.point == "started" and not (isinstance(freeze_ns, int) and freeze_ns > 0):
            raise ValueError(f"started: found freeze_ns {freeze_ns!r}, expected a number of nanoseconds above 0")

    def state(self) -> Json:
        """Every job with its status."""
        jobs = self._schedule.jobs.values() if self._schedule else ()
        return {"jobs": {job.name: {"status": job.status.text, "attempt": job.attempt} for job in jobs}}

    def bug(self, where: str, error: BaseException) -> None:
        """Record the exception that matters, without the groups that tasks wrap around it, and end the night."""
        while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
            error = error.exceptions[0]
        super().bug(where, error)
        self._clock.stop("bug")

    async def _start(self, _: Json) -> None:
        if self._schedule is None or self._running is not None:
            raise RuntimeError("start: expected one start after each reset")
        self._running = asyncio.create_task(self._live(self._schedule))

    async def _live(self, schedule: Schedule) -> None:
        try:
            await schedule.run()
        except Exception as error:  # whatever it is, the night's verdict must not be about it
            self.bug("schedule", error)

    async def _end(self) -> None:
        if self._running is not None:
            self._running.cancel()
            with suppress(asyncio.CancelledError):
                await self._running
            self._running = None
        if self._schedule is not None:
            self._schedule.end_processes()
        self._agenda.clear()


if __name__ == "__main__":
    run(Scheduler)
