"""One attempt to run a job: the launch, as the operating system answers it, and the process to its end."""

from __future__ import annotations

import asyncio
import errno
import signal
import socket
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.mocks.armed import Order
from harness.mocks.scheduler.agent import AgentConnection, Launch, LaunchRefused, Process
from harness.mocks.scheduler.daily import DailyJob, Ended
from harness.mocks.scheduler.landing import BadDisk
from harness.mocks.scheduler.moments import span
from harness.mocks.scheduler.night import Night
from harness.mocks.scheduler.skewed import skewed
from harness.mocks.scheduler.status import Status

_TAIL_BYTES = 4096
_LINE_CHARACTERS = 500
_REFUSED = {errno.ENOENT: "program not found", errno.EACCES: "permission denied"}


class Attempt:
    """The attempt that begins when a job has qualified, and the faults that act on it."""

    def __init__(self, night: Night, job: DailyJob) -> None:
        self._night, self._job = night, job
        away = any(effect["cause"] == "agent_away" for effect in night.armory.active("launch", job=job.name))

        def reached(order: Order) -> bool:
            # Where no agent answers, nothing is launched, and no other fault of the launch can act.
            return not away or order.effect["cause"] == "agent_away"

        self._causes = {effect["cause"] for effect in night.armory.strike("launch", reached, job=job.name)}
        self._killed_for = ""
        self._restart = False
        self._process: Process
        self._beside: asyncio.TaskGroup
        self._begins_frozen = False
        self._thaws_ns = 0
        self._disks: list[tuple[Order, BadDisk]] = []

    @property
    def agent_is_away(self) -> bool:
        """Whether a fault has taken the job's machine away."""
        return "agent_away" in self._causes

    @property
    def alive(self) -> bool:
        """Whether the job's process has not ended yet: only then can a fault act on it."""
        return not self._process.over.done()

    async def connect(self) -> AgentConnection:
        """Reach the agent of the job's machine; `AgentAway` when nobody answers there."""
        name = "nobody" if self.agent_is_away else self._job.order.agent
        path = self._night.folder / "control" / f"{name}.sock"
        if self.agent_is_away and not path.exists():
            # Bound and closed: connecting is refused, as by a machine that is up and whose agent is not.
            with socket.socket(socket.AF_UNIX) as nobody:
                nobody.bind(str(path))
        return await AgentConnection.open(path)

    async def run(self, connection: AgentConnection) -> Ended:
        """Start the job and follow it to its end.

        The connection stays open, because its end would end what the job has left behind, and no machine does that.
        """
        self._job.connections.append(connection)
        try:
            refused = await self._start(connection)
            return refused or await self._follow()
        finally:
            for order, _ in list(self._disks):
                self.mend(order)

    async def _start(self, connection: AgentConnection) -> Ended | None:
        night, job = self._night, self._job
        job.attempt += 1
        night.show(job, Status.ATTEMPT_TO_START)
        value: dict[str, Any] = {"job": job.name, "attempt": job.attempt}
        night.recorder.record("invoke", "launch", value)
        launch = self._launch()
        # Asked before the strike, which needs a job that has started: so the agent stops the job at its very first
        # instructions, and how far it comes does not depend on how busy the machine is.
        acting = night.armory.acting("started", job=job.name)
        self._begins_frozen = any(job.may_bite(order) for order in acting)
        try:
            # From the order to the job's first instruction no time may pass.
            with night.clock.hold():
                night.show(job, Status.START_ATTEMPTED)
                # Asked before the strike here as well: a job that could not be started has had no wrong clock.
                virtual = "NIGHT_CLOCK" in launch.environment
                skews = night.armory.acting("clock", job=job.name) if virtual else []
                launch = replace(launch, environment={**launch.environment, **skewed(skews, time.time_ns())})
                self._process = await connection.launch(launch, frozen=self._begins_frozen)
                night.armory.strike("clock", lambda _: virtual, job=job.name)
        except LaunchRefused as refusal:
            cause = self._refused(refusal, launch)
            night.recorder.record("fail", "launch", value, error=cause)
            night.show(job, Status.INITIALIZATION_ERROR)
            return Ended("initialization_error", cause)
        night.recorder.record("ok", "launch", value | {"pid": self._process.pid})
        return None

    def freeze(self, effect: Mapping[str, Any]) -> None:
        """Stop the job's processes, and let them go on after a while; returns when they stand still."""
        if self.alive:
            self._process.stop()
            self._thaws_ns = max(self._thaws_ns, time.time_ns() + effect["freeze_ns"])
            self._beside.create_task(self._thaw_later(self._thaws_ns))

    def mend(self, order: Order) -> None:
        """The bad disk of a fault is whole again; whether it ever refused the job anything is known only now."""
        for mine, disk in list(self._disks):
            if mine is order:
                self._disks.remove((mine, disk))
                if disk.mended():
                    self._night.armory.acted(order, "disk", job=self._job.name)

    def thaw(self) -> None:
        """Let a frozen job go on now."""
        if self._thaws_ns:
            self._thaws_ns = 0
            self._process.signal(signal.SIGCONT)

    async def _thaw_later(self, at_ns: int) -> None:
        if await self._night.agenda.until(at_ns, unless=self._process.over) and at_ns == self._thaws_ns:
            self.thaw()

    def _launch(self) -> Launch:
        night, order = self._night, self._job.order
        run = list(order.run)
        if "program_not_found" in self._causes:
            run[0] += ".gone"
        if "permission_denied" in self._causes:
            run[0] = str(self._locked(run[0]))
        if "dies_at_once" in self._causes:
            run = ["/bin/sh", "-c", "kill -KILL $$"]
        output = night.folder / "output"
        name = f"{order.job}.{self._job.attempt}"
        environment = {**order.environment, **self._bad_disk(name)}
        return Launch(run, order.cwd, output / f"{name}.out", output / f"{name}.err", environment)

    def _bad_disk(self, name: str) -> dict[str, str]:
        """What the job's processes are told of a full or read-only disk; of several, the first is the one they have."""
        if "NIGHT_CLOCK" not in self._job.order.environment:
            return {}  # nobody is in the job's processes who could refuse
        for order in self._night.armory.chosen("disk", job=self._job.name)[:1]:
            disk = BadDisk(self._night.folder / "disks" / name, order.effect, self._night.order.folders)
            self._disks.append((order, disk))
            return disk.environment
        return {}

    def _locked(self, program: str) -> Path:
        """The program as a deployment leaves it that forgot the execute bit."""
        locked = self._night.folder / "locked" / Path(program).name
        locked.parent.mkdir(exist_ok=True)
        locked.touch(0o644)
        return locked

    def _refused(self, refusal: LaunchRefused, launch: Launch) -> str:
        """What the operating system said, and of what: the agent names the thing when it was not the program."""
        said, _, other = refusal.text.partition(": ")
        if other:
            return self._night.relative(f"{said}: {other} ({refusal.name})")
        program = self._job.order.run[0] if "permission_denied" in self._causes else launch.run[0]
        return self._night.relative(f"{_REFUSED.get(refusal.error, said)}: {program} ({refusal.name})")

    async def _follow(self) -> Ended:
        night, job, process = self._night, self._job, self._process
        job.started_ns, job.ended_ns = time.time_ns(), None
        if not job.begun.done():
            job.begun.set_result(1)
        night.show(job, Status.JOB_RUNNING)
        try:
            async with asyncio.TaskGroup() as self._beside:
                job.running = self
                for effect in night.armory.strike("started", job.bites, job=job.name):
                    self.freeze(effect)
                if self._begins_frozen and not self._thaws_ns:
                    process.signal(signal.SIGCONT)  # the fault's window closed between the order and the start
                self._beside.create_task(self._flag_overrun(process))
                await process.watch()
        finally:
            job.running = None
        job.ended_ns = time.time_ns()
        return self._ended(process.over.result())

    def _ended(self, code: int) -> Ended:
        night, job = self._night, self._job
        job.last_exit = code
        result = {"exit": code} if code >= 0 else {"signal": -code}
        value: dict[str, Any] = {"job": job.name, "attempt": job.attempt, **result}
        if code == 0:
            night.recorder.record("ok", "job", value)
            night.show(job, Status.FINISHED_OK)
            return Ended("finished_ok")
        how = f"exit {code}" if code > 0 else f"killed by signal {-code} ({signal.Signals(-code).name})"
        last = self._last_line()
        night.recorder.record("fail", "job", value, error=last or how)
        night.show(job, Status.FAILED)
        cause = ": ".join(part for part in (self._killed_for, how, last) if part)
        return Ended("failed", cause, killed=bool(self._killed_for), restart=self._restart)

    def _last_line(self) -> str:
        path = self._night.folder / "output" / f"{self._job.name}.{self._job.attempt}.err"
        try:
            with path.open("rb") as file:
                file.seek(max(0, path.stat().st_size - _TAIL_BYTES))
                lines = file.read().decode(errors="replace").split("\n")
        except OSError:
            return ""
        last = next((line.strip() for line in reversed(lines) if line.strip()), "")
        return self._night.relative(last)[:_LINE_CHARACTERS]

    async def _flag_overrun(self, process: Process) -> None:
        """OpCon flags a job that passes its max run time, and leaves it running: only a rule ends it."""
        night, job = self._night, self._job
        limit_ns = job.order.max_run_time_ns
        if not limit_ns or job.started_ns is None:
            return
        flagged_ns = job.started_ns + limit_ns
        if not await night.agenda.until(flagged_ns, rank=job.rank, unless=process.over):
            return
        night.recorder.record("info", "overrun", {"job": job.name})
        cause = f"exceeded its max run time of {span(limit_ns)}"
        for rule in job.rules.due("exceeded_max_run_time"):
            if not await night.agenda.until(flagged_ns + rule.after_ns, rank=job.rank, unless=process.over):
                return
            refused = None if rule.restarts or "restart" not in rule.do else "a running job is not restarted: kill it"
            if "kill" in rule.do:
                # Said before the page goes out: the job may end by itself meanwhile, and is to be started again then.
                self._killed_for, self._restart = f"killed because it {cause}", rule.restarts
            await night.act(job, rule, cause, refused=refused)
            if "kill" in rule.do:
                night.show(job, Status.TO_BE_TERMINATED)
                process.signal(signal.SIGKILL)
