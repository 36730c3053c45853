"""A machine outage: a machine takes no job, and tells of none that has ended."""

from __future__ import annotations

import time

from harness.contract.effects.scheduler import MachineOut
from harness.contract.points import MACHINE
from harness.mocks.core.armed import Armory
from harness.mocks.core.order import Armed


def takes_no_job(armory: Armory, job: str, machine: str) -> str | None:
    """Why a fault lets the machine not take the job now; None when it does."""
    now_ns = time.time_ns()
    acting = armory.act(MACHINE, lambda order: _is_out(order, now_ns), job=job, machine=machine)
    return next((one.effect.why for one in acting), None)


def tells_no_end(armory: Armory, job: str, machine: str) -> bool:
    """Whether a fault keeps the machine from telling now that the job has ended."""
    now_ns = time.time_ns()
    acting = armory.would_act(MACHINE, job=job, machine=machine)
    silent = (one.effect.why for one in acting if _is_out(one, now_ns) and not one.effect.tells)
    return bool(next(silent, ""))


def _is_out(order: Armed[MachineOut], now_ns: int) -> bool:
    """Whether the machine is out now; one that flaps is out in every other of its spans."""
    flap_ns = order.effect.flap_ns
    return not flap_ns or (now_ns - order.since_ns) // flap_ns % 2 == 0
