"""Why a mock cannot begin a night, where that is no bug: this machine lacks something, or a chain's file is wrong."""

from __future__ import annotations


class UnfitError(Exception):
    """In four parts, for the errors that people see: where, what was found, what was expected, what to do.

    ``author``: it is a mistake of who wrote the chain, and not this machine's.
    """

    def __init__(self, where: str, *, found: str, expected: str, todo: str, author: bool = False) -> None:
        super().__init__(f"{where}: found {found}; expected {expected}; {todo}")
        self.told = {"where": where, "found": found, "expected": expected, "todo": todo}
        self.author = author

    @property
    def answer(self) -> dict[str, object]:
        """What the control call is answered that asked for the night."""
        return {**self.told, "author": True} if self.author else {**self.told}
