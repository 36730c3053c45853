"""Whether a value that a consumer holds is the one that was published: the same value may be written in several ways.

A file has text where JSON has numbers, and a decimal may lose its last zero on the way. What is text on both sides, in
a column of text, is the same only when it is equal: '1.10' is a version there, and '007' is never the number 7.
"""

from __future__ import annotations

import datetime as dt
import decimal
import functools
import json
import re
from typing import Any

_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(.*(Z|[+-]\d\d:?\d\d)|(:\d\d(\.\d{1,6})?)?)")


def same(published: Any, held: Any, *, text: bool = False) -> bool:
    """Whether both are one value; ``text``: the column is one of text."""
    if text and isinstance(published, str) and isinstance(held, str):
        return published == held
    return (published == held and type(published) is type(held)) or plain_value(published) == plain_value(held)


def plain_value(value: Any) -> str:
    """A value in the one form that all its ways of being written share.

    Nothing is the empty text, as a file of lines cannot tell them apart. A number has no zeros behind its last digit; a
    text with zeros before it, or an exponent, is an identifier and stays as it is. A moment with a time zone is in
    UTC; one without, at midnight, is its date, as a database gives back a date in a column of moments.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float | decimal.Decimal):
        return _number(str(value))
    if isinstance(value, dt.datetime):
        return _moment(value.isoformat())
    if isinstance(value, dt.date):
        return value.isoformat()
    if not isinstance(value, str):
        return json.dumps(value, sort_keys=True, ensure_ascii=False)
    if not value[:1].isdecimal() and value[:1] != "-":
        return value  # neither a number nor a moment
    if _NUMBER.fullmatch(value):
        return _number(value)
    return _moment(value) if _MOMENT.fullmatch(value) else value


def number_of(value: Any) -> decimal.Decimal | None:
    """The number that a value is, or that its text is; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float | decimal.Decimal):
        return None
    if isinstance(value, str) and not _NUMBER.fullmatch(value):
        return None
    number = decimal.Decimal(str(value))
    return number if number.is_finite() else None


def _number(text: str) -> str:
    if text.isascii() and text.lstrip("-").isdecimal():
        return text if text != "-0" else "0"
    number = decimal.Decimal(text)
    if not number.is_finite():
        return text
    if not number:
        return "0"
    digits = format(number, "f")
    return digits.rstrip("0").rstrip(".") if "." in digits else digits


@functools.lru_cache(maxsize=4_096)  # hours and days come again and again
def _moment(text: str) -> str:
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return text
    if moment.tzinfo is not None:
        return moment.astimezone(dt.UTC).isoformat()
    return moment.isoformat() if moment.time() != dt.time() else moment.date().isoformat()
