"""The scheduler's stage beside that of the other mocks; here both are called by what they are."""

from __future__ import annotations

from tests.mocks.scheduler.scheduler_stage import Stage, running_stage

__all__ = ["Stage", "running_stage"]
