"""Damages that cannot be done to a file of the chain, as its layout is known before the night."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, cast

from harness.chain.laid_out import laid_out, opaque_because
from harness.chain.model import Chain
from harness.contract.bounds import ContractError
from harness.contract.effects.damages import Damage
from harness.faults.model.fault import System
from harness.formats.damageable import why_not


class _NotYetKnown(Exception):
    """A damage needs what only a night has, such as another day's content."""


class _NoNight:
    """What a damage is asked for before there is a system."""

    def __getattr__(self, name: str) -> Any:
        raise _NotYetKnown(name)


def undoable(fault: str, damage: Callable[[System], Damage], file: str, chain: Chain) -> Iterator[tuple[str, str]]:
    """Why the damage would come to nothing: what the file's layout lacks, and what to do."""
    if file not in chain.files:
        return
    try:
        asked = damage(cast("System", _NoNight()))
    except (_NotYetKnown, ContractError):
        return  # what is wrong with its parameters, the fault says itself
    layouts = laid_out(chain, file)
    lacks = [why_not(asked, layout) for layout in layouts]
    if not lacks or None in lacks:
        return
    content = chain.files[file].content
    where = chain.where("files", file, "content", *([] if content.layout is None else ["layout"]))
    if (opaque := opaque_because(chain, file)) is not None:
        todo = f"{opaque} ({where}); say its member or format if it can be read"
    elif content.layout is not None:
        todo = f"say it in its layout ({where}) if it is otherwise"
    elif content.copy_of is not None and layouts[0].units is not None:
        todo = f"say its layout ({where}) if it is otherwise"
    else:
        todo = f"give it another form ({where})"
    yield "file", f"{fault} cannot be done to the file '{file}': {lacks[0]}; {todo}, or choose another fault"
