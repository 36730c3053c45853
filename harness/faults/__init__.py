"""The faults: one failure mode a file, under the name that users type."""

from harness.faults.access_denied import AccessDenied
from harness.faults.agent_outage import AgentOutage
from harness.faults.another_customer import AnotherCustomer
from harness.faults.another_time_zone import AnotherTimeZone
from harness.faults.calendar_gap import CalendarGap
from harness.faults.changed_content import ChangedContent
from harness.faults.clock_skew import ClockSkew
from harness.faults.connect_hang import ConnectHang
from harness.faults.connection_refused import ConnectionRefused
from harness.faults.connection_reset import ConnectionReset
from harness.faults.content import ContentFault
from harness.faults.decimal_comma import DecimalComma
from harness.faults.deliver_twice import DeliverTwice
from harness.faults.deliver_under_another_name import DeliverUnderAnotherName
from harness.faults.disk_full import DiskFull
from harness.faults.duplicate_launch import DuplicateLaunch
from harness.faults.duplicate_records import DuplicateRecords
from harness.faults.early_file import EarlyFile
from harness.faults.early_release import EarlyRelease
from harness.faults.empty_file import EmptyFile
from harness.faults.end_lost import EndLost
from harness.faults.endless_listing import EndlessListing
from harness.faults.false_failure import FalseFailure
from harness.faults.false_success import FalseSuccess
from harness.faults.fault import FAULTS, REACTIONS, ChangesTruth, Fault, On, System, fault
from harness.faults.flag_apart import FlagApart
from harness.faults.flip_bit import FlipBit
from harness.faults.grow_while_read import GrowWhileRead
from harness.faults.hold_forgotten import HoldForgotten
from harness.faults.job_crash import JobCrash
from harness.faults.job_overrun import JobOverrun
from harness.faults.kill_ignored import KillIgnored
from harness.faults.late_file import LateFile
from harness.faults.late_start import LateStart
from harness.faults.launch_failure import LaunchFailure
from harness.faults.listed_not_there import ListedNotThere
from harness.faults.login_refused import LoginRefused
from harness.faults.manifest_apart import ManifestApart
from harness.faults.misread_exit_code import MisreadExitCode
from harness.faults.missing_file import MissingFile
from harness.faults.missing_trailer import MissingTrailer
from harness.faults.never_submitted import NeverSubmitted
from harness.faults.no_fault import NoFault
from harness.faults.nul_tail import NulTail
from harness.faults.out_of_order import OutOfOrder
from harness.faults.read_only_disk import ReadOnlyDisk
from harness.faults.rename_under_reader import RenameUnderReader
from harness.faults.scheduler_restart import SchedulerRestart
from harness.faults.schema_drift import SchemaDrift
from harness.faults.server_error import ServerError
from harness.faults.session_expired import SessionExpired
from harness.faults.slow_drip import SlowDrip
from harness.faults.source_hang import SourceHang
from harness.faults.stale_content import StaleContent
from harness.faults.start_lost import StartLost
from harness.faults.started_unseen import StartedUnseen
from harness.faults.supersede_file import SupersedeFile
from harness.faults.there_not_listed import ThereNotListed
from harness.faults.throttle_requests import ThrottleRequests
from harness.faults.token_expired import TokenExpired
from harness.faults.truncate_file import TruncateFile
from harness.faults.two_operators import TwoOperators
from harness.faults.wrong_delimiter import WrongDelimiter
from harness.faults.wrong_encoding import WrongEncoding
from harness.faults.wrong_length import WrongLength
from harness.faults.wrong_line_ends import WrongLineEnds
from harness.faults.wrong_part import WrongPart
from harness.faults.wrong_totals import WrongTotals

__all__ = [
    "FAULTS",
    "REACTIONS",
    "AccessDenied",
    "AgentOutage",
    "AnotherCustomer",
    "AnotherTimeZone",
    "CalendarGap",
    "ChangedContent",
    "ChangesTruth",
    "ClockSkew",
    "ConnectHang",
    "ConnectionRefused",
    "ConnectionReset",
    "ContentFault",
    "DecimalComma",
    "DeliverTwice",
    "DeliverUnderAnotherName",
    "DiskFull",
    "DuplicateLaunch",
    "DuplicateRecords",
    "EarlyFile",
    "EarlyRelease",
    "EmptyFile",
    "EndLost",
    "EndlessListing",
    "FalseFailure",
    "FalseSuccess",
    "Fault",
    "FlagApart",
    "FlipBit",
    "GrowWhileRead",
    "HoldForgotten",
    "JobCrash",
    "JobOverrun",
    "KillIgnored",
    "LateFile",
    "LateStart",
    "LaunchFailure",
    "ListedNotThere",
    "LoginRefused",
    "ManifestApart",
    "MisreadExitCode",
    "MissingFile",
    "MissingTrailer",
    "NeverSubmitted",
    "NoFault",
    "NulTail",
    "On",
    "OutOfOrder",
    "ReadOnlyDisk",
    "RenameUnderReader",
    "SchedulerRestart",
    "SchemaDrift",
    "ServerError",
    "SessionExpired",
    "SlowDrip",
    "SourceHang",
    "StaleContent",
    "StartLost",
    "StartedUnseen",
    "SupersedeFile",
    "System",
    "ThereNotListed",
    "ThrottleRequests",
    "TokenExpired",
    "TruncateFile",
    "TwoOperators",
    "WrongDelimiter",
    "WrongEncoding",
    "WrongLength",
    "WrongLineEnds",
    "WrongPart",
    "WrongTotals",
    "fault",
]
