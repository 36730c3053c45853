"""The scheduler as a program: ``python -m harness.mocks.scheduler``."""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from harness.contract.codec import read, write
from harness.contract.orders import Order
from harness.contract.plan import Plan
from harness.contract.points import CLOCK, POINTS, SCHEDULER
from harness.mocks.core.armed import Json
from harness.mocks.core.mock import Mock
from harness.mocks.core.order import Armed
from harness.mocks.core.program import run
from harness.mocks.core.serving import serve
from harness.mocks.core.until import until
from harness.mocks.scheduler.api import Api
from harness.mocks.scheduler.daily.daily import Daily
from harness.mocks.scheduler.faults.wrong_clock import wrong_clock_environment
from harness.mocks.scheduler.monitor import Monitor
from harness.mocks.scheduler.outside.msgin import Msgin
from harness.mocks.scheduler.paging.desk_client import DeskClient
from harness.mocks.scheduler.paging.pager import Pager
from harness.mocks.scheduler.restart import end, resume
from harness.mocks.scheduler.running.context import Context
from harness.mocks.scheduler.state.handover import Handover
from harness.mocks.scheduler.state.journal import Journal
from harness.mocks.scheduler.timing.agenda import Agenda
from harness.mocks.scheduler.timing.timekeeping import timekeeping

_ANSWERED_WITHIN_NS = 1_000_000_000
_LOOK_AGAIN_NS = 10_000_000


class Scheduler(Mock):
    """The scheduler: starts the night's jobs through the agents as OpCon would."""

    component = "scheduler"
    points = tuple(point for point in POINTS.values() if point.component == "scheduler")

    def __init__(self, options: argparse.Namespace) -> None:
        super().__init__(options)
        self._certificate: Path | None = options.certificate
        self._key: Path | None = options.key
        self._clock = timekeeping()
        # On one host the desk has a port of its own; among containers, a name.
        host = self.host if self.host in ("127.0.0.1", "localhost", "::1") else "desk"
        self._desk_host = host
        self._journal = Journal(self.dir / "scheduler" / "journal.jsonl")
        self._monitor: Monitor | None = None
        self._msgin: Msgin
        self._handover = Handover.received()
        self._coming_up: asyncio.Task[None] | None = None
        self._listen: Callable[[], Awaitable[int]]
        self._restarts: dict[str, int] = {}

    @classmethod
    def options(cls, parser: argparse.ArgumentParser) -> None:
        """TLS, which the vendor's server speaks at port 9010 and not at 9000."""
        parser.add_argument("--certificate", type=Path, help="serve the API over TLS with this certificate (PEM)")
        parser.add_argument("--key", type=Path, help="the certificate's key, where it is not in the same file")

    async def serve(self) -> dict[str, int]:
        """The REST API."""
        self._msgin = Msgin(self.dir / "msgin", self._external, self._no_external)
        tls = None
        if self._certificate is not None:
            import ssl

            tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            tls.load_cert_chain(self._certificate, self._key)
        api = Api(self._with_an_api)
        routes = api.routes()
        if self._handover is None and "plan" not in self._journal.read():
            return {"scheduler": await serve(self, routes, tls=tls, said=api.said)}
        if self._handover is None:
            # Killed from outside in the middle of a night, and started again on the same directory.
            await self._come_up(Handover(0, self.port), lambda: serve(self, routes, tls=tls, said=api.said))
            return {"scheduler": self.port}
        self.port = self._handover.port
        self.armory.restore(self._handover.orders)
        self._listen = lambda: serve(self, routes, tls=tls, said=api.said)
        self._coming_up = self.loop.create_task(self._come_up(self._handover, self._listen))
        return {"scheduler": self.port}

    async def _stop_coming_up(self) -> None:
        """The night is over before the scheduler has come up again: be there for the next one."""
        if self._handover is None or self._coming_up is None or self._coming_up.done():
            return
        self._coming_up.cancel()
        self._handover.close()
        await self._listen()

    async def _come_up(self, handover: Handover, listen: Callable[[], Awaitable[int]]) -> None:
        """Be back when it is time: take up what was stored, then answer clients again."""
        try:
            await until(handover.up_at_ns)
            plan = read(Plan, self._journal.read()["plan"][""]["plan"], "plan")
            self.service_time.begin(plan)
            self._monitor = self._monitor_of(plan)
            await resume(self._monitor, handover.attempts)
            self.port = await listen()
            self.recorder.record("info", "service", {"running": True})
        except Exception as error:  # whatever it is, the night's verdict must not be about it
            self.bug("restart", error)

    def calls(self) -> Mapping[str, Callable[[Json], Awaitable[None]]]:
        """``POST /start``: the night's schedule begins. ``POST /end_job``: end what runs of a job, and say why."""
        return {"start": self._start, "end_job": self._end_job}

    async def reset(self, plan: Plan) -> None:
        """End what is left of the last night, and build the next one's jobs."""
        await self._stop_coming_up()
        if self._monitor is not None:
            self._monitor.stop()
        self._msgin.empty()
        (self.dir / "output").mkdir(exist_ok=True)
        self._journal.begin(write(plan))
        self._monitor = self._monitor_of(plan)
        self._monitor.build()

    async def settle(self) -> None:
        """The night is over: say how every job stands, if its end has not said so, and end what still runs."""
        if self._monitor is not None:
            self._monitor.settle()
            self._monitor.stop()

    async def fired(self, order: Armed[Any]) -> None:
        """Act on the running job that the order is about, or end."""
        if order.point is SCHEDULER:
            self._end_later()
        elif self._monitor is not None:
            self._monitor.fired(order)

    async def disarmed(self, order: Armed[Any]) -> None:
        """Let what the order has frozen go on."""
        if self._monitor is not None:
            self._monitor.disarmed(order)

    def check(self, order: Order) -> None:
        """A clock has limits that are not the contract's."""
        if order.point is CLOCK:
            wrong_clock_environment([order.effect], 0)

    async def armed(self, order: Armed[Any]) -> None:
        """An order for the scheduler itself acts at its time."""
        if order.point is SCHEDULER and order.trigger.at_ns is not None:
            self._restarts[order.id] = order.trigger.at_ns

    def _end_later(self, at_ns: int = 0) -> None:
        """End in a second, so that the request that fires the order is answered by then."""
        if self._monitor is not None:
            at_ns = max(at_ns, time.time_ns() + _ANSWERED_WITHIN_NS)
            self._monitor.context.agenda.at(at_ns, self._end, background=True)

    def _end(self) -> None:
        monitor = self._monitor
        if monitor is None:
            return
        if not monitor.idle:
            # In the middle of a launch the clock is held, and would stay so.
            monitor.context.agenda.at(time.time_ns() + _LOOK_AGAIN_NS, self._end, background=True)
            return
        acting = self.armory.act(SCHEDULER)
        if not acting:
            return
        self.recorder.record("info", "service", {"running": False})
        up_at_ns = time.time_ns() + max(order.effect.down_ns for order in acting)
        end(monitor, self.armory, self.dir / "scheduler", port=self.endpoints["scheduler"], up_at_ns=up_at_ns)

    def state(self) -> Json:
        """Every job with its status."""
        jobs = self._monitor.context.daily.jobs.values() if self._monitor else ()
        return {"jobs": {job.name: {"status": job.status.text, "attempt": job.attempt} for job in jobs}}

    def bug(self, where: str, error: BaseException) -> None:
        """Record an unexpected exception, and end the night."""
        super().bug(where, error)
        self._clock.stop("bug")

    def _external(self, event: str, user: str) -> None:
        """An event from the MSGIN directory."""
        if self._monitor is not None and user.lower() not in self._monitor.context.plan.disabled_users:
            self._monitor.opcon_events.carry_out(event, by=f"{user} by MSGIN")
            self._monitor.turn()
        else:
            self._no_external(event, f"{user} may not send events now")

    def _no_external(self, event: str, why: str) -> None:
        self.recorder.record("fail", "event", {"event": event, "by": "MSGIN"}, error=why)

    def _monitor_of(self, plan: Plan) -> Monitor:
        """The monitor of a night with its neighbours; what rings or delivers lets it take a turn."""

        def turn() -> None:
            if self._monitor is not None and self._monitor.context is context:
                self._monitor.turn()

        context = Context(
            plan=plan,
            folder=self.dir,
            recorder=self.recorder,
            armory=self.armory,
            agenda=Agenda(turn, bug=self.bug),
            pager=Pager(DeskClient(self.dir / "control" / "desk.sock", host=self._desk_host), turn, bug=self.bug),
            clock=self._clock,
            journal=self._journal,
            daily=Daily(),
            bug=self.bug,
        )
        return Monitor(context)

    def _with_an_api(self) -> Monitor | None:
        """The monitor, unless cron is the scheduler: cron has no API."""
        return None if self._monitor is None or self._monitor.context.plan.is_crontab else self._monitor

    async def _start(self, _: Json) -> None:
        if self._monitor is None or self._monitor.schedules.begun:
            raise RuntimeError("start: expected one start after each reset")
        self._monitor.start()
        for at_ns in self._restarts.values():
            self._end_later(at_ns)
        self._restarts.clear()

    async def _end_job(self, told: Json) -> None:
        if self._monitor is not None:
            self._monitor.end_job(told["job"], told["why"])


if __name__ == "__main__":
    run(Scheduler)
