"""What the contract's dataclasses refuse, and the bounds that several of them have for their values."""

from __future__ import annotations

import re

_SHA256 = re.compile(r"[0-9a-f]{64}")


class ContractError(ValueError):
    """What one side has said, and the contract does not have: where it stands, what was found, what is known."""


def at_least(least: int, **given: float | None) -> None:
    """Refuse a number below ``least``, by its name. None is no number, and is not refused."""
    for name, value in given.items():
        if value is not None and not value >= least:  # what is no number at all is not
            raise ContractError(f"{name}: found {value}, expected a number from {least} on")


def at_most(most: int, **given: float | None) -> None:
    """Refuse a number above ``most``, by its name."""
    for name, value in given.items():
        if value is not None and not value <= most:
            raise ContractError(f"{name}: found {value}, expected a number up to {most}")


def checksum(sha256: str) -> None:
    """Refuse what is no SHA-256: it is the name of a file in the store."""
    if not _SHA256.fullmatch(sha256):
        raise ContractError(f"sha256: found {sha256!r}, expected 64 hexadecimal digits")


def said(**given: str | None) -> None:
    """Refuse a text that is empty, by its name."""
    for name, value in given.items():
        if value == "":
            raise ContractError(f"{name}: found nothing, expected a text")
