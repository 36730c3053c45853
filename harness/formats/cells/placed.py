"""Values at a place of the line: how they are padded, and how others are put there with the same padding."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from harness.contract.layout import Cell
from harness.formats.cells.room import NoRoom
from harness.formats.cells.span import Span

Filled = Literal["zeros", "left", "right"]
"""With what, and on which side, a place is filled up: zeros before a number, or blanks."""


def span(text: str, cell: Cell) -> Span | None:
    """What stands there, blanks and all; its value is without them. A line may end early, within the value."""
    start = cell.start or 0
    if start >= len(text):
        return None
    end = len(text) if cell.width is None else min(start + cell.width, len(text))
    raw = text[start:end]
    return Span(start, end, raw, raw.strip(" "))


def value(text: str, cell: Cell) -> str | None:
    """What stands there, without the blanks around it."""
    start = cell.start or 0
    if start >= len(text):
        return None
    return text[start : None if cell.width is None else start + cell.width].strip(" ")


def filled(raw: str) -> Filled | None:
    """How a place is filled up with blanks; None when it has none, or nothing else."""
    if not raw.strip(" ") or raw == raw.strip(" "):
        return None
    return "left" if raw.startswith(" ") and not raw.endswith(" ") else "right"


def written(
    raw: str, new: str, width: int | None, *, otherwise: Filled = "right", size: Callable[[str], int] = len
) -> str:
    """``new`` padded as ``raw`` is, in as much room; NoRoom if it needs more.

    ``otherwise``: how it is filled up where that does not show. ``size``: how much of the width a text takes.
    """
    held = size(raw)
    room = held if width is None else width
    if size(new) > room:
        raise NoRoom(f"found {new!r}, {size(new)} wide, expected at most {room}")
    missing = held - size(new)
    if missing <= 0:
        return new
    if held < room:
        # The line's last blanks were left out.
        return new
    fill = filled(raw) or ("zeros" if _is_whole(raw) and _is_whole(new) and raw.startswith("0") else otherwise)
    if fill == "zeros":
        return new[:1] + "0" * missing + new[1:] if new[:1] in ("+", "-") else "0" * missing + new
    return " " * missing + new if fill == "left" else new + " " * missing


def _is_whole(text: str) -> bool:
    return text.isascii() and text.isdigit()
