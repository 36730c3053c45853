"""The faults: one failure mode a file, under the name that users type."""

from harness.faults.agent_outage import AgentOutage
from harness.faults.calendar_gap import CalendarGap
from harness.faults.clock_skew import ClockSkew
from harness.faults.duplicate_launch import DuplicateLaunch
from harness.faults.early_release import EarlyRelease
from harness.faults.end_lost import EndLost
from harness.faults.false_failure import FalseFailure
from harness.faults.false_success import FalseSuccess
from harness.faults.fault import FAULTS, Fault, On, System, fault
from harness.faults.grow_while_read import GrowWhileRead
from harness.faults.hold_forgotten import HoldForgotten
from harness.faults.job_crash import JobCrash
from harness.faults.job_overrun import JobOverrun
from harness.faults.kill_ignored import KillIgnored
from harness.faults.late_start import LateStart
from harness.faults.launch_failure import LaunchFailure
from harness.faults.misread_exit_code import MisreadExitCode
from harness.faults.never_submitted import NeverSubmitted
from harness.faults.no_fault import NoFault
from harness.faults.scheduler_restart import SchedulerRestart
from harness.faults.source_hang import SourceHang
from harness.faults.start_lost import StartLost
from harness.faults.started_unseen import StartedUnseen
from harness.faults.truncate_file import TruncateFile
from harness.faults.two_operators import TwoOperators

__all__ = [
    "FAULTS",
    "AgentOutage",
    "CalendarGap",
    "ClockSkew",
    "DuplicateLaunch",
    "EarlyRelease",
    "EndLost",
    "FalseFailure",
    "FalseSuccess",
    "Fault",
    "GrowWhileRead",
    "HoldForgotten",
    "JobCrash",
    "JobOverrun",
    "KillIgnored",
    "LateStart",
    "LaunchFailure",
    "MisreadExitCode",
    "NeverSubmitted",
    "NoFault",
    "On",
    "SchedulerRestart",
    "SourceHang",
    "StartLost",
    "StartedUnseen",
    "System",
    "TruncateFile",
    "TwoOperators",
    "fault",
]
