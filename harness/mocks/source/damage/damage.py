"""What a damage is: a function from a file's bytes to what a client gets instead, registered under its effect's key."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from harness.mocks.source import growing, misstating
from harness.mocks.source.body import Body
from harness.mocks.source.held import Held

LENGTHS = ("consistent", "declared", "missing")
MANIFESTS = ("true", "follows")
OTHERS = ("grow", "misstate")
"""Effects on how a file is served that leave its bytes alone."""
CHECKSUMS = ("true", "off")

Parameters = Mapping[str, Any]
Spoil = Callable[[Body, Held, Parameters], Body]
"""The damaged bytes; the same body when there is nothing to damage, and then the fault has not acted."""


@dataclass(frozen=True)
class Damage:
    """A damage by the key that carries its parameters in an order's effect."""

    key: str
    spoil: Spoil
    check: Callable[[Parameters], None]


DAMAGES: dict[str, Damage] = {}
"""Every registered damage by its key."""


def damage(key: str, *, check: Callable[[Parameters], None] = lambda _: None) -> Callable[[Spoil], Spoil]:
    """Register a damage; ``check`` refuses parameters that make no sense with a ValueError that names them."""

    def register(spoil: Spoil) -> Spoil:
        if key in DAMAGES:
            raise ValueError(f"two damages are called {key!r}")
        DAMAGES[key] = Damage(key, spoil, check)
        return spoil

    return register


def one_of(key: str, given: Parameters, name: str, known: Collection[str]) -> None:
    """Refuse a parameter that is missing, or none of the known ones."""
    if given.get(name) not in known:
        raise ValueError(f"{key}: found {name}={given.get(name)!r}, expected one of {', '.join(known)}")


def whole(key: str, given: Parameters, name: str, least: int) -> None:
    """Refuse a parameter that is no whole number, or too small a one."""
    if not isinstance(given.get(name), int) or given[name] < least:
        raise ValueError(f"{key}: found {name}={given.get(name)!r}, expected a whole number from {least} on")


def chosen(held: Held, key: str, count: int) -> int:
    """One of so many places in a file: the same one each time for the same content, another one for another."""
    return int.from_bytes(hashlib.sha256(f"{held.sha256}/{key}".encode()).digest()[:8]) % max(1, count)


def damage_in(effect: Parameters) -> Damage | None:
    """The damage that an effect carries, if it carries one."""
    return next((DAMAGES[key] for key in effect if key in DAMAGES), None)


def check(effect: Parameters) -> None:
    """Refuse an effect on a file's content that a source cannot have; ValueError names what was found and is known."""
    if "grow" in effect:
        growing.check(effect["grow"])
        return
    if "misstate" in effect:
        misstating.check(effect["misstate"])
        return
    found = damage_in(effect)
    if found is None:
        raise ValueError(f"effect of a source: found {sorted(effect)}, expected one of {sorted([*DAMAGES, *OTHERS])}")
    found.check(effect[found.key])
    for name, known in (("length", LENGTHS), ("manifest", MANIFESTS), ("checksum", CHECKSUMS)):
        if effect.get(name, known[0]) not in known:
            raise ValueError(f"{found.key}: found {name}={effect[name]!r}, expected one of {', '.join(known)}")
