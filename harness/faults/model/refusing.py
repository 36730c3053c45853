"""What the faults share that refuse requests: how they are armed, and which protocols can say it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager

from harness.chain.model import Chain
from harness.contract import points
from harness.contract.effects.source import Refuse
from harness.contract.protocols import CARRIED_BY_HTTP, OPERATIONS, SPOKEN_BY, Refusal
from harness.faults.model.fault import Fault, System
from harness.faults.model.network import spoken
from harness.values.units import Duration


def refusing(
    system: System,
    fault: Fault,
    kind: Refusal,
    operation: str | None = None,
    retry_after_s: int | None = None,
    every: Duration | None = None,
) -> AbstractContextManager[None]:
    """Arm the source's gate, which every request of every protocol passes."""
    effect = Refuse(refuse=kind, retry_after_s=retry_after_s, every_ns=0 if every is None else every.ns)
    where = {} if operation is None else {"operation": operation}
    return system.armed(fault, points.REQUEST, effect, **where)


def unspoken(fault: Fault, kind: Refusal, chain: Chain, operation: str | None = None) -> Iterator[tuple[str, str]]:
    """Why none of the chain's files comes or goes by a protocol that has this refusal, or this operation."""
    protocols = spoken(chain)
    if not protocols:
        yield fault.name, f"{chain.chain} retrieves no file and sends none, so that nothing can be refused"
        return
    ways = (f"{way} by {protocol}" for protocol, way in sorted(protocols.items()))
    told = f"the files of {chain.chain} {' and '.join(ways)}"
    able = [protocol for protocol in protocols if protocol in SPOKEN_BY[kind]]
    if not able:
        yield fault.name, f"{told}, which has no words for {fault.name}; expected {', '.join(SPOKEN_BY[kind])}"
    elif operation is not None and not any(operation in OPERATIONS[protocol] for protocol in able):
        known = sorted({one for protocol in able for one in OPERATIONS[protocol]})
        yield "operation", f"found operation '{operation}', but {told}: expected one of {', '.join(known)}"


def says_when(chain: Chain) -> bool:
    """Whether some file of the chain comes or goes by a protocol that can say when to come again."""
    return any(protocol in CARRIED_BY_HTTP for protocol in spoken(chain))
