"""Freezes and crashes of a running job: signals that faults send to its processes, now or later."""

from __future__ import annotations

import signal
import time
from collections.abc import Mapping
from typing import Any, Protocol

from harness.contract.effects.scheduler import Crash, Freeze, RunningJob
from harness.contract.points import STARTED
from harness.mocks.core.armed import Armory
from harness.mocks.scheduler.daily.jobs import DailyJob
from harness.mocks.scheduler.timing.agenda import Agenda


class Target(Protocol):
    """The processes of one attempt."""

    @property
    def alive(self) -> bool:
        """Whether they have been started and have not ended."""

    def signal(self, number: int) -> None:
        """Send them a signal."""

    def stop(self) -> None:
        """Stop them, and return when they stand still."""

    def crash(self, number: int) -> None:
        """Send them a signal that ends them, and return when it has."""


def freezes_at_start(armory: Armory, job: DailyJob) -> bool:
    """Whether a fault would freeze the job if it started now; nothing is counted."""
    acting = armory.would_act(STARTED, job=job.name)
    return any(job.may_act(order) and isinstance(order.effect, Freeze) for order in acting)


class FreezeAndCrash:
    """The faults of a running job that act on one attempt, with what they are still to do."""

    def __init__(self, target: Target, agenda: Agenda) -> None:
        self._target = target
        self._agenda = agenda
        self.begins_frozen = False
        """Whether the processes are stopped by the very launch that starts them."""
        self.begins_ns = 0
        """When the program begins, after what its work is stated to take; frozen meanwhile, it does not work."""
        self._thaws_ns = 0
        self._signals: list[tuple[int, int]] = []
        """Signals that are still to be sent, and when."""

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Do what was still to be done when the scheduler ended."""
        if kept["thaws_ns"]:
            self._thaw_later(kept["thaws_ns"])
        for at_ns, number in kept["signals"]:
            self._signal_later(at_ns, number)

    def kept(self) -> dict[str, Any]:
        """What is still to be done, for the scheduler's next process."""
        return {"thaws_ns": self._thaws_ns, "signals": self._signals}

    def let_act(self, effect: RunningJob) -> None:
        """Freeze or crash the job."""
        if isinstance(effect, Freeze):
            self._freeze(effect)
        else:
            self._crash(effect)

    def thaw(self) -> None:
        """Let a frozen job go on now."""
        if self._thaws_ns:
            self._thaws_ns = 0
            self._target.signal(signal.SIGCONT)

    def begin_thawed(self) -> None:
        """Let go on what was stopped by its launch, where the fault's window closed before the job had started."""
        if self.begins_frozen and not self._thaws_ns:
            self._target.signal(signal.SIGCONT)

    def _freeze(self, effect: Freeze) -> None:
        """Stop the job's processes, and let them go on after a while; returns when they stand still."""
        if self._target.alive:
            self._target.stop()
            now_ns = time.time_ns()
            self._thaw_later(max(self._thaws_ns, now_ns + effect.freeze_ns + max(0, self.begins_ns - now_ns)))

    def _crash(self, effect: Crash) -> None:
        """Send the job a signal that it did not ask for, after a while, or at once: then it is done."""
        if effect.after_ns:
            self._signal_later(time.time_ns() + effect.after_ns, effect.signal)
        else:
            self._target.crash(effect.signal)

    def _signal_later(self, at_ns: int, number: int) -> None:
        pending = (at_ns, number)

        def send() -> None:
            self._signals.remove(pending)
            self._target.signal(number)

        self._signals.append(pending)
        self._agenda.at(at_ns, send, background=True)

    def _thaw_later(self, at_ns: int) -> None:
        self._thaws_ns = at_ns
        self._agenda.at(at_ns, lambda: self._thaw_at(at_ns), background=True)

    def _thaw_at(self, at_ns: int) -> None:
        if self._target.alive and at_ns == self._thaws_ns:
            self.thaw()
