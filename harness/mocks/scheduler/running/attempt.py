"""One attempt to run a job: what is ordered of the agent, the process to its end, and the faults that act on it."""

from __future__ import annotations

import errno
import os
import shlex
import signal
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.contract.effects.scheduler import BadDisk as BadDiskEffect
from harness.contract.effects.scheduler import Crash, Freeze, LaunchCause, WrongLaunch
from harness.contract.points import CLOCK, DISK, LAUNCH
from harness.mocks.core.armed import Armed
from harness.mocks.scheduler.daily.daily import DailyJob
from harness.mocks.scheduler.faults.bad_disk import BadDisk
from harness.mocks.scheduler.faults.wrong_clock import skewed
from harness.mocks.scheduler.running.agent import Launch, LaunchRefused, Process
from harness.mocks.scheduler.running.context import Night

_TAIL_BYTES = 4096
_LINE_CHARACTERS = 500
_REFUSED = {errno.ENOENT: "program not found", errno.EACCES: "permission denied"}

NEVER_TOLD = ("start_lost", "started_unseen")
"""Causes with which the scheduler is never told that the job has started."""


class Attempt:
    """The attempt that begins when a job has qualified, and the faults that act on it."""

    _causes: set[LaunchCause]

    def __init__(self, night: Night, job: DailyJob) -> None:
        self._begin(night, job, night.daily.next_attempt(job))
        away = any(order.effect.cause == "agent_away" for order in night.armory.would_act(LAUNCH, job=job.name))

        def reached(order: Armed[WrongLaunch]) -> bool:
            # Where no agent answers, nothing is launched, and no other fault of the launch can act.
            return not away or order.effect.cause == "agent_away"

        self._causes = {order.effect.cause for order in night.armory.act(LAUNCH, reached, job=job.name)}

    @classmethod
    def adopted(cls, night: Night, job: DailyJob, kept: Mapping[str, Any]) -> Attempt:
        """The attempt of an earlier life of the scheduler, with what its faults are still to do."""
        attempt = cls.__new__(cls)
        attempt._begin(night, job, kept["number"])
        for id_, path in kept["disks"]:
            order = night.armory.order(id_)
            if order is not None:
                attempt._disks.append((order, BadDisk(Path(path))))
        if kept["thaws_ns"]:
            attempt._thaw_later(kept["thaws_ns"])
        for at_ns, number in kept["signals"]:
            attempt._signal_later(at_ns, number)
        return attempt

    def kept(self) -> dict[str, Any]:
        """What the scheduler's next life must know to go on with it."""
        return {
            "number": self.number,
            "disks": [(order.id, str(disk.path)) for order, disk in self._disks],
            "thaws_ns": self._thaws_ns,
            "signals": self._signals,
        }

    def _begin(self, night: Night, job: DailyJob, number: int) -> None:
        self._night, self._job = night, job
        self.number = number
        self._causes = set()
        self.process: Process | None = None
        self.beside: list[Process] = []
        """Processes that nobody ordered: a duplicate launch."""
        self.begins_frozen = False
        self._thaws_ns = 0
        self._signals: list[tuple[int, int]] = []
        """Signals that are still to be sent, and when."""
        self._skew: dict[str, str] | None = None
        self._disk: dict[str, str] | None = None
        self._disks: list[tuple[Armed[BadDiskEffect], BadDisk]] = []

    @property
    def agent_is_away(self) -> bool:
        """Whether a fault has taken the job's machine away."""
        return "agent_away" in self._causes

    @property
    def never_submitted(self) -> bool:
        """Whether the scheduler has forgotten to give the order."""
        return "never_submitted" in self._causes

    @property
    def never_told(self) -> bool:
        """Whether the scheduler is never told that the job has started."""
        return any(cause in self._causes for cause in NEVER_TOLD)

    @property
    def order_is_lost(self) -> bool:
        """Whether the order never reaches the agent."""
        return "start_lost" in self._causes

    @property
    def doubled(self) -> bool:
        """Whether the agent gets the order twice."""
        return "duplicate" in self._causes

    @property
    def alive(self) -> bool:
        """Whether the job's process has not ended yet: only then can a fault act on it."""
        return self.process is not None and self.process.alive

    def socket(self) -> str:
        """Where the agent of the job's machine listens; where a fault has taken it away, nobody does."""
        name = "nobody" if self.agent_is_away else self._job.order.agent
        path = self._night.folder / "control" / f"{name}.sock"
        if self.agent_is_away and not path.exists():
            # Bound and closed: connecting is refused, as by a machine that is up and whose agent is not.
            with socket.socket(socket.AF_UNIX) as nobody:
                nobody.bind(str(path))
        return str(path)

    def refusal(self) -> LaunchRefused | None:
        """What an agent says that cannot log on as the job's user, or has no slot for another process."""
        if "bad_user" in self._causes:
            return LaunchRefused(errno.EPERM, "the agent cannot log on as the job's user: unknown user or bad password")
        if "no_slot" in self._causes:
            return LaunchRefused(errno.EAGAIN, "no slot: the agent cannot start another process")
        return None

    def launch(self, run: tuple[str, ...], *, output: str = "") -> Launch:
        """The order to the agent, with what the launch's faults make of it."""
        order = self._job.order
        argv, environment = list(run), dict(order.environment)
        if "program_not_found" in self._causes:
            argv[0] += ".gone"
        if "permission_denied" in self._causes:
            argv[0] = str(self._locked(argv[0]))
        if "dies_at_once" in self._causes:
            argv = ["/bin/sh", "-c", "kill -KILL $$"]
        if "does_nothing" in self._causes:
            argv = ["/bin/sh", "-c", "exit 0"]
        if order.cron is not None:
            argv = ["/bin/sh", "-c", shlex.join(argv)]
        if order.steps:
            environment["RESTART_STEP"] = str(self._job.step)
        if self._disk is None:
            self._disk = self._bad_disk(f"{self._job.name}.{self.number}")
        environment |= self._disk | (self._skew or {})
        out, err = self._output(f"{output}.out"), self._output(f"{output}.err")
        return Launch(argv, order.cwd, str(out), str(err), environment)

    @contextmanager
    def mistimed(self, launch: Launch) -> Iterator[Launch]:
        """The order with the wrong clock that faults give to the attempt's programs, the pre-run among them.

        It is one clock for all of them, and has acted when the first has been started: one that could not be started
        has had no wrong clock.
        """
        if not self._virtual or self._skew is not None:
            yield launch
            return
        effects = [order.effect for order in self._night.armory.would_act(CLOCK, job=self._job.name)]
        skew = skewed(effects, time.time_ns())
        yield replace(launch, environment={**launch.environment, **skew})
        self._skew = skew
        self._night.armory.act(CLOCK, job=self._job.name)

    def mend(self, order: Armed[Any]) -> None:
        """The bad disk of a fault is whole again; whether it ever refused the job anything is known only now."""
        for mine, disk in list(self._disks):
            if mine is order:
                self._disks.remove((mine, disk))
                if disk.mended():
                    self._night.armory.confirm(order, job=self._job.name)

    def mend_all(self) -> None:
        """The job has ended, or was never started: its bad disks end with it."""
        for order, _ in list(self._disks):
            self.mend(order)

    def freeze(self, effect: Freeze) -> None:
        """Stop the job's processes, and let them go on after a while; returns when they stand still."""
        if self.process is not None and self.process.alive:
            self.process.stop()
            self._thaw_later(max(self._thaws_ns, time.time_ns() + effect.freeze_ns))

    def thaw(self) -> None:
        """Let a frozen job go on now."""
        if self._thaws_ns:
            self._thaws_ns = 0
            self.signal(signal.SIGCONT)

    def begin_thawed(self) -> None:
        """The fault's window closed between the order and the start: what was stopped with the order goes on."""
        if self.begins_frozen and not self._thaws_ns:
            self.signal(signal.SIGCONT)

    def crash(self, effect: Crash) -> None:
        """Send the job a signal that it did not ask for, at once or after a while."""
        if effect.after_ns:
            self._signal_later(time.time_ns() + effect.after_ns, effect.signal)
        else:
            self.signal(effect.signal)

    def signal(self, number: int) -> None:
        """Send the job's process group a signal."""
        if self.process is not None:
            self.process.signal(number)

    def close(self) -> None:
        """End whatever is left of it."""
        for process in (self.process, *self.beside):
            if process is not None:
                process.close()

    def why_refused(self, refusal: LaunchRefused, program: str) -> str:
        """What the operating system said, and of what: the agent names the thing when it was not the program."""
        if refusal.error in (errno.EPERM, errno.EAGAIN):
            return f"{refusal.text} ({refusal.name})"
        said, _, other = refusal.text.partition(": ")
        if other:
            return self._night.relative(f"{said}: {other} ({refusal.name})")
        named = self._job.order.run[0] if "permission_denied" in self._causes else program
        return self._night.relative(f"{_REFUSED.get(refusal.error, said)}: {named} ({refusal.name})")

    def last_line(self) -> str:
        """The last line that the job wrote to its error output."""
        return self._last_line(".err")

    def printed(self) -> tuple[int, str]:
        """How many bytes it wrote, and the last line, of its error output if it has one."""
        paths = [path for path in (self._output(".out"), self._output(".err")) if path.exists()]
        return sum(path.stat().st_size for path in paths), self._last_line(".err") or self._last_line(".out")

    def _last_line(self, ending: str) -> str:
        try:
            with self._output(ending).open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL_BYTES))
                lines = file.read().decode(errors="replace").split("\n")
        except OSError:
            return ""
        last = next((line.strip() for line in reversed(lines) if line.strip()), "")
        return self._night.relative(last)[:_LINE_CHARACTERS]

    def _output(self, ending: str) -> Path:
        return self._night.folder / "output" / f"{self._job.name}.{self.number}{ending}"

    @property
    def _virtual(self) -> bool:
        """Whether somebody is in the job's processes who can shift their clock and refuse them a disk."""
        return "NIGHT_CLOCK" in self._job.order.environment

    def _bad_disk(self, name: str) -> dict[str, str]:
        """What the job's processes are told of a full or read-only disk; of several, the first is the one they have."""
        if not self._virtual:
            return {}
        for order in self._night.armory.propose(DISK, job=self._job.name)[:1]:
            disk = BadDisk.of(order.effect, self._night.folder / "disks" / name)
            self._disks.append((order, disk))
            return disk.environment(self._night.order.folder_paths[order.effect.folder])
        return {}

    def _locked(self, program: str) -> Path:
        """The program as a deployment leaves it that forgot the execute bit."""
        locked = self._night.folder / "locked" / Path(program).name
        locked.parent.mkdir(exist_ok=True)
        locked.touch(0o644)
        return locked

    def _signal_later(self, at_ns: int, number: int) -> None:
        pending = (at_ns, number)

        def send() -> None:
            self._signals.remove(pending)
            self.signal(number)

        self._signals.append(pending)
        self._night.agenda.at(at_ns, send, quiet=True)

    def _thaw_later(self, at_ns: int) -> None:
        self._thaws_ns = at_ns
        self._night.agenda.at(at_ns, lambda: self._thaw_at(at_ns), quiet=True)

    def _thaw_at(self, at_ns: int) -> None:
        if self.alive and at_ns == self._thaws_ns:
            self.thaw()
