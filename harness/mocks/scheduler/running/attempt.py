"""One attempt to run a job: what the agent is to launch, the process to its end, and the faults that act on it."""

from __future__ import annotations

import errno
import os
import shlex
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.clock.library import begin_environment
from harness.contract.effects.scheduler import BadDisk, RunningJob
from harness.contract.points import CLOCK
from harness.mocks.core.order import Armed
from harness.mocks.scheduler.daily.jobs import DailyJob
from harness.mocks.scheduler.faults.bad_disk import BadDisks
from harness.mocks.scheduler.faults.freeze_and_crash import FreezeAndCrash
from harness.mocks.scheduler.faults.launch_failure import LaunchCauses
from harness.mocks.scheduler.faults.places import Places
from harness.mocks.scheduler.faults.wrong_clock import wrong_clock_environment
from harness.mocks.scheduler.running.agent import Launch, LaunchRefused, Process
from harness.mocks.scheduler.running.context import Context

_TAIL_BYTES = 4096
_LINE_CHARACTERS = 500
_LINES, _LINES_CHARACTERS = 20, 2000
_REFUSED = {errno.ENOENT: "program not found", errno.EACCES: "permission denied"}


class Attempt:
    """One attempt, with the number that names its output."""

    def __init__(self, context: Context, job: DailyJob, number: int, failure: LaunchCauses) -> None:
        self._context, self._job = context, job
        self.number = number
        self.failure = failure
        self.process: Process | None = None
        self.beside: list[Process] = []
        """Other processes than the job's: its pre-run, and what a duplicate launch has started."""
        self.freeze_and_crash = FreezeAndCrash(self, context.agenda)
        self._bad_disks = BadDisks(context.armory, job.name)
        self._places = Places(context.armory, job.name, self.let_act)
        self._clock_environment: dict[str, str] | None = None
        self._disk_environment: dict[str, str] | None = None

    @classmethod
    def of_next(cls, context: Context, job: DailyJob) -> Attempt:
        """The attempt that begins when a job has qualified."""
        number = context.daily.next_attempt(job)
        return cls(context, job, number, LaunchCauses.of_next(context.armory, job.name))

    @classmethod
    async def taken_over(cls, context: Context, job: DailyJob, given: Mapping[str, Any]) -> tuple[Attempt, Process]:
        """The attempt of the scheduler's earlier process, with what its faults are still to do; and its process."""
        attempt = cls(context, job, given["number"], LaunchCauses())
        attempt._bad_disks.restore(given["disks"])
        attempt._places.restore(given["places"])
        attempt.freeze_and_crash.restore(given)
        attempt.process = process = await Process.adopt(given["descriptor"], given["pid"])
        return attempt, process

    def handed_over(self) -> dict[str, Any] | None:
        """What the scheduler's next process needs to go on with it; None when no process is connected."""
        if self.process is None or (descriptor := self.process.descriptor) is None:
            return None
        os.set_inheritable(descriptor, True)
        process = {"descriptor": descriptor, "pid": self.process.pid, "number": self.number}
        faults = {"disks": self._bad_disks.kept(), "places": self._places.kept()}
        return {**process, **faults, **self.freeze_and_crash.kept()}

    @property
    def alive(self) -> bool:
        """Whether the job's process has not ended yet: only then can a fault act on it."""
        return self.process is not None and self.process.alive

    @property
    def worked_ns(self) -> int:
        """The real CPU time of those of its processes that have ended, its pre-run among them."""
        return sum(process.worked_ns for process in (self.process, *self.beside) if process is not None)

    def socket(self) -> str:
        """Where the agent of the job's machine listens; where a fault has taken it away, connecting is refused."""
        return str(self.failure.socket(self._context.folder / "control", self._job.master.agent))

    def refusal(self) -> LaunchRefused | None:
        """What an agent says that refuses the launch because of a fault."""
        refusal = self.failure.refusal()
        return None if refusal is None else LaunchRefused(*refusal)

    def launch(self, run: tuple[str, ...], *, output: str = "", works_ns: int = 0) -> Launch:
        """What the agent is to launch, with what the launch's faults make of it; it begins later by what it works."""
        master = self._job.master
        environment = dict(master.environment)
        argv = self.failure.arguments(run, self._context.folder / "locked")
        if master.cron is not None:
            argv = ["/bin/sh", "-c", shlex.join(argv)]
        if master.steps:
            environment["RESTART_STEP"] = str(self._job.step)
        if self._disk_environment is None:
            self._disk_environment = self._disk_faults(f"{self._job.name}.{self.number}")
        environment |= self._disk_environment | (self._clock_environment or {})
        if output == ".prerun" or self.failure.never_told:
            environment.pop("NIGHT_PLACES", None)  # a place is of the job's own process, whose start is known
        if works_ns and self._virtual:
            environment |= begin_environment(works_ns)
            self.freeze_and_crash.begins_ns = time.time_ns() + works_ns
        out, err = self._output(f"{output}.out"), self._output(f"{output}.err")
        return Launch(argv, master.cwd, str(out), str(err), environment)

    @contextmanager
    def with_wrong_clock(self, launch: Launch) -> Iterator[Launch]:
        """The launch with the wrong clock that faults give to the attempt's programs, the pre-run among them.

        It is one clock for all of them, and has acted when the first has been started: one that could not be started
        has had no wrong clock.
        """
        if not self._virtual or self._clock_environment is not None:
            yield launch
            return
        effects = [order.effect for order in self._context.armory.would_act(CLOCK, job=self._job.name)]
        clock = wrong_clock_environment(effects, time.time_ns())
        yield replace(launch, environment={**launch.environment, **clock})
        self._clock_environment = clock
        self._context.armory.act(CLOCK, job=self._job.name)

    def repair_disk(self, order: Armed[Any]) -> bool:
        """Repair the bad disk of a fault; whether it had refused the job anything."""
        return self._bad_disks.repair(order)

    def repair_all_disks(self) -> None:
        """Repair all bad disks and forget its places, because the job has ended or was never started."""
        self._bad_disks.repair_all()
        self._places.close()

    def let_act(self, effect: RunningJob | BadDisk) -> None:
        """Let a fault act on the running job; returns when it has acted."""
        if isinstance(effect, BadDisk):
            self._bad_disks.go_bad(effect)
        else:
            self.freeze_and_crash.let_act(effect)

    def begin_places(self) -> None:
        """Let the faults act that wait at places of its work."""
        self._places.begin()

    def thaw(self) -> None:
        """Let a frozen job go on now."""
        self.freeze_and_crash.thaw()

    def stop(self) -> None:
        """Freeze the job's process, and return when it stands still."""
        if self.process is not None:
            self.process.stop()

    def signal(self, number: int) -> None:
        """Send the job's process group a signal."""
        if self.process is not None:
            self.process.signal(number)

    def crash(self, number: int) -> None:
        """Send it a signal that ends it, and return when it has."""
        if self.process is not None:
            self.process.crash(number)

    def close(self) -> None:
        """End whatever is left of it."""
        self._places.close()
        for process in (self.process, *self.beside):
            if process is not None:
                process.close()

    def why_refused(self, refusal: LaunchRefused, program: str) -> str:
        """What the operating system said, and of what: the agent names the thing when it was not the program."""
        if refusal.error in (errno.EPERM, errno.EAGAIN):
            return f"{refusal.text} ({refusal.name})"
        said, _, other = refusal.text.partition(": ")
        if other:
            return self._context.relative(f"{said}: {other} ({refusal.name})")
        named = self.failure.refused_program(self._job.master.run[0], program)
        return self._context.relative(f"{_REFUSED.get(refusal.error, said)}: {named} ({refusal.name})")

    def last_line(self) -> str:
        """The last line that the job wrote to its error output."""
        return self._last_line(".err")

    def printed(self) -> tuple[int, str]:
        """How many bytes it wrote, and the last line, of its error output if it has one."""
        paths = [path for path in (self._output(".out"), self._output(".err")) if path.exists()]
        return sum(path.stat().st_size for path in paths), self._last_line(".err") or self._last_line(".out")

    def last_lines(self) -> list[str]:
        """The last lines that it wrote, to its error output if it has one: as much as somebody looks at."""
        kept: list[str] = []
        for line in reversed(self._tail(".err") or self._tail(".out")):
            kept.insert(0, self._context.relative(line)[:_LINE_CHARACTERS])
            if len(kept) > _LINES or sum(map(len, kept)) > _LINES_CHARACTERS:
                return kept[1:]
        return kept

    def _last_line(self, ending: str) -> str:
        last = next((line.strip() for line in reversed(self._tail(ending))), "")
        return self._context.relative(last)[:_LINE_CHARACTERS]

    def _tail(self, ending: str) -> list[str]:
        try:
            with self._output(ending).open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL_BYTES))
                lines = file.read().decode(errors="replace").split("\n")
        except OSError:
            return []
        return [line.rstrip() for line in lines if line.strip()]

    def _output(self, ending: str) -> Path:
        return self._context.folder / "output" / f"{self._job.name}.{self.number}{ending}"

    @property
    def _virtual(self) -> bool:
        """Whether the clock's library is in the job's processes, which can shift their clock and refuse them a disk."""
        return "NIGHT_CLOCK" in self._job.master.environment

    def _disk_faults(self, name: str) -> dict[str, str]:
        """What the job's processes are told of a bad disk, and of places in their work."""
        if not self._virtual:
            return {}
        folder, folders = self._context.folder, self._context.plan.folder_paths
        disk = self._bad_disks.environment(folder / "disks" / name, folders)
        short = f"{self._job.schedule.date}.{self._job.rank}.{self.number}"  # the path of a socket has 107 bytes
        return disk | self._places.environment(folder / "places" / short, folders)
