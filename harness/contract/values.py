"""Bounds that several dataclasses of the contract have for their numbers."""

from __future__ import annotations


def at_least(least: int, **given: float | None) -> None:
    """Refuse a number below ``least``, by its name; ValueError. None is no number, and is not refused."""
    for name, value in given.items():
        if value is not None and value < least:
            raise ValueError(f"{name}: found {value}, expected a number from {least} on")
