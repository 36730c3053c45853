"""What columns hold: the narrowest type that fits all values of the records seen."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import re
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from harness.formats import json_lines
from harness.formats.lines import TRAILER
from harness.formats.table import Column, Type

SAMPLE_RECORDS = 200
"""From so many records the types of columns are told."""

_INTEGER = re.compile(r"-?(0|[1-9]\d*)")
_DECIMAL = re.compile(r"-?\d+\.\d+")
_WITH_COMMA = re.compile(r"-?\d+,(?P<fraction>\d+)")
_DAY = re.compile(r"(?:\d{4}-\d\d-\d\d|(?P<day>\d\d)\.(?P<month>\d\d)\.(?P<year>\d{4}))")
_THOUSANDS = 3


class Typed(NamedTuple):
    """A column as it is found. ``comma``: its decimals have a comma."""

    column: Column
    comma: bool

    @classmethod
    def of(cls, name: str, values: Sequence[str]) -> Typed:
        """A column that has these values."""
        kind = type_of(values)
        return cls(Column(name, kind), kind == "decimal" and any("," in value for value in values))


def type_of(values: Sequence[str]) -> Type:
    """The narrowest type of all values that are not empty. 007 is no number: it would lose its zeros."""
    there = {*values} - {""}  # each once: most columns have few values
    if not there:
        return "text"
    if all(map(_INTEGER.fullmatch, there)):
        return "integer"
    others = [value for value in there if not _INTEGER.fullmatch(value)]
    if all(map(_DECIMAL.fullmatch, others)) or _have_commas(others):
        return "decimal"
    if all(_moment(value) is not None for value in there):
        return "date" if all(len(value) == len("2026-11-23") for value in there) else "timestamp"
    return "text"


def _have_commas(values: Sequence[str]) -> bool:
    """Whether a comma stands before their decimals: three digits behind each may be thousands."""
    fractions = [found["fraction"] for value in values if (found := _WITH_COMMA.fullmatch(value))]
    return len(fractions) == len(values) and any(len(one) != _THOUSANDS for one in fractions)


def _moment(value: str) -> dt.datetime | None:
    """2026-11-23 or 23.11.2026, with a time behind it or none."""
    day = _DAY.match(value)
    if day is None:
        return None
    if day["year"] is not None:
        value = f"{day['year']}-{day['month']}-{day['day']}{value[day.end() :]}"
    try:
        return dt.datetime.fromisoformat(value)
    except ValueError:
        return None


def objects(lines: Iterable[str]) -> list[dict[str, Any]]:
    """Those of JSON lines that are objects."""
    found = []
    for line in lines:
        try:
            value = json.loads(line) if line.lstrip().startswith("{") else None
        except (ValueError, RecursionError):
            value = None
        if isinstance(value, dict):
            found.append(value)
    return found


def columns_of_objects(found: Sequence[dict[str, Any]]) -> tuple[Typed, ...]:
    """Every key that one of them has."""
    records = [one for one in found if set(one) != {json_lines.TRAILER}]
    names = dict.fromkeys(name for one in records for name in one)
    return tuple(Typed.of(name, [_text(one.get(name)) for one in records]) for name in names)


def _text(value: Any) -> str:
    return "" if value is None else json.dumps(value) if isinstance(value, bool | dict | list) else str(value)


def columns_of_rows(rows: Sequence[Sequence[str]], header: int) -> tuple[Typed, ...]:
    """By the names in the last header line; without one, by their position."""
    if not rows:
        return ()
    records = [row for row in rows[header:] if row and row[0].upper() != TRAILER]
    width = len(rows[header - 1]) if header else max(map(len, records), default=0)
    names = list(rows[header - 1]) if header else numbered(width)
    values = itertools.chain(itertools.zip_longest(*records, fillvalue=""), itertools.repeat(()))
    return tuple(Typed.of(name, one) for name, one in zip(names, values, strict=False))


def numbered(width: int) -> list[str]:
    """Names for columns that have none."""
    return [f"column_{at + 1}" for at in range(width)]
