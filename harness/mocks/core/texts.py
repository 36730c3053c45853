"""Texts from outside, bounded where they come in: what is longer is cut and says so, what is no Unicode is mended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.history import EventType, Recorder

LONGEST_TEXT = 8_192
"""Characters: four pages of print, more than anybody reads of a page or an error. A history holds thousands of them."""

_NO_TEXT = frozenset({int, float, bool, type(None)})

_NOTE = 80
"""Room for the note, so that a text that has been cut is not cut again."""


def kept(text: str, most: int = LONGEST_TEXT) -> str:
    """The text, or its beginning and how long it was; lone surrogates, which no file can hold, become ``?``."""
    if len(text) > most + _NOTE:
        text = f"{text[:most]}… ({len(text):,} characters, the first {most:,} are kept)"
    return text if text.isascii() else text.encode(errors="replace").decode()


def all_kept(value: Any) -> Any:
    """A value of an event with every text in it bounded."""
    kind = type(value)
    if kind in _NO_TEXT or (kind is str and len(value) <= LONGEST_TEXT and value.isascii()):
        return value  # as nearly all of them are
    if kind is dict:
        return {all_kept(name): all_kept(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [all_kept(one) for one in value]
    if isinstance(value, str):
        return kept(value)
    if isinstance(value, Mapping):
        return {kept(name) if isinstance(name, str) else name: all_kept(one) for name, one in value.items()}
    return value


class BoundedRecorder(Recorder):
    """A recorder of a mock: whatever clients and jobs send, an event stays small and can be written."""

    def record(
        self,
        type: EventType,  # noqa: A002 - the event's field is called type
        action: str,
        value: Mapping[str, Any] | None = None,
        *,
        error: str | None = None,
        component: str | None = None,
    ) -> None:
        """Write one event now, with bounded texts."""
        bounded = None if error is None else kept(error)
        super().record(type, action, all_kept(value or {}), error=bounded, component=component)
