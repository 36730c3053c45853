"""Layouts that are known by a name: what the formats of payments and of orders are made of, and what they state."""

from __future__ import annotations

from harness.contract.content import SaidLayout
from harness.formats.known.bai2 import BAI2
from harness.formats.known.edi import EDIFACT, X12
from harness.formats.known.iso20022 import CAMT053, PAIN001
from harness.formats.known.mt940 import MT940
from harness.formats.known.nacha import NACHA

KNOWN: dict[str, SaidLayout] = {
    "bai2": BAI2,
    "camt053": CAMT053,
    "edifact": EDIFACT,
    "mt940": MT940,
    "nacha": NACHA,
    "pain001": PAIN001,
    "x12": X12,
}
"""Each by the name that a chain gives it under ``like``."""
