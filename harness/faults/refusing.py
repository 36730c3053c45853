"""What the faults share that refuse requests: how they are armed, and which protocols can say it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any, Literal

from harness.chain import Chain
from harness.faults.fault import Fault, System
from harness.units import Duration

Operation = Literal["login", "query", "list", "stat", "get", "put", "remove", "rename"]

OPERATIONS: Mapping[str, tuple[str, ...]] = {
    "http": ("list", "stat", "get"),
    "s3": ("list", "stat", "get", "put", "remove"),
    "sftp": ("login", "list", "stat", "get", "put", "remove", "rename"),
    "snowflake": ("login", "query", "list", "get", "put", "remove"),
}
"""What a client can ask for, by protocol."""

SPOKEN: Mapping[str, tuple[str, ...]] = {
    "unavailable": ("http", "s3", "sftp", "snowflake"),
    "internal_error": ("http", "s3", "sftp", "snowflake"),
    "throttled": ("http", "s3", "sftp", "snowflake"),
    "forbidden": ("http", "s3", "sftp", "snowflake"),
    "login_refused": ("http", "s3", "sftp", "snowflake"),
    "session_expired": ("http", "s3", "sftp", "snowflake"),
    "token_expired": ("http", "s3", "snowflake"),
    "endless_listing": ("http", "s3", "sftp", "snowflake"),
}
"""Which protocols have words for a refusal."""

SAYS_WHEN = ("http", "s3", "snowflake")
"""Those in which an answer can say when to come again: they are carried by HTTP."""


def refusing(
    system: System,
    fault: Fault,
    kind: str,
    operation: str | None = None,
    retry_after_s: int | None = None,
    every: Duration | None = None,
) -> AbstractContextManager[None]:
    """Arm the source's gate, which every request of every protocol passes."""
    effect: dict[str, Any] = {"refuse": kind}
    if retry_after_s is not None:
        effect["retry_after_s"] = retry_after_s
    if every is not None:
        effect["every_ns"] = every.ns
    where = {} if operation is None else {"operation": operation}
    return system.armed(fault, component="source", point="request", where=where, effect=effect)


def unspoken(fault: Fault, kind: str, chain: Chain, operation: str | None = None) -> Iterator[tuple[str, str]]:
    """Why none of the chain's files comes by a protocol that has this refusal, or this operation."""
    protocols = sorted({spec.source for spec in chain.files.values()})
    if not protocols:
        yield fault.name, f"{chain.chain} retrieves no file, so that nothing can be refused"
        return
    told = f"the files of {chain.chain} come by {' and '.join(protocols)}"
    able = [protocol for protocol in protocols if protocol in SPOKEN[kind]]
    if not able:
        yield fault.name, f"{told}, which has no words for {fault.name}; expected {', '.join(SPOKEN[kind])}"
    elif operation is not None and not any(operation in OPERATIONS[protocol] for protocol in able):
        known = sorted({one for protocol in able for one in OPERATIONS[protocol]})
        yield "operation", f"found operation '{operation}', but {told}: expected one of {', '.join(known)}"


def says_when(chain: Chain) -> bool:
    """Whether some file of the chain comes by a protocol that can say when to come again."""
    return any(spec.source in SAYS_WHEN for spec in chain.files.values())
