"""What a damage does: a function from a file's bytes to what a client gets instead, for each kind of the contract."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, TypeVar

from harness.contract.effects.damages import Damage
from harness.mocks.source.files.body import Body
from harness.mocks.source.files.source_file import SourceFile

P = TypeVar("P", bound=Damage)

Spoil = Callable[[Body, SourceFile, P], Body]
"""The damaged bytes; the same body when there is nothing to damage, and then the fault has not acted."""

SPOILS: dict[type[Damage], Spoil[Any]] = {}
"""What each kind of damage does."""


def damage(kind: type[P]) -> Callable[[Spoil[P]], Spoil[P]]:
    """Register what a kind of damage does."""

    def register(spoil: Spoil[P]) -> Spoil[P]:
        if kind in SPOILS:
            raise ValueError(f"two functions do the damage {kind.under!r}")
        SPOILS[kind] = spoil
        return spoil

    return register


def spoil(body: Body, source_file: SourceFile, given: Damage) -> Body:
    """What a client gets instead of a file's body."""
    return SPOILS[type(given)](body, source_file, given)


def chosen(source_file: SourceFile, key: str, count: int) -> int:
    """One of so many places in a file: the same one each time for the same content, another one for another."""
    return int.from_bytes(hashlib.sha256(f"{source_file.sha256}/{key}".encode()).digest()[:8]) % max(1, count)
