"""How a delivery departs from the plan: what the effects at the point ``arrive`` make of one file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath

from harness.contract.effects.source import Delivery, MoveAway, MoveTo
from harness.contract.plan import PlannedFile
from harness.mocks.core.order import Armed
from harness.mocks.source.files.source_file import SourceFile, entries_of


def early_ns(order: Armed[Delivery], source_file: SourceFile) -> int | None:
    """When the order brings the file before its time; None where it does not."""
    move = order.effect.move
    return move.at_ns if isinstance(move, MoveTo) and move.at_ns < source_file.arrives_ns else None


def departs(order: Armed[Delivery], source_file: SourceFile, rank: int) -> bool:
    """Whether the order makes anything else of a planned arrival; ``rank`` counts the later files of the feed."""
    effect = order.effect
    if effect.after_ns is not None or early_ns(order, source_file) is not None:
        return False
    if effect.ways == {"reverse"}:
        return rank > 0
    if effect.ways == {"parts"} and effect.parts is not None:
        return any(entry.what in effect.parts for entry in entries_of(source_file))
    return True


def arrival_ns(orders: list[Armed[Delivery]], source_file: SourceFile, rank: int) -> int | None:
    """When a planned file comes although these orders act on it; None: never."""
    at_ns = source_file.arrives_ns
    for order in orders:
        move, reverse = order.effect.move, order.effect.reverse
        if isinstance(move, MoveAway):
            return None
        at_ns = move.at_ns if move is not None else at_ns
        at_ns += rank * reverse.every_ns if reverse is not None else 0
    return at_ns


def delivered(source_file: SourceFile, effect: Delivery, at_ns: int) -> SourceFile:
    """The file as it is delivered: at that moment, with the name and the content that the effect gives it."""
    changed = replace(source_file, arrives_ns=at_ns)
    if effect.content is not None:
        planned = PlannedFile(
            file=source_file.file,
            name=source_file.name,
            arrives_ns=at_ns,
            content=effect.content,
            source=source_file.via,
            flag=source_file.flag,
            control_file=source_file.control_file,
        )
        changed = SourceFile.planned(planned, source_file.path.parent)
    return changed if effect.as_ is None else changed.renamed(named(effect.as_, source_file.name))


def named(pattern: str, name: str) -> str:
    """A name made of a planned file's."""
    path = PurePosixPath(name)
    return pattern.replace("{name}", name).replace("{stem}", path.stem).replace("{suffix}", path.suffix)
