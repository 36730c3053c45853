"""The fixtures of the scheduler's tests."""

from __future__ import annotations

from tests.mocks.scheduler.scheduler_stage import running_stage, stage

__all__ = ["running_stage", "stage"]
