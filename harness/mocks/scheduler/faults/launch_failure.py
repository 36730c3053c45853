"""A launch that goes wrong: the causes that faults give to one attempt, and what each of them changes."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterable
from pathlib import Path

from harness.contract.effects.scheduler import LaunchCause, WrongLaunch
from harness.contract.points import LAUNCH
from harness.mocks.core.armed import Armory
from harness.mocks.core.order import Armed

_NEVER_TOLD: tuple[LaunchCause, ...] = ("start_lost", "started_unseen")


class LaunchCauses:
    """The causes that act on one attempt; without any the launch is as it should be."""

    def __init__(self, effects: Iterable[WrongLaunch] = ()) -> None:
        self._effects = tuple(effects)
        self._causes: set[LaunchCause] = {effect.cause for effect in self._effects}

    @classmethod
    def of_next(cls, armory: Armory, job: str) -> LaunchCauses:
        """The causes that act on the launch of a job which begins now."""
        away = any(order.effect.cause == "agent_away" for order in armory.would_act(LAUNCH, job=job))

        def reached(order: Armed[WrongLaunch]) -> bool:
            # Where no agent answers, nothing is launched, and no other fault of the launch can act.
            return not away or order.effect.cause == "agent_away"

        return cls(order.effect for order in armory.act(LAUNCH, reached, job=job))

    @property
    def agent_is_away(self) -> bool:
        """Whether no agent answers at the job's machine."""
        return "agent_away" in self._causes

    @property
    def never_submitted(self) -> bool:
        """Whether the scheduler has forgotten to launch the job."""
        return "never_submitted" in self._causes

    @property
    def never_told(self) -> bool:
        """Whether the scheduler is never told that the job has started."""
        return any(cause in self._causes for cause in _NEVER_TOLD)

    @property
    def launch_is_lost(self) -> bool:
        """Whether the launch never reaches the agent."""
        return "start_lost" in self._causes

    @property
    def doubled(self) -> bool:
        """Whether the agent starts the program twice."""
        return "duplicate" in self._causes

    @property
    def apart_ns(self) -> int | None:
        """How long after the first process the second begins; None where no fault says it."""
        return next((effect.apart_ns for effect in self._effects if effect.apart_ns is not None), None)

    def socket(self, folder: Path, agent: str) -> Path:
        """The socket of an agent, in the folder of the sockets; one that refuses connections when the agent is away."""
        if not self.agent_is_away:
            return folder / f"{agent}.sock"
        path = folder / "nobody.sock"
        if not path.exists():
            # Bound and closed: connecting is refused, as by a machine that is up and whose agent is not.
            with socket.socket(socket.AF_UNIX) as unused:
                unused.bind(str(path))
        return path

    def refusal(self) -> tuple[int, str] | None:
        """What an agent says that cannot log on as the job's user, or has no slot for another process: errno, text."""
        if "bad_user" in self._causes:
            return errno.EPERM, "the agent cannot log on as the job's user: unknown user or bad password"
        if "no_slot" in self._causes:
            return errno.EAGAIN, "no slot: the agent cannot start another process"
        return None

    def arguments(self, run: tuple[str, ...], locked: Path) -> list[str]:
        """The program to start, with its arguments; ``locked`` is the folder for a file without an execute bit."""
        argv = list(run)
        if "program_not_found" in self._causes:
            argv[0] += ".gone"
        if "permission_denied" in self._causes:
            argv[0] = str(_without_execute_bit(argv[0], locked))
        if "dies_at_once" in self._causes:
            argv = ["/bin/sh", "-c", "kill -KILL $$"]
        if "does_nothing" in self._causes:
            argv = ["/bin/sh", "-c", "exit 0"]
        return argv

    def refused_program(self, wanted: str, started: str) -> str:
        """The program that a refusal names: the wanted one where the started one only stands in for it."""
        return wanted if "permission_denied" in self._causes else started


def _without_execute_bit(program: str, folder: Path) -> Path:
    """The program as a deployment leaves it that forgot the execute bit."""
    locked = folder / Path(program).name
    locked.parent.mkdir(exist_ok=True)
    locked.touch(0o644)
    return locked
