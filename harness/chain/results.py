"""What is wrong with what a chain says of files: of those that its folders begin with, and of its results."""

from __future__ import annotations

import datetime as dt
import re
import string
from collections.abc import Iterator, Mapping
from typing import Any

from harness.values.strict import Location, get, mapping, sequence

NEVER_RESULTS = (
    *("*.log", "*.log.*", "*/log/*", "*/logs/*"),
    *("*.db", "*.sqlite", "*.sqlite3", "*-wal", "*-shm", "*-journal"),
    *("*.pyc", ".nfs*"),
)
"""Logs tell how a night went, and a database is the chain's own state: a night that recovers ends with others."""


def held_file_mistakes(data: Mapping[str, Any]) -> Iterator[tuple[Location, str]]:
    """Of a file that a folder begins with: it is one of the chain's files, or any other under a name of its own."""
    file = data.get("file")
    if file is None and data.get("name") is None:
        yield (), "expected 'file: FILE', an earlier day's, or 'name: NAME' with its 'text' or 'copy'"
        return
    for key in ("days_before",) if file is None else ("text", "copy"):
        if get(data, key) is not None:
            other = "beside 'file: FILE'" if file is None else "without 'file: FILE'"
            yield (key,), f"found '{key}', expected it only {other}"
    if data.get("text") is not None and data.get("copy") is not None:
        yield ("copy",), "found 'text' and 'copy', expected one of them"


def held_name_mistake(pattern: Any) -> Any:
    """The name of any file, in which the night's date may be."""
    if not isinstance(pattern, str):
        return pattern
    try:
        fields = {field for _, field, _, _ in string.Formatter().parse(pattern) if field is not None}
        name = pattern.format(date=dt.date(2026, 11, 23))
    except (ValueError, KeyError, IndexError, AttributeError) as error:
        raise ValueError(f"found '{pattern}', expected a name, with {{date}} in it or without") from error
    if not fields <= {"date"} or not name.strip() or "/" in name or "\0" in name or name in (".", ".."):
        raise ValueError(f"found '{pattern}', expected a name without folders, with {{date}} in it or without")
    return pattern


def volatile_mistakes(data: Any) -> Iterator[tuple[Location, str]]:
    """Texts that are no regular expressions."""
    for name in mapping(data, "volatile"):
        for position, pattern in enumerate(sequence(get(data, "volatile"), name)):
            try:
                if isinstance(pattern, str):
                    re.compile(pattern.encode())
            except re.error as error:
                yield ("volatile", name, position), f"found '{pattern}', expected a regular expression: {error}"
