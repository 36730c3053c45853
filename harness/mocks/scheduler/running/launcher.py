"""Starts jobs on their machines, one after the other, and tells the runs what came of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from harness.mocks.scheduler.daily.jobs import DailyJob
from harness.mocks.scheduler.daily.shared_resources import Shared
from harness.mocks.scheduler.daily.status import Status
from harness.mocks.scheduler.faults.freeze_and_crash import freezes_at_start
from harness.mocks.scheduler.running.agent import AgentAway, AgentLost, LaunchRefused, Process
from harness.mocks.scheduler.running.attempt import Attempt
from harness.mocks.scheduler.running.candidates import Candidates
from harness.mocks.scheduler.running.context import Context
from harness.mocks.scheduler.running.late_start import LateStartWatch
from harness.mocks.scheduler.running.launch_order import LaunchOrder, Step
from harness.mocks.scheduler.running.qualifying import Qualifying
from harness.mocks.scheduler.running.runs import ANSWER_WITHIN_NS, Runs
from harness.mocks.scheduler.timing.timekeeping import RealTime


class Launcher:
    """Starts the jobs that have qualified, in the order in which they did or in another one (`LaunchOrder`).

    One at a time, because the answers of several agents at once would come in an order that another run of the same
    night would not repeat. ``turn`` lets the scheduler go on after each.
    """

    def __init__(
        self,
        context: Context,
        shared: Shared,
        candidates: Candidates,
        late_start: LateStartWatch,
        qualifying: Qualifying,
        runs: Runs,
        *,
        turn: Callable[[], None],
    ) -> None:
        self._context = context
        self._shared = shared
        self._candidates = candidates
        self._late_start = late_start
        self._qualifying = qualifying
        self._runs = runs
        self._turn = turn
        self._order = LaunchOrder(
            context.plan.seed, context.plan.order, virtual=not isinstance(context.clock, RealTime)
        )
        self._queue: list[tuple[str, Step]] = []
        self._task: asyncio.Task[None] | None = None

    @property
    def idle(self) -> bool:
        """Whether no job is about to be started."""
        return self._task is None

    def start(self, job: DailyJob) -> None:
        """The job has qualified: it takes its slot and its resources, and is started in its turn."""
        self._shared.take(job)
        job.starting = True
        self._candidates.ask_successors(job)  # those in conflict with it must wait from now on
        self._then(job, lambda: self._start(job))

    def stop(self) -> None:
        """Start nothing more."""
        self._queue.clear()
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _work(self) -> None:
        while self._queue:
            together, self._queue = self._order.of(self._queue), []
            for _, step in together:
                try:
                    await step()
                except Exception as error:  # whatever it is, the night's verdict must not be about it
                    self._context.bug("launch", error)
                # Between two launches the event loop has other work: ends of jobs, clients that ask.
                await asyncio.sleep(0)
                self._turn()
        self._task = None
        self._turn()

    async def _start(self, job: DailyJob) -> None:
        if not job.master.is_null and job.master.file_arrival is None:
            await self._order.wait(job.name)
        if not job.starting or not job.status.waiting:
            self._give_up(job)  # it was held, cancelled or skipped while it stood in the queue
        elif job.master.is_null:
            self._run_null(job)
        elif job.master.file_arrival is not None:
            self._begin(job)
            self._runs.watch_for_file(job)
        else:
            await self._launch(job)

    def _run_null(self, job: DailyJob) -> None:
        """A Null Job starts and finishes in one moment."""
        self._begin(job)
        job.attempt = self._context.daily.next_attempt(job)
        self._runs.started(job)
        self._runs.exited(job, 0)

    async def _launch(self, job: DailyJob) -> None:
        context = self._context
        attempt = Attempt.of_next(context, job)
        if attempt.failure.never_submitted:
            self._give_up(job)
            context.show(job, Status.RELEASED)
            job.alarm = context.agenda.at(time.time_ns() + ANSWER_WITHIN_NS, lambda: self._qualifying.ask(job))
            return
        try:
            process = await Process.connect(attempt.socket())
        except AgentAway as away:
            self._give_up(job)
            if not attempt.failure.agent_is_away:
                raise
            self._qualifying.machine_away(job, f"the agent is away: {away}")
            return
        self._order.launched(job.name, attempt.number)
        self._begin(job)
        job.attempt = attempt.number
        job.attempts.append(attempt)
        job.started_ns = None
        context.show(job, Status.ATTEMPT_TO_START)
        if job.master.prerun:
            await self._prerun(job, attempt, process)
        else:
            await self._start_program(job, attempt, process)

    async def _start_program(self, job: DailyJob, attempt: Attempt, process: Process) -> None:
        """Have the agent start the program, and take its answer."""
        context = self._context
        value: dict[str, Any] = {"job": job.name, "attempt": job.attempt}
        context.recorder.record("invoke", "launch", value)
        if attempt.failure.launch_is_lost:
            process.close()
            context.show(job, Status.START_ATTEMPTED)
            self._runs.expect_start(job)
            return
        # Asked before the fault acts, which needs a job that has started: so the agent stops the job at its very first
        # instructions, and how far it comes does not depend on how busy the machine is.
        frozen = freezes_at_start(context.armory, job)
        attempt.freeze_and_crash.begins_frozen = frozen
        launch = attempt.launch(job.master.run, works_ns=job.master.works_ns)
        try:
            if (refused := attempt.refusal()) is not None:
                process.close()
                raise refused
            # From the launch to the job's first instruction no time may pass.
            with context.clock.hold():
                context.show(job, Status.START_ATTEMPTED)
                with attempt.with_wrong_clock(launch) as changed:
                    await process.launch(changed, frozen=frozen)
                if attempt.failure.doubled:
                    attempt.beside.append(await self._second(attempt, job))
        except LaunchRefused as refusal:
            attempt.repair_all_disks()
            cause = attempt.why_refused(refusal, launch.run[0])
            context.recorder.record("fail", "launch", value, error=cause)
            self._runs.could_not_start(job, cause)
            return
        attempt.process, job.pid = process, process.pid
        process.ended = lambda code: self._runs.ended(job, attempt, code)
        context.recorder.record("ok", "launch", value | {"pid": process.pid})
        if attempt.failure.never_told:
            self._runs.expect_start(job)
        else:
            self._runs.started(job, attempt)

    async def _second(self, attempt: Attempt, job: DailyJob) -> Process:
        """The same program, started a second time by the agent: what comes of it is not watched."""
        second = await Process.connect(attempt.socket())
        begins_ns = job.master.works_ns + self._order.apart_ns(job.name, attempt.number, attempt.failure.apart_ns)
        await second.launch(attempt.launch(job.master.run, output=".twice", works_ns=begins_ns))
        return second

    async def _prerun(self, job: DailyJob, attempt: Attempt, process: Process) -> None:
        """The pre-run program first; the job itself when that has ended well."""
        context = self._context
        prerun = await Process.connect(attempt.socket())
        attempt.beside.append(prerun)
        context.show(job, Status.PRERUN_ACTIVE)
        try:
            with (
                context.clock.hold(),
                attempt.with_wrong_clock(attempt.launch(job.master.prerun, output=".prerun")) as launch,
            ):
                await prerun.launch(launch)
        except LaunchRefused as refusal:
            process.close()
            self._runs.could_not_start(job, f"pre-run: {attempt.why_refused(refusal, job.master.prerun[0])}")
            return

        def ended(code: int | AgentLost) -> None:
            if job.status is not Status.PRERUN_ACTIVE or code != 0:
                process.close()
                self._runs.prerun_failed(job, code)
            else:
                self._then(job, lambda: self._start_program(job, attempt, process))

        prerun.ended = ended

    def _then(self, job: DailyJob, step: Step) -> None:
        self._queue.append((job.name, step))
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._work())

    def _begin(self, job: DailyJob) -> None:
        job.starting = False
        self._late_start.forget(job)
        job.late = False

    def _give_up(self, job: DailyJob) -> None:
        if job.starting:
            job.starting = False
            self._candidates.give_back(job)
