"""Which character stands between the fields of a text."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence

from harness.formats import delimited

DELIMITERS = ",;\t|"

_TOLD = re.compile(r'\ufeff?"?sep=(.)"?\s*', re.IGNORECASE)


def told_delimiter(lines: Sequence[str]) -> str | None:
    """What a first line such as ``sep=;`` says to a spreadsheet."""
    found = _TOLD.fullmatch(lines[0]) if lines else None
    return found[1] if found else None


def guessed_delimiter(lines: Sequence[str]) -> str:
    """By the csv module's guess where it dares one, else the one that the first line has most of."""
    body = [line for line in lines if line.strip()][:50]
    if not body:
        return ","
    if not any('"' in line for line in body):
        there = [one for one in DELIMITERS if any(one in line for line in body)]
        if len(there) == 1:
            return there[0]
        try:
            # A trailer has other fields than the records, and spoils the guess for a small file.
            return csv.Sniffer().sniff("\n".join(body[:-1] or body), DELIMITERS).delimiter
        except csv.Error:
            pass
    return max(DELIMITERS, key=lambda one: len(next(delimited.rows(body[:1], one))))
