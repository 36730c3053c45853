"""The faults: one failure mode a file, under the name that users type."""

from harness.faults.access.access_denied import AccessDenied
from harness.faults.access.connect_hang import ConnectHang
from harness.faults.access.connection_refused import ConnectionRefused
from harness.faults.access.connection_reset import ConnectionReset
from harness.faults.access.endless_listing import EndlessListing
from harness.faults.access.login_refused import LoginRefused
from harness.faults.access.server_error import ServerError
from harness.faults.access.session_expired import SessionExpired
from harness.faults.access.slow_drip import SlowDrip
from harness.faults.access.throttle_requests import ThrottleRequests
from harness.faults.access.token_expired import TokenExpired
from harness.faults.access.wrong_length import WrongLength
from harness.faults.arrival.deliver_twice import DeliverTwice
from harness.faults.arrival.deliver_under_another_name import DeliverUnderAnotherName
from harness.faults.arrival.early_file import EarlyFile
from harness.faults.arrival.flag_apart import FlagApart
from harness.faults.arrival.late_file import LateFile
from harness.faults.arrival.listed_not_there import ListedNotThere
from harness.faults.arrival.manifest_apart import ManifestApart
from harness.faults.arrival.missing_file import MissingFile
from harness.faults.arrival.out_of_order import OutOfOrder
from harness.faults.arrival.rename_under_reader import RenameUnderReader
from harness.faults.arrival.supersede_file import SupersedeFile
from harness.faults.arrival.there_not_listed import ThereNotListed
from harness.faults.calm.no_fault import NoFault
from harness.faults.clocks.clock_skew import ClockSkew
from harness.faults.content.another_customer import AnotherCustomer
from harness.faults.content.another_time_zone import AnotherTimeZone
from harness.faults.content.changed_content import ChangedContent
from harness.faults.content.decimal_comma import DecimalComma
from harness.faults.content.duplicate_records import DuplicateRecords
from harness.faults.content.empty_file import EmptyFile
from harness.faults.content.flip_bit import FlipBit
from harness.faults.content.missing_trailer import MissingTrailer
from harness.faults.content.nul_tail import NulTail
from harness.faults.content.schema_drift import SchemaDrift
from harness.faults.content.stale_content import StaleContent
from harness.faults.content.wrong_delimiter import WrongDelimiter
from harness.faults.content.wrong_encoding import WrongEncoding
from harness.faults.content.wrong_line_ends import WrongLineEnds
from harness.faults.content.wrong_part import WrongPart
from harness.faults.content.wrong_totals import WrongTotals
from harness.faults.delivery.grow_while_read import GrowWhileRead
from harness.faults.delivery.truncate_file import TruncateFile
from harness.faults.landing.disk_full import DiskFull
from harness.faults.landing.read_only_disk import ReadOnlyDisk
from harness.faults.launch.duplicate_launch import DuplicateLaunch
from harness.faults.launch.end_lost import EndLost
from harness.faults.launch.false_failure import FalseFailure
from harness.faults.launch.false_success import FalseSuccess
from harness.faults.launch.job_crash import JobCrash
from harness.faults.launch.launch_failure import LaunchFailure
from harness.faults.launch.misread_exit_code import MisreadExitCode
from harness.faults.launch.never_submitted import NeverSubmitted
from harness.faults.launch.start_lost import StartLost
from harness.faults.launch.started_unseen import StartedUnseen
from harness.faults.model.content import ContentFault
from harness.faults.model.fault import FAULTS, REACTIONS, ChangesTruth, Fault, On, System, fault
from harness.faults.schedule.agent_outage import AgentOutage
from harness.faults.schedule.calendar_gap import CalendarGap
from harness.faults.schedule.early_release import EarlyRelease
from harness.faults.schedule.hold_forgotten import HoldForgotten
from harness.faults.schedule.kill_ignored import KillIgnored
from harness.faults.schedule.late_start import LateStart
from harness.faults.schedule.scheduler_restart import SchedulerRestart
from harness.faults.schedule.two_operators import TwoOperators
from harness.faults.waiting.job_overrun import JobOverrun
from harness.faults.waiting.source_hang import SourceHang

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
