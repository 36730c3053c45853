"""Which requests belong to one retrieval: a driver may take a large object in ranges, and they must agree.

A ticket (one statement's link or key) and a name have one retrieval under way. A request without a range begins
another, and so does one for a range that the retrieval has had: a driver that asks again wants another try.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from harness.mocks.source.held import Entry
from harness.mocks.source.store import Sight, Store


@dataclass
class _Retrieval:
    sight: Sight
    had: set[str | None] = field(default_factory=set)


class Retrievals:
    """Those of a night."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._under_way: dict[tuple[str, str], _Retrieval] = {}

    def sight(self, entry: Entry, ticket: str, asked: str | None) -> Sight:
        """What this request sees; faults act once for each retrieval. ``asked`` is its Range header."""
        key = (ticket, entry.name)
        found = self._under_way.get(key)
        if found is None or asked is None or asked in found.had:
            found = self._under_way[key] = _Retrieval(self._store.take(entry))
        found.had.add(asked)
        return found.sight
