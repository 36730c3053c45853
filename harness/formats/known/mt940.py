"""MT940: the statement of an account, lines that begin with the tag of their field, or continue the one before.

Source: SWIFT, Category 9, MT 940 Customer Statement Message: opening balance 60F (60M of an intermediate page),
transactions 61, each with an account owner's information 86 of several lines, closing balance 62F (62M), available
balances 64 and 65. A line that begins with no tag continues the field before; none of those begins with a hyphen.

It states no counts. The closing balance is the opening one and all transactions, whose amounts stand at no fixed place
(after an optional date, a mark of one or two letters, an optional letter), so the balances do not follow.
"""

from __future__ import annotations

from harness.contract.content import SaidLayout
from harness.contract.layout import RECORDS, Kind, UnitLayout

MT940 = SaidLayout(
    units=UnitLayout(
        kinds=(
            Kind(name=RECORDS, role="record", starts=(":61:",)),
            Kind(name="parts", role="part", starts=(":86:",)),
            Kind(name="statement opens", role="header", starts=(":20:",), opens="statement"),
            Kind(name="header", role="header", starts=("{", ":21:", ":25", ":28", ":60F:", ":60M:")),
            Kind(name="statement closes", role="trailer", starts=(":62F:", ":62M:"), closes="statement"),
            Kind(name="trailer", role="trailer", starts=(":64:", ":65:", "-")),
            Kind(name="continuation", role="part"),
        ),
    ),
)
