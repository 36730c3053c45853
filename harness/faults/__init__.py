"""The faults: one failure mode a file, under the name that users type."""

from harness.faults.clock_skew import ClockSkew
from harness.faults.fault import FAULTS, Fault, On, System, fault
from harness.faults.grow_while_read import GrowWhileRead
from harness.faults.job_overrun import JobOverrun
from harness.faults.launch_failure import LaunchFailure
from harness.faults.no_fault import NoFault
from harness.faults.source_hang import SourceHang
from harness.faults.truncate_file import TruncateFile

__all__ = [
    "FAULTS",
    "ClockSkew",
    "Fault",
    "GrowWhileRead",
    "JobOverrun",
    "LaunchFailure",
    "NoFault",
    "On",
    "SourceHang",
    "System",
    "TruncateFile",
    "fault",
]
