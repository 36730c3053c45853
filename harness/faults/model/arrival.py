"""What the faults of arrival share: why nothing can come between a file and its arrival, or after it."""

from __future__ import annotations

from collections.abc import Iterator

from harness.chain.model import Chain
from harness.chain.rules import minutes_of
from harness.faults.model.fault import Fault
from harness.values.units import Duration


def due_in_the_evening(file: str, chain: Chain) -> Iterator[tuple[str, str]]:
    """Why nothing can come between a file and its arrival: it is there when the night begins."""
    spec = chain.files.get(file)
    if spec is not None and minutes_of(spec.arrives) == minutes_of(chain.evening):
        text = f'{file!r} arrives at "{spec.arrives}", as the night begins, before any fault can act'
        yield "file", f"{text}: let it arrive a minute later"


def never_apart(after: Duration, fault: Fault) -> Iterator[tuple[str, str]]:
    """Why nothing lies between a file's arrival and what is to happen after it."""
    if not after and fault.on is None:
        yield "after", f"found after {after} and no event: expected 'after' or 'on', to say how long after its arrival"
