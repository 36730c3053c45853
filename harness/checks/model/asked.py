"""What a chain asked of its neighbours: each request with how it ended, connections, and credentials that were refused.

A neighbour is an endpoint of the chain: `source` (over HTTP), `s3`, `sftp`, `snowflake`, and `consumers`, all together,
whose requests are batches over HTTP, commits of a database and pushes to a queue.
"""

from __future__ import annotations

import functools
import re
from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from harness.contract.events.neighbours import SENT
from harness.history import Event, History

_OVER_HTTP = "source"
_STORING = tuple(SENT.values())
"""What is asked of a consumer, by the names of its kinds."""
_AT_CONSUMERS = ("postgres", "queue")
"""Endpoints beside their own by which consumers are reached."""
_NOT_THERE = re.compile(r"\b404\b|not there|no such (?:file|key)|nosuchkey", re.IGNORECASE)
_CHANGES = ("listing", "flag", "manifest")
"""What a client looks at again and again while it waits for a file."""

_ONE_CONNECTION_NS = 1_000_000
"""A connection that is taken and does not get to its endpoint leaves two events, at one time but for clock readings."""

SECOND_NS = 1_000_000_000

PAUSE_NS = 2 * SECOND_NS
"""Three attempts within this time are attempts without a pause."""

_POLL_PAUSE_NS = 9 * SECOND_NS // 10
"""Between two looks of one that looks every second: its requests do not all take equally long."""

Thing = tuple[str, ...]
"""What is asked for, so that a second time is a repetition."""


@dataclass
class Attempt:
    """One request, connection or login."""

    at_ns: int
    thing: Thing
    failed: bool = False
    looked: bool = False
    """Whether it was answered, with what a client looks at that waits, or that what it asks for is not there."""


@dataclass(frozen=True)
class Asked:
    """All that one neighbour was asked, in the order of time."""

    requests: list[Attempt] = field(default_factory=list)
    connections: list[Attempt] = field(default_factory=list)
    logins: list[Attempt] = field(default_factory=list)
    """Of logins only those that were refused, one for each credential; what was let in is a request."""
    refused_in_a_row: list[int] = field(default_factory=lambda: [0, 0])
    """The longest row of refused credentials, and the one that goes on."""

    @property
    def most_in_a_row(self) -> int:
        """How many credentials were refused without one that was taken between them."""
        return self.refused_in_a_row[0]

    def refused(self) -> None:
        """One more credential was refused."""
        self.refused_in_a_row[1] += 1
        self.refused_in_a_row[0] = max(self.refused_in_a_row)

    def taken(self) -> None:
        """Somebody was let in."""
        self.refused_in_a_row[1] = 0


@functools.lru_cache(maxsize=2)
def asked(history: History) -> dict[str, Asked]:
    """What each neighbour was asked, of those that were asked anything."""
    found: dict[str, Asked] = defaultdict(Asked)
    begun: dict[Thing, deque[Attempt]] = defaultdict(deque)
    for event in history:
        if event.action in ("serve", "put", *_STORING):
            _request(event, found[_neighbour(event)], begun)
        elif event.action in ("login", "query") and event.component == "source":
            _statement(event, found[_neighbour(event)])
        elif event.component == "wire" and event.action in ("connect", "fault"):
            _connection(event, found)
        elif event.component == "consumers" and event.action == "fault":
            _turned_away(event, found["consumers"])
    return dict(found)


def _neighbour(event: Event) -> str:
    if event.action in _STORING:
        return "consumers"
    via = event.value.get("via", "http")
    return _OVER_HTTP if via == "http" else str(via)


def _request(event: Event, of: Asked, begun: dict[Thing, deque[Attempt]]) -> None:
    value = event.value
    told = (value.get("key"),) if event.action in _STORING else (value.get("name"), value.get("what"))
    thing = (event.component, event.action, *map(str, told), str(value.get("via")))
    if event.type == "invoke":
        attempt = Attempt(event.at, thing)
        of.requests.append(attempt)
        begun[thing].append(attempt)
        return
    failed = event.type == "fail" and "by" not in value  # who is answered OK does not know what was wrong in it
    if failed and not begun[thing] and event.action in _STORING:
        of.requests.append(Attempt(event.at, thing, failed=True))  # refused before it came to a commit
    elif begun[thing]:
        attempt = begun[thing].popleft()
        attempt.failed = failed
        not_there = attempt.failed and _NOT_THERE.search(event.error or "") is not None
        attempt.looked = not_there or (not attempt.failed and value.get("what") in _CHANGES)
    if event.type == "ok" and event.action not in _STORING:
        of.taken()


def _statement(event: Event, of: Asked) -> None:
    value = event.value
    if event.action == "query":
        of.requests.append(Attempt(event.at, ("query", str(value.get("statement"))), failed=True))
    elif event.type == "fail":
        of.logins.append(Attempt(event.at, ("login", str(value.get("user"))), failed=True))
        of.refused()
    elif event.type == "ok":
        of.taken()


def _connection(event: Event, found: dict[str, Asked]) -> None:
    endpoint = event.value.get("endpoint") or (event.value.get("where") or {}).get("endpoint")
    if endpoint is None:
        return
    connections = found["consumers" if endpoint in _AT_CONSUMERS else str(endpoint)].connections
    last = connections[-1] if connections else None
    if event.action == "fault":  # its receipt: only one that resets what has been taken ends an attempt there
        effect = event.value.get("effect")
        if last is not None and isinstance(effect, dict) and "reset" in str(effect):
            last.failed = True
        return
    if event.type == "fail" and last is not None and not last.failed and event.at - last.at_ns < _ONE_CONNECTION_NS:
        last.failed = True
        return
    connections.append(Attempt(event.at, ("connect", str(endpoint)), failed=event.type == "fail"))


def _turned_away(event: Event, of: Asked) -> None:
    """A fault's receipt at a consumer: who is not let in, or gets no rows, is told by nothing else."""
    where, effect = event.value["where"], event.value["effect"]
    operation, refused = where.get("operation"), isinstance(effect, dict) and ("refuse" in effect or "reset" in effect)
    if not refused or operation not in ("connect", "read"):
        return
    last = of.connections[-1] if of.connections else None
    if operation == "read":
        of.requests.append(Attempt(event.at, (event.action, f"a read of {where.get('consumer')}"), failed=True))
    elif last is not None:
        last.failed = True


def polls(attempts: Iterable[Attempt]) -> list[Attempt]:
    """Those that only look whether something has come, about a second or more after the last look at it."""
    last: dict[Thing, int] = {}
    found = []
    for attempt in attempts:
        before = last.get(attempt.thing)
        last[attempt.thing] = attempt.at_ns
        if attempt.looked and before is not None and attempt.at_ns - before >= _POLL_PAUSE_NS:
            found.append(attempt)
    return found


def most_within(times: Sequence[int], span_ns: int) -> int:
    """The most of them that lie within any such span."""
    most = first = 0
    for last, at_ns in enumerate(times):
        while at_ns - times[first] >= span_ns:
            first += 1
        most = max(most, last - first + 1)
    return most


def by_thing(attempts: Iterable[Attempt]) -> dict[Thing, list[Attempt]]:
    """The attempts at each thing, in their order."""
    found: dict[Thing, list[Attempt]] = defaultdict(list)
    for attempt in attempts:
        found[attempt.thing].append(attempt)
    return dict(found)


def longest_burst(times: Sequence[int], span_ns: int) -> int:
    """The longest row of which any three that follow each other lie within such a span; 0 where no three do."""
    longest = row = 0
    for third in range(2, len(times)):
        row = max(row + 1, 3) if times[third] - times[third - 2] < span_ns else 0
        longest = max(longest, row)
    return longest
