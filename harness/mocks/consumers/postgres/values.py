"""Values as JSON has them, each the same wherever it comes from: from a table, or from the write-ahead log.

What JSON cannot hold exactly is text: a numeric with all its digits, times as ISO 8601 has them, bytes in hexadecimal.
Of a ``char(n)``, the blanks that fill it up say nothing, as for the server itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable

Json = str | int | float | bool | None

BOOL, INT8, INT2, INT4, FLOAT4, FLOAT8, BPCHAR, TIMESTAMP, TIMESTAMPTZ = 16, 20, 21, 23, 700, 701, 1042, 1114, 1184
"""Object ids of types that are built in, which are the same in every server."""


def converter(type_id: int) -> Callable[[str], Json]:
    """What makes a value of that type of the text in which the server writes it."""
    return _CONVERTERS.get(type_id, _as_it_is)


def _as_it_is(value: str) -> Json:
    return value


def _bool(value: str) -> Json:
    return value == "t"


def _float(value: str) -> Json:
    found = float(value)
    return found if math.isfinite(found) else value


def _char(value: str) -> Json:
    return value.rstrip(" ")


def _timestamp(value: str) -> Json:
    return value if value.endswith("BC") else value.replace(" ", "T", 1)


def _timestamptz(value: str) -> Json:
    told = str(_timestamp(value))
    return f"{told}:00" if told[-3:-2] in "+-" and told[-2:].isdigit() else told


_CONVERTERS: dict[int, Callable[[str], Json]] = {
    BOOL: _bool,
    INT2: int,
    INT4: int,
    INT8: int,
    FLOAT4: _float,
    FLOAT8: _float,
    BPCHAR: _char,
    TIMESTAMP: _timestamp,
    TIMESTAMPTZ: _timestamptz,
}
