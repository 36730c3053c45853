"""A wrong end of a job: the scheduler is told another exit code than the job's, or never that it has ended."""

from __future__ import annotations

from harness.contract.effects.scheduler import JobEnd, LostEnd, WrongEnd
from harness.contract.points import ENDED
from harness.mocks.core.armed import Armory


def told_code(armory: Armory, job: str, code: int) -> int | None:
    """The exit code that the scheduler is told of a job that has ended with ``code``; None when it is told nothing."""
    acting = armory.act(ENDED, lambda order: _changes(order.effect, code), job=job)
    effects = [order.effect for order in acting]
    if any(isinstance(effect, LostEnd) for effect in effects):
        return None
    return next((effect.code for effect in effects if isinstance(effect, WrongEnd)), code)


def _changes(effect: JobEnd, code: int) -> bool:
    """Whether a fault of the end has something to act on: it must change what is told."""
    if isinstance(effect, LostEnd):
        return True
    return code >= 0 and (effect.code == 0) != (code == 0)
