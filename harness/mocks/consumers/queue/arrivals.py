"""What has come to the consumers' keys, of what the server's log tells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from harness.mocks.consumers.queue.admin import Admin
from harness.mocks.consumers.queue.journal import Change
from harness.mocks.consumers.queue.resp import Command

Message = bytes | tuple[bytes, ...]
"""A value of a list, or the fields and values of a stream's entry."""

_AT_END = {b"RPUSH": b"RIGHT", b"RPUSHX": b"RIGHT", b"LPUSH": b"LEFT", b"LPUSHX": b"LEFT"}
_TAKING = frozenset({b"LPOP", b"RPOP", b"LMPOP", b"LREM", b"LTRIM", b"LSET", b"LINSERT", b"DEL", b"UNLINK"})
_AS_A_WHOLE = frozenset({b"RENAME", b"RENAMENX", b"COPY", b"SORT", b"RESTORE"})
_OPTIONS_OF_XADD = {b"MAXLEN": 1, b"MINID": 1, b"LIMIT": 1, b"~": 0, b"=": 0, b"NOMKSTREAM": 0}
_OPTIONS_OF_XADD |= {b"KEEPREF": 0, b"DELREF": 0, b"ACKED": 0}


@dataclass
class Arrival:
    """What one change has brought to one key. ``moved``: by a request that moved it there from another key.

    ``gone``: values that were moved and taken away again at once, so that nobody knows what they were.
    """

    key: bytes
    by: str
    moved: bool = False
    messages: list[Message] = field(default_factory=list)
    gone: int = 0


async def arrivals(changes: Sequence[Change], keys: Collection[bytes], admin: Admin) -> list[Arrival]:
    """What the changes have brought, in their order; the server is asked where its log does not say it."""
    behind = _Behind(changes)
    found: list[Arrival] = []
    for change in changes:
        of_change: dict[bytes, Arrival] = {}
        for command in change:
            behind.passes(command)
            key = _destination(command)
            if key not in keys:
                continue
            arrival = of_change.setdefault(key, Arrival(key, command.name))
            arrival.moved |= command.words[0] in (b"LMOVE", b"RPOPLPUSH")
            messages = _stated(command)
            if messages is None:
                messages = await _asked(command, key, behind, admin)
            arrival.messages += messages or ()
            arrival.gone += messages is None
        found += of_change.values()
    return found


class _Behind:
    """What follows in the log: how many values at an end of a list, and whether anything is taken away."""

    def __init__(self, changes: Sequence[Change]) -> None:
        self._values: Counter[tuple[bytes, bytes]] = Counter()
        self._taken: Counter[bytes] = Counter()
        for command in (one for change in changes for one in change):
            self._count(command, 1)

    def passes(self, command: Command) -> None:
        """It is not behind any more."""
        self._count(command, -1)

    def takes(self, key: bytes) -> bool:
        """Whether something is taken away there."""
        return self._taken[key] > 0

    def place(self, key: bytes, end: bytes) -> int:
        """Where in the list the value is now that has come last."""
        behind = self._values[key, end]
        return behind if end == b"LEFT" else -1 - behind

    def _count(self, command: Command, step: int) -> None:
        name, words = command.words[0], command.words
        if name in _AT_END:
            self._values[words[1], _AT_END[name]] += step * (len(words) - 2)
        elif name in (b"LMOVE", b"RPOPLPUSH"):
            self._values[words[2], _end(command)] += step
            self._taken[words[1]] += step
        elif name in _TAKING or name in _AS_A_WHOLE:
            for word in words[1:]:
                self._taken[word] += step


def _destination(command: Command) -> bytes:
    name, words = command.words[0], command.words
    if name in _AT_END or name in (b"LINSERT", b"XADD", b"RESTORE"):
        return words[1]
    if name in (b"LMOVE", b"RPOPLPUSH", b"RENAME", b"RENAMENX", b"COPY"):
        return words[2]
    return words[-1] if name == b"SORT" else b""


def _stated(command: Command) -> list[Message] | None:
    """The messages that a request states; None if it states none, but where they were."""
    name, words = command.words[0], command.words
    if name in _AT_END:
        return list(words[2:])
    if name == b"LINSERT":
        return [words[4]]
    if name == b"XADD":
        at = 2
        while (option := words[at].upper()) in _OPTIONS_OF_XADD:
            at += 1
            if _OPTIONS_OF_XADD[option] and words[at] not in (b"~", b"="):
                at += 1
            elif _OPTIONS_OF_XADD[option]:
                at += 2
        return [words[at + 1 :]]
    return None


async def _asked(command: Command, key: bytes, behind: _Behind, admin: Admin) -> list[Message] | None:
    if behind.takes(key):
        return None
    if command.words[0] not in _AS_A_WHOLE:
        found = await admin.ask("LINDEX", key, behind.place(key, _end(command)))
        return None if found is None else [found]
    if await admin.ask("TYPE", key) == b"stream":
        return [tuple(fields) for _, fields in await admin.ask("XRANGE", key, "-", "+")]
    return list(await admin.ask("LRANGE", key, 0, -1)) if await admin.ask("TYPE", key) == b"list" else []


def _end(command: Command) -> bytes:
    return command.words[4].upper() if command.words[0] == b"LMOVE" else b"LEFT"
