"""What the faults of the source and its network share: the protocols by which a chain meets its source at all."""

from __future__ import annotations

from collections.abc import Iterator

from harness.chain.model import Chain
from harness.contract.protocols import PROTOCOLS, Protocol
from harness.faults.model.fault import Fault


def spoken(chain: Chain) -> dict[Protocol, str]:
    """The protocols between a chain and its source, each with "come" (files come by it) or "go" (jobs may send by it).

    A job may send by a protocol whose address it takes.
    """
    coming: dict[Protocol, str] = {spec.source: "come" for spec in chain.files.values()}
    endpoints = {place.partition(".")[0] for place in chain.takes}
    going = (protocol for protocol in PROTOCOLS if ("source" if protocol == "http" else protocol) in endpoints)
    return coming | {protocol: "go" for protocol in going if protocol not in coming}


def nothing_to_reach(fault: Fault, chain: Chain) -> Iterator[tuple[str, str]]:
    """Why a fault of the network cannot act: no job goes to the source."""
    if not spoken(chain):
        yield (
            fault.name,
            f"{fault.name} needs a file to retrieve or to send, and {chain.chain} has none",
        )
