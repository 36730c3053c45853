"""How a delivery departs from the plan: the effects at the point ``arrive``, and what each makes of one file.

``move`` {at_ns} or {never: true}: all of it comes then, or not at all. ``reverse`` {every_ns}: the files of one feed
come last first, so far apart. ``parts`` {file, manifest, flag: nanoseconds or null}: a part comes so much later than it
should, or never. ``as`` NAME and ``content`` {sha256, size, records, …}: under that name, with that content. ``again``
{after_ns}: all this a second time, beside what the plan brings, so long after it, or after the order's event.
``rename`` {to, after_ns, back_ns or null}: it loses its name so long after it came, or after the event, and gets it
back so long after that.

A name may say ``{name}``, ``{stem}`` and ``{suffix}``: those of the planned file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any

from harness.mocks.armed import Order
from harness.mocks.source.held import Held, What, entries_of

PARTS: tuple[What, ...] = ("file", "manifest", "flag")
_KEYS = ("move", "reverse", "parts", "as", "content", "again", "rename")


def check(effect: Mapping[str, Any]) -> None:
    """Refuse a delivery that cannot be; ValueError names what was found and what is known."""
    if not effect or set(effect) - set(_KEYS):
        raise ValueError(f"arrive: found {sorted(effect)}, expected some of {', '.join(_KEYS)}")
    move, parts = effect.get("move"), effect.get("parts", {})
    if move is not None and not (move.get("never") is True or isinstance(move.get("at_ns"), int)):
        raise ValueError(f"arrive: found move={move}, expected at_ns or never")
    if unknown := sorted(set(parts) - set(PARTS)):
        raise ValueError(f"arrive: found the part {unknown[0]!r}, expected {', '.join(PARTS)}")
    for name, needed in (("reverse", "every_ns"), ("again", "after_ns"), ("rename", "after_ns"), ("rename", "to")):
        if name in effect and needed not in effect[name]:
            raise ValueError(f"arrive: {name} needs {needed!r}, found {sorted(effect[name])}")
    if "content" in effect and {"sha256", "size", "records"} - set(effect["content"]):
        raise ValueError(f"arrive: content needs sha256, size and records, found {sorted(effect['content'])}")


def comes_later(order: Order) -> bool:
    """Whether the order acts some time after the planned arrival, or at an event, and leaves the arrival alone."""
    return "again" in order.effect or "rename" in order.effect


def wait_ns(order: Order) -> int:
    """How long after the arrival, or after its event, such an order acts."""
    effect = order.effect["again"] if "again" in order.effect else order.effect["rename"]
    return int(effect["after_ns"])


def early_ns(order: Order, held: Held) -> int | None:
    """When the order brings the file before its time; None where it does not."""
    at_ns: int | None = order.effect.get("move", {}).get("at_ns")
    return at_ns if at_ns is not None and at_ns < held.arrives_ns else None


def departs(order: Order, held: Held, rank: int) -> bool:
    """Whether the order makes anything else of a planned arrival; ``rank`` counts the later files of the feed."""
    effect = order.effect
    if comes_later(order) or early_ns(order, held) is not None:
        return False
    if set(effect) == {"reverse"}:
        return rank > 0
    if set(effect) == {"parts"}:
        return any(entry.what in effect["parts"] for entry in entries_of(held))
    return True


def arrival_ns(orders: list[Order], held: Held, rank: int) -> int | None:
    """When a planned file comes although these orders act on it; None: never."""
    at_ns = held.arrives_ns
    for order in orders:
        move, reverse = order.effect.get("move"), order.effect.get("reverse")
        if move is not None and move.get("never"):
            return None
        at_ns = move["at_ns"] if move is not None else at_ns
        at_ns += rank * reverse["every_ns"] if reverse is not None else 0
    return at_ns


def delivered(held: Held, effect: Mapping[str, Any], at_ns: int) -> Held:
    """The file as it is delivered: at that moment, with the name and the content that the effect gives it."""
    changed = replace(held, arrives_ns=at_ns)
    if "content" in effect:
        planned = {"file": held.file, "name": held.name, "source": held.via, "arrives_ns": at_ns, "flag": held.flag}
        changed = Held.planned(planned | dict(effect["content"]), held.path.parent)
    return changed.renamed(named(effect["as"], held.name)) if "as" in effect else changed


def named(pattern: str, name: str) -> str:
    """A name made of a planned file's."""
    path = PurePosixPath(name)
    return pattern.replace("{name}", name).replace("{stem}", path.stem).replace("{suffix}", path.suffix)
