"""What this machine lacks for a Valkey, in the four parts of a `StackError`, which a mock does not have."""

from __future__ import annotations


class QueueUnavailable(Exception):
    """No server can run here: where, what was found, what was expected, what to do."""

    def __init__(self, where: str, *, found: str, expected: str, todo: str) -> None:
        super().__init__(f"{where}: found {found}; expected {expected}; {todo}")
        self.told = {"where": where, "found": found, "expected": expected, "todo": todo}
