"""The faults: one failure mode a file, under the name that users type."""

from harness.faults.another_customer import AnotherCustomer
from harness.faults.another_time_zone import AnotherTimeZone
from harness.faults.changed_content import ChangedContent
from harness.faults.content import ContentFault
from harness.faults.decimal_comma import DecimalComma
from harness.faults.duplicate_records import DuplicateRecords
from harness.faults.empty_file import EmptyFile
from harness.faults.fault import FAULTS, REACTIONS, Fault, On, System, fault
from harness.faults.flip_bit import FlipBit
from harness.faults.grow_while_read import GrowWhileRead
from harness.faults.job_overrun import JobOverrun
from harness.faults.launch_failure import LaunchFailure
from harness.faults.missing_trailer import MissingTrailer
from harness.faults.no_fault import NoFault
from harness.faults.nul_tail import NulTail
from harness.faults.schema_drift import SchemaDrift
from harness.faults.source_hang import SourceHang
from harness.faults.stale_content import StaleContent
from harness.faults.truncate_file import TruncateFile
from harness.faults.wrong_delimiter import WrongDelimiter
from harness.faults.wrong_encoding import WrongEncoding
from harness.faults.wrong_line_ends import WrongLineEnds
from harness.faults.wrong_part import WrongPart
from harness.faults.wrong_totals import WrongTotals

__all__ = [
    "FAULTS",
    "REACTIONS",
    "AnotherCustomer",
    "AnotherTimeZone",
    "ChangedContent",
    "ContentFault",
    "DecimalComma",
    "DuplicateRecords",
    "EmptyFile",
    "Fault",
    "FlipBit",
    "GrowWhileRead",
    "JobOverrun",
    "LaunchFailure",
    "MissingTrailer",
    "NoFault",
    "NulTail",
    "On",
    "SchemaDrift",
    "SourceHang",
    "StaleContent",
    "System",
    "TruncateFile",
    "WrongDelimiter",
    "WrongEncoding",
    "WrongLineEnds",
    "WrongPart",
    "WrongTotals",
    "fault",
]
