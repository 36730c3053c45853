"""A control file: what the sender of a file states of it in a file beside it, in its own words."""

from __future__ import annotations

import datetime as dt
import string
from decimal import Decimal

FIELDS = ("name", "records", "control_total", "size", "sha256", "md5", "date")
"""What a template can state: the file's name, its records, the sum of its control column, its bytes, its checksums in
hexadecimal, and the date whose file it is."""


def fields_of(template: str) -> set[str]:
    """What a template states; ValueError when its braces are none of a template."""
    return {field for _, field, _, _ in string.Formatter().parse(template) if field is not None}


def stated(
    template: str,
    *,
    name: str,
    records: int,
    control_total: int | str | Decimal | None,
    size: int,
    sha256: str,
    md5: str,
    date: dt.date,
) -> str:
    """The text of a control file; numbers take Python's formats: ``{records:010}``, ``{control_total:015.2f}``."""
    total = Decimal(control_total) if isinstance(control_total, str) else control_total
    return template.format(
        name=name, records=records, control_total=total, size=size, sha256=sha256, md5=md5, date=date
    )
