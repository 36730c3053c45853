"""The stage of the scheduler, beside that of the other mocks."""

from __future__ import annotations

from tests.mocks.scheduler.scheduler_stage import Stage, running_stage

__all__ = ["Stage", "running_stage"]
