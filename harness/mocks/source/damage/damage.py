"""What a damage does: a function from a file's bytes to what a client gets instead, for each kind of the contract."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, TypeVar

from harness.contract.effects.damages import Damage
from harness.mocks.source.files.body import Body
from harness.mocks.source.files.source_file import SourceFile

P = TypeVar("P", bound=Damage)

DamageFunction = Callable[[Body, SourceFile, P], Body]
"""The damaged bytes; the same body when there is nothing to damage, and then the fault has not acted."""

DAMAGES: dict[type[Damage], DamageFunction[Any]] = {}
"""What each kind of damage does."""


def damage(kind: type[P]) -> Callable[[DamageFunction[P]], DamageFunction[P]]:
    """Register what a kind of damage does."""

    def register(function: DamageFunction[P]) -> DamageFunction[P]:
        if kind in DAMAGES:
            raise ValueError(f"two functions do the damage {kind.under!r}")
        DAMAGES[kind] = function
        return function

    return register


def apply_damage(body: Body, source_file: SourceFile, given: Damage) -> Body:
    """What a client gets instead of a file's body."""
    return DAMAGES[type(given)](body, source_file, given)


def chosen(source_file: SourceFile, key: str, count: int) -> int:
    """One of so many places in a file: the same one each time for the same content, another one for another."""
    return int.from_bytes(hashlib.sha256(f"{source_file.sha256}/{key}".encode()).digest()[:8]) % max(1, count)
