"""Which requests for parts of a file belong to one retrieval: they all see the file as it was when that began.

HTTP, S3 and the storage behind a Snowflake stage know no retrieval, only requests, and clients fetch a large file in
many ranges, some of them at once and in any order. The rule: a range belongs to the retrieval of that name that is
going on, if none of its bytes has been asked for in it yet. A range that was asked for already (a client tries again),
a request for the whole file or for its head, and a file that has been replaced each end it, and what is asked for then
begins another one. Where a protocol hands out tickets (the link or the key of one statement), each has retrievals of
its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from harness.mocks.source.files.source_file import ListedEntry
from harness.mocks.source.store.sight import Sight
from harness.mocks.source.store.store import Store


@dataclass
class _Retrieval:
    entry: ListedEntry
    night: int
    sight: Sight
    asked: list[tuple[int, int]] = field(default_factory=list)

    def takes(self, first: int, end: int) -> bool:
        """Count a range in, unless one of its bytes has been asked for."""
        if any(first < other_end and other_first < end for other_first, other_end in self.asked):
            return False
        self.asked.append((first, end))
        return True


class Retrievals:
    """The retrievals that go on, by ticket and name; without tickets, by name."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._going_on: dict[tuple[str, str], _Retrieval] = {}

    def whole(self, entry: ListedEntry, ticket: str = "") -> Sight:
        """The entry for a request of all of it."""
        self.end(entry.name, ticket)
        return self._store.take(entry)

    def end(self, name: str, ticket: str = "") -> None:
        """End the retrieval of this name: the next request for a part of it begins another one."""
        self._going_on.pop((ticket, name), None)

    def part(self, entry: ListedEntry, first: int, end: int, ticket: str = "") -> Sight:
        """The entry for a request of its bytes from ``first`` to ``end``, as far as it has them."""
        found = self._going_on.get((ticket, entry.name))
        same = found is not None and found.entry is entry and found.night == self._store.night
        if found is None or not same or not found.takes(first, end):
            found = _Retrieval(entry, self._store.night, self._store.take(entry), [(first, end)])
            self._going_on[ticket, entry.name] = found
        return found.sight
