"""How a queue says no: in the server's own words."""

from __future__ import annotations

from collections.abc import Mapping

from harness.contract.consumers import ConsumerRefusal
from harness.contract.effects.consumers import Refuse, Reset
from harness.mocks.consumers.gate import Broken

ERRORS: Mapping[ConsumerRefusal, str] = {
    "unavailable": "LOADING Valkey is loading the dataset in memory",
    "read_only": "READONLY You can't write against a read only replica.",
    "disk_full": "MISCONF Valkey is configured to save RDB snapshots, but it's currently unable to persist to disk. "
    "Commands that may modify the data set are disabled, because this instance is configured to report errors during "
    "writes if RDB snapshotting fails (stop-writes-on-bgsave-error option). Please check the Valkey logs for details "
    "about the RDB error.",
    "out_of_memory": "OOM command not allowed when used memory > 'maxmemory'.",
}


def error(text: str, *, at_exec: bool = False) -> bytes:
    """An answer that refuses a request, or all of a transaction."""
    return f"-{'EXECABORT Transaction discarded because of: ' if at_exec else ''}{text}\r\n".encode()


def told(broken: Broken) -> str:
    """What an exchange ends with, for the history."""
    if isinstance(broken, Refuse):
        return ERRORS[broken.refuse]
    return "the connection is reset" if isinstance(broken, Reset) else "the connection is closed without an answer"
