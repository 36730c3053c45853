"""What a request takes from a queue, and what it was handed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

from harness.mocks.consumers.queue.resp import Command, value

End = Literal["LEFT", "RIGHT", ""]

_POPS: dict[bytes, End] = {b"LPOP": "LEFT", b"RPOP": "RIGHT", b"BLPOP": "LEFT", b"BRPOP": "RIGHT"}
_MOVES = frozenset({b"LMOVE", b"BLMOVE", b"RPOPLPUSH", b"BRPOPLPUSH"})
_SEVERAL = frozenset({b"LMPOP", b"BLMPOP"})
_ENTRIES = frozenset({b"XREADGROUP", b"XREAD"})
NEW = b">"


@dataclass(frozen=True)
class Taking:
    """``end``: of a list, from which it takes. ``group``: of a stream; without one it takes what comes ``after``."""

    key: bytes
    end: End = ""
    group: bytes = b""
    after: bytes = b""

    @property
    def place(self) -> tuple[bytes, bytes]:
        """Whose messages these are: of all who take from a list, or of a group."""
        return self.key, self.group


def taking(command: Command, known: Collection[bytes]) -> Taking | None:
    """What it takes from the first of these keys that it names; None when it takes nothing there."""
    name, words = command.words[0], command.words
    try:
        if name in _POPS:
            key = next((word for word in words[1:] if word in known), None)
            return None if key is None else Taking(key, _POPS[name])
        if name in _MOVES and words[1] in known:
            return Taking(words[1], _side(words[3]) if name.endswith(b"LMOVE") else "RIGHT")
        if name in _SEVERAL:
            count_at = 1 if name == b"LMPOP" else 2
            ends_at = count_at + 1 + int(words[count_at])
            key = next((word for word in words[count_at + 1 : ends_at] if word in known), None)
            return None if key is None else Taking(key, _side(words[ends_at]))
        if name in _ENTRIES:
            return _of_streams(words, known)
    except (IndexError, ValueError):
        return None  # the server will say what is wrong with it
    return None


def handed(command: Command, taken: Taking, answer: bytes) -> list[bytes]:
    """The values of a list, or the numbers of a stream's entries, that an answer hands out."""
    found = value(answer)
    if not found:
        return []
    name = command.words[0]
    if name in _ENTRIES:
        pairs = found if isinstance(found[0], list) else zip(found[::2], found[1::2], strict=True)
        return [number for key, entries in pairs if key == taken.key for number, _ in entries or ()]
    if name in _SEVERAL or name in (b"BLPOP", b"BRPOP"):
        key, found = found
        if key != taken.key:
            return []
    return _values(found)


def _of_streams(words: tuple[bytes, ...], known: Collection[bytes]) -> Taking | None:
    said = [word.upper() for word in words]
    at = said.index(b"STREAMS") + 1
    keys, numbers = words[at : at + (len(words) - at) // 2], words[at + (len(words) - at) // 2 :]
    group = words[said.index(b"GROUP") + 1] if said[0] == b"XREADGROUP" else b""
    for key, number in zip(keys, numbers, strict=True):
        if key in known and (number == NEW or not group):
            return Taking(key, "", group, b"" if group else number)
    return None


def _side(word: bytes) -> End:
    return "LEFT" if word.upper() == b"LEFT" else "RIGHT"


def _values(found: Any) -> list[bytes]:
    return found if isinstance(found, list) else [found]
