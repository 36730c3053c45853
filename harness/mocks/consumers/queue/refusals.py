"""How a queue says no: in the server's own words."""

from __future__ import annotations

from collections.abc import Mapping

from harness.contract.consumers import ConsumerRefusal
from harness.contract.effects.consumers import Refuse, Reset
from harness.mocks.consumers.gate import Broken

ERRORS: Mapping[ConsumerRefusal, str] = {
    "unavailable": "LOADING Valkey is loading the dataset in memory",
    "read_only": "READONLY You can't write against a read only replica.",
    "disk_full": "OOM command not allowed when used memory > 'maxmemory'.",
}
"""Memory is what it stores in: that one is full."""


def error(text: str, *, at_exec: bool = False) -> bytes:
    """An answer that refuses a request, or all of a transaction."""
    return f"-{'EXECABORT Transaction discarded because of: ' if at_exec else ''}{text}\r\n".encode()


def told(broken: Broken) -> str:
    """What an exchange ends with, for the history."""
    if isinstance(broken, Refuse):
        return ERRORS[broken.refuse]
    return "the connection is reset" if isinstance(broken, Reset) else "the connection is closed without an answer"
