"""What a client sent and cannot be taken: which part of it, what was found there, and what was expected."""

from __future__ import annotations

from harness.mocks.core.texts import kept

LONGEST_FIELD = 200
LONGEST_SAID = 2_000


class Refusal(Exception):
    """A client's mistake, never one of ours: each front end answers it in the shape of its protocol.

    ``status`` is what HTTP has for it: 400, unless it is about size (413), time (408), an encoding (415) or who asks
    (403, 421).
    """

    def __init__(self, field: str, *, found: str, expected: str, status: int = 400) -> None:
        self.field = kept(field, LONGEST_FIELD)
        self.status = status
        super().__init__(kept(f"{self.field}: found {found}, expected {expected}", LONGEST_SAID))
