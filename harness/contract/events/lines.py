"""The lines of a history file: the header that names the format, and what every event has."""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import NoneType
from typing import Any, get_args

from harness.contract.codec import shown
from harness.contract.events import HISTORY_FORMAT, HISTORY_VERSION, EventType
from harness.contract.events.vocabulary import NUMBER, OBJECT, TEXT, Field, Kind, one_of, or_null

HEADER: Mapping[str, Any] = {"format": HISTORY_FORMAT, "version": HISTORY_VERSION}
"""The first line. It is no event, so the digest of a night knows nothing of it."""

EVENT: Mapping[str, Field] = {
    "index": Field(NUMBER, "its place in the history, from 0; who reads a file counts anew"),
    "at": Field(NUMBER, "when: UTC, in nanoseconds since 1970, by the night's clock; it orders the events"),
    "component": Field(TEXT, "who records it: a part of the night, or a consumer of the chain"),
    "type": Field(one_of(*get_args(EventType)), "begun, done, failed; or that it happened, or is uncertain"),
    "action": Field(TEXT, "what it is about"),
    "value": Field(OBJECT, "what it says: its own fields"),
    "error": Field(or_null(TEXT), "why it failed, or what else is to be said"),
}
"""Every other line."""

_LEFT_OUT = {"index": 0, "error": None}
"""What a component that records may leave out."""

_PYTHON = {"integer": int, "string": str, "object": dict, "null": NoneType}

_GIVE_ANOTHER = "give a file that `harness run --histories DIR` has written"


def parsed(line: bytes, *, first: bool) -> Mapping[str, Any] | None:
    """The event that a line holds; None where it is empty, or the header, which only the first may be.

    A file without a header was written before there were versions; its events are those of version 1. ValueError says
    what was found, what was expected and what to do, for who knows the place.
    """
    if not line.strip():
        return None
    try:
        told = json.loads(line)
    except ValueError as error:
        raise ValueError(f"found no JSON ({error}), expected one event a line; {_GIVE_ANOTHER}, whole") from None
    if not isinstance(told, dict):
        raise ValueError(f"found {shown(told)}, expected an event, which is an object; {_GIVE_ANOTHER}")
    if first and "format" in told:
        _check_header(told)
        return None
    event = _LEFT_OUT | told
    for name, field in EVENT.items():
        if name not in event:
            raise ValueError(f"found an object without {name!r}, expected an event; {_GIVE_ANOTHER}")
        if not _is(field.kind, event[name]):
            raise ValueError(f"found {name} {shown(event[name])}, expected {field.kind.words}; {_GIVE_ANOTHER}")
    return event


def _check_header(header: Mapping[str, Any]) -> None:
    found, version = header["format"], header.get("version")
    if found != HISTORY_FORMAT:
        raise ValueError(f"found the format {shown(found)}, expected {shown(HISTORY_FORMAT)}; {_GIVE_ANOTHER}")
    if type(version) is int and version > HISTORY_VERSION:
        newer = "read it with the Night Harness that has written it, or with a newer one"
        raise ValueError(f"found version {version} of the format, expected {HISTORY_VERSION}; {newer}")
    if type(version) is not int or version != HISTORY_VERSION:
        raise ValueError(f"found version {shown(version)} of the format, expected {HISTORY_VERSION}; {_GIVE_ANOTHER}")


def _is(kind: Kind, found: Any) -> bool:
    """Whether it is of this kind, itself: what is inside it, only the JSON Schema knows."""
    if "enum" in kind.schema:
        return found in kind.schema["enum"]
    types = kind.schema["type"]
    return type(found) in [_PYTHON[one] for one in ([types] if isinstance(types, str) else types)]
