"""Contracts for anybody's faults, checks and formats: subclass one in a test, and pytest collects its claims.

A test of a fault is two lines:

    class TestBadge(FaultContract):
        example = Badge(job="retrieve", times=2)
"""

from harness.testing.check_contract import CheckContract
from harness.testing.fault_contract import FaultContract, RecordingSystem
from harness.testing.format_contract import FormatContract
from harness.testing.histories import history_of

__all__ = ["CheckContract", "FaultContract", "FormatContract", "RecordingSystem", "history_of"]
