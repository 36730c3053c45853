"""What the faults of the network share: a chain that they can meet goes to the source for a file."""

from __future__ import annotations

from collections.abc import Iterator

from harness.chain.model import Chain
from harness.faults.model.fault import Fault


def nothing_to_reach(fault: Fault, chain: Chain) -> Iterator[tuple[str, str]]:
    """Why a fault of the network cannot act: no job goes to the source."""
    if not chain.files:
        yield fault.name, f"{fault.name} needs a file to retrieve, and {chain.chain} has none"
