"""Conditions on a request for a file: whether they hold, by the rules of RFC 9110 (13.1 and 13.2.2)."""

from __future__ import annotations

import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

NOT_MODIFIED, PRECONDITION_FAILED = 304, 412


def unmet(headers: Mapping[str, str], tag: str, modified_ns: int) -> tuple[int, str] | None:
    """The status that a condition asks for, and the header that states it; None when all of them hold."""
    modified_s = modified_ns // 1_000_000_000
    if (wanted := headers.get("If-Match")) is not None:
        if not _among(tag, wanted):
            return PRECONDITION_FAILED, "If-Match"
    elif (since := _seconds(headers.get("If-Unmodified-Since"))) is not None and modified_s > since:
        return PRECONDITION_FAILED, "If-Unmodified-Since"
    if (known := headers.get("If-None-Match")) is not None:
        if _among(tag, known):
            return NOT_MODIFIED, "If-None-Match"
    elif (since := _seconds(headers.get("If-Modified-Since"))) is not None and modified_s <= since <= time.time():
        return NOT_MODIFIED, "If-Modified-Since"
    return None


def range_holds(headers: Mapping[str, str], tag: str, modified_ns: int) -> bool:
    """Whether the range is still of the file that the client knows (If-Range); if not, it is to get all of the file."""
    known = headers.get("If-Range")
    if known is None:
        return True
    if known.startswith('"'):
        return known == tag
    return _seconds(known) == modified_ns // 1_000_000_000  # a weak tag never holds, and is no date either


def _among(tag: str, tags: str) -> bool:
    found = {one.strip().removeprefix("W/").strip('"') for one in tags.split(",")}
    return "*" in found or tag.strip('"') in found


def _seconds(date: str | None) -> float | None:
    try:
        return None if date is None else parsedate_to_datetime(date).timestamp()
    except (ArithmeticError, LookupError, TypeError, ValueError):  # the standard library's readers are not that strict
        return None  # as RFC 9110 asks: a date that is none is no condition
