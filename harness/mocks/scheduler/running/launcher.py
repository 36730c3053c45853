"""Starts jobs on their machines, one after the other, and tells the engine what came of it."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any

from harness.contract.effects.scheduler import Freeze
from harness.contract.points import STARTED
from harness.mocks.scheduler.daily.daily import DailyJob
from harness.mocks.scheduler.daily.status import Status
from harness.mocks.scheduler.running.agent import AgentAway, AgentLost, LaunchRefused, Process
from harness.mocks.scheduler.running.attempt import Attempt

if TYPE_CHECKING:
    from harness.mocks.scheduler.monitor import Engine

CHECK_AGAIN_NS = 5 * 60_000_000_000
"""OpCon's "minutes between checking running jobs": so long after the order it asks what has become of the start."""


class Launcher:
    """Jobs that have qualified, in the order in which they did.

    One at a time, because the answers of several agents at once would come in an order that another run of the same
    night would not repeat.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._night = engine.night
        self._queue: deque[Callable[[], Coroutine[None, None, None]]] = deque()
        self._task: asyncio.Task[None] | None = None

    @property
    def idle(self) -> bool:
        """Whether no job is about to be started."""
        return self._task is None

    def start(self, job: DailyJob) -> None:
        """The job has qualified: it takes its slot and its resources, and is started in its turn."""
        self._engine.shared.take(job)
        job.starting = True
        self._engine.became(job)  # those in conflict with it must wait from now on
        self._then(lambda: self._start(job))

    def stop(self) -> None:
        """Start nothing more."""
        self._queue.clear()
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _work(self) -> None:
        while self._queue:
            step = self._queue.popleft()
            try:
                await step()
            except Exception as error:  # whatever it is, the night's verdict must not be about it
                self._night.bug("launch", error)
            # Between two launches the event loop has other work: ends of jobs, clients that ask.
            await asyncio.sleep(0)
            self._engine.turn()
        self._task = None
        self._engine.turn()

    async def _start(self, job: DailyJob) -> None:
        if not job.starting or not job.status.waiting:
            self._give_up(job)  # somebody has held, cancelled or skipped it while it stood in the queue
        elif job.order.is_null:
            self._run_null(job)
        elif job.order.file_arrival is not None:
            self._begin(job)
            self._engine.runs.watch_for_file(job)
        else:
            await self._launch(job)

    def _run_null(self, job: DailyJob) -> None:
        """A Null Job starts and finishes in one moment."""
        self._begin(job)
        job.attempt = self._night.daily.next_attempt(job)
        self._engine.runs.started(job)
        self._engine.runs.exited(job, 0)

    async def _launch(self, job: DailyJob) -> None:
        night = self._night
        attempt = Attempt(night, job)
        if attempt.never_submitted:
            self._give_up(job)
            night.show(job, Status.RELEASED)
            job.alarm = night.agenda.at(time.time_ns() + CHECK_AGAIN_NS, lambda: self._engine.qualifying.ask(job))
            return
        try:
            process = await Process.connect(attempt.socket())
        except AgentAway as away:
            self._give_up(job)
            if not attempt.agent_is_away:
                raise
            self._engine.qualifying.machine_away(job, f"the agent is away: {away}")
            return
        self._begin(job)
        job.attempt = attempt.number
        job.attempts.append(attempt)
        job.started_ns = None
        night.show(job, Status.ATTEMPT_TO_START)
        if job.order.prerun:
            await self._prerun(job, attempt, process)
        else:
            await self._order(job, attempt, process)

    async def _order(self, job: DailyJob, attempt: Attempt, process: Process) -> None:
        """Give the agent its order, and take its answer."""
        night = self._night
        value: dict[str, Any] = {"job": job.name, "attempt": job.attempt}
        night.recorder.record("invoke", "launch", value)
        if attempt.order_is_lost:
            process.close()
            night.show(job, Status.START_ATTEMPTED)
            self._engine.runs.awaits_start(job)
            return
        # Asked before the fault acts, which needs a job that has started: so the agent stops the job at its very first
        # instructions, and how far it comes does not depend on how busy the machine is.
        acting = night.armory.would_act(STARTED, job=job.name)
        attempt.begins_frozen = any(job.may_act(order) and isinstance(order.effect, Freeze) for order in acting)
        launch = attempt.launch(job.order.run)
        try:
            if (refused := attempt.refusal()) is not None:
                process.close()
                raise refused
            # From the order to the job's first instruction no time may pass.
            with night.clock.hold():
                night.show(job, Status.START_ATTEMPTED)
                with attempt.mistimed(launch) as mistimed:
                    await process.launch(mistimed, frozen=attempt.begins_frozen)
                if attempt.doubled:
                    attempt.beside.append(await self._second(attempt, job))
        except LaunchRefused as refusal:
            attempt.mend_all()
            cause = attempt.why_refused(refusal, launch.run[0])
            night.recorder.record("fail", "launch", value, error=cause)
            self._engine.runs.could_not_start(job, cause)
            return
        attempt.process, job.pid = process, process.pid
        process.ended = lambda code: self._engine.runs.ended(job, attempt, code)
        night.recorder.record("ok", "launch", value | {"pid": process.pid})
        if attempt.never_told:
            self._engine.runs.awaits_start(job)
        else:
            self._engine.runs.started(job, attempt)

    async def _second(self, attempt: Attempt, job: DailyJob) -> Process:
        """The same order, taken a second time by the agent: nobody watches what comes of it."""
        second = await Process.connect(attempt.socket())
        await second.launch(attempt.launch(job.order.run, output=".twice"))
        return second

    async def _prerun(self, job: DailyJob, attempt: Attempt, process: Process) -> None:
        """The pre-run program first; the job itself when that has ended well."""
        night = self._night
        prerun = await Process.connect(attempt.socket())
        attempt.beside.append(prerun)
        night.show(job, Status.PRERUN_ACTIVE)
        try:
            with night.clock.hold(), attempt.mistimed(attempt.launch(job.order.prerun, output=".prerun")) as launch:
                await prerun.launch(launch)
        except LaunchRefused as refusal:
            process.close()
            self._engine.runs.could_not_start(job, f"pre-run: {attempt.why_refused(refusal, job.order.prerun[0])}")
            return

        def ended(code: int | AgentLost) -> None:
            if job.status is not Status.PRERUN_ACTIVE or code != 0:
                process.close()
                self._engine.runs.prerun_failed(job, code)
            else:
                self._then(lambda: self._order(job, attempt, process))

        prerun.ended = ended

    def _then(self, step: Callable[[], Coroutine[None, None, None]]) -> None:
        self._queue.append(step)
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._work())

    def _begin(self, job: DailyJob) -> None:
        job.starting = False
        self._engine.qualifying.forget_late_start(job)
        job.late = False

    def _give_up(self, job: DailyJob) -> None:
        if job.starting:
            job.starting = False
            self._engine.gave_back(job)
