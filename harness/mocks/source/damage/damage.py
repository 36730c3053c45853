"""What a damage does: a function from a file's bytes to what a client gets instead, for each kind of the contract."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable
from typing import Any, TypeVar

from harness.contract.effects.damages import Damage
from harness.formats.damageable import why_not
from harness.formats.units.service import as_found
from harness.mocks.core.extensions import users_code
from harness.mocks.source.damage.nothing import NothingToDamage
from harness.mocks.source.damage.text import BROKEN, digest_of, in_text, unpacked
from harness.mocks.source.files.body import Body
from harness.mocks.source.files.source_file import SourceFile

P = TypeVar("P", bound=Damage)

DamageFunction = Callable[[Body, SourceFile, P], Body]
"""The damaged bytes; the same body when nothing is damaged, and then the fault has not acted.

NothingToDamage says why nothing can be.
"""

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
    """What a client gets instead of a file's body. Raises NothingToDamage where that cannot be made of this file.

    A user's function is given the text that a compressed file unpacks to, which is packed again, and need not tell by
    itself that it has changed nothing.
    """
    function = DAMAGES[type(given)]
    if function.__module__.startswith(f"{__package__}."):
        if (why := why_not(given, source_file.layout)) is not None:
            raise NothingToDamage(why)
        return function(body, _as_found(body, source_file), given)
    return in_text(body, source_file, lambda text: _of_a_user(function, text, source_file, given))


def _as_found(body: Body, source_file: SourceFile) -> SourceFile:
    """The file with the separators that it says itself, where it can (UNA, ISA)."""
    layout = source_file.layout
    if layout is None or layout.units is None or layout.units.structure != "segments":
        return source_file
    try:
        with unpacked(body, layout.compress, layout.member) as text:
            return dataclasses.replace(source_file, layout=as_found(text, layout))
    except BROKEN:
        return source_file


def _of_a_user(function: DamageFunction[Any], text: Body, source_file: SourceFile, given: Damage) -> Body:
    """What a user's function makes of the unpacked file; the same body where no byte is another one."""
    with users_code(function):
        damaged: object = function(text, source_file, given)
        if not isinstance(damaged, Body):
            raise TypeError(f"it returned {damaged!r}, expected a Body, such as Body.of_bytes(...)")
    is_as_it_was = damaged.size == text.size and digest_of(damaged) == digest_of(text)
    return text if is_as_it_was else damaged


def chosen(source_file: SourceFile, key: str, count: int) -> int:
    """One of so many places in a file: the same one each time for the same content, another one for another."""
    return int.from_bytes(hashlib.sha256(f"{source_file.sha256}/{key}".encode()).digest()[:8]) % max(1, count)
