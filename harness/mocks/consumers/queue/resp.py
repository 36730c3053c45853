"""RESP, the protocol of Valkey and Redis: where a request or an answer ends, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

LONGEST_INLINE = 64 << 10
"""Bytes of a request that is a line of text, and of the head of any other: the server's own limit."""

LINE = b"\r\n"


class NotResp(ValueError):
    """What came is no request; the server says so better."""


@dataclass(frozen=True)
class Command:
    """One request as it came, and its words; the first is its name in capitals."""

    raw: bytes
    words: tuple[bytes, ...]

    @property
    def name(self) -> str:
        """What is asked for."""
        return self.words[0].decode(errors="replace")


def request(*words: bytes | str | int) -> bytes:
    """A request of these words."""
    texts = [word if isinstance(word, bytes) else str(word).encode() for word in words]
    return b"*%d\r\n" % len(texts) + b"".join(b"$%d\r\n%b\r\n" % (len(text), text) for text in texts)


class Requests:
    """The requests in a stream of bytes, which comes in any pieces."""

    def __init__(self) -> None:
        self.rest = bytearray()
        self._at = 0
        self._words: list[bytes] = []
        self._missing = 0

    def feed(self, data: bytes) -> list[Command]:
        """Those that are whole now; NotResp at what is none, which `rest` has."""
        self.rest += data
        found: list[Command] = []
        begins = 0
        while self._step():
            if self._missing == 0:
                if self._words:
                    raw = bytes(self.rest[begins : self._at])
                    found.append(Command(raw, (self._words[0].upper(), *self._words[1:])))
                    self._words = []
                begins = self._at
        del self.rest[:begins]
        self._at -= begins
        return found

    def _step(self) -> bool:
        """Read a line, or a word with its length, if it is whole."""
        end = self.rest.find(LINE if self._missing else b"\n", self._at)
        if end < 0:
            if len(self.rest) - self._at > LONGEST_INLINE:
                raise NotResp("too big a head")
            return False
        head = bytes(self.rest[self._at : end])
        if self._missing:
            if head[:1] != b"$":
                raise NotResp(f"expected '$', got {head[:1]!r}")
            begins = end + len(LINE)
            ends = begins + _number(head)
            if len(self.rest) < ends + len(LINE):
                return False
            self._words.append(bytes(self.rest[begins:ends]))
            self._missing -= 1
            self._at = ends + len(LINE)
            return True
        self._at = end + 1
        if head[:1] == b"*":
            self._missing = max(0, _number(head.rstrip(b"\r"), least=-1))
        else:
            self._words = head.split()
        return True


class Answers:
    """The answers in a stream of bytes, which comes in any pieces: RESP2 and RESP3."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._at = 0
        self._missing = 1

    def feed(self, data: bytes) -> list[bytes]:
        """Those that are whole now, as they came."""
        self._rest += data
        found: list[bytes] = []
        begins = 0
        while self._step():
            if self._missing == 0:
                found.append(bytes(self._rest[begins : self._at]))
                begins, self._missing = self._at, 1
        del self._rest[:begins]
        self._at -= begins
        return found

    def _step(self) -> bool:
        end = self._rest.find(LINE, self._at)
        if end < 0:
            return False
        kind, after = self._rest[self._at : self._at + 1], end + len(LINE)
        if kind in b"$=!":
            size = int(self._rest[self._at + 1 : end])
            after += size + len(LINE) if size >= 0 else 0
            if len(self._rest) < after:
                return False
            self._missing -= 1
        elif kind in b"*~>%|":
            parts = max(0, int(self._rest[self._at + 1 : end])) * (2 if kind in b"%|" else 1)
            self._missing += parts - (kind != b"|")  # attributes stand before what they are about
        else:
            self._missing -= 1
        self._at = after
        return True


def value(raw: bytes) -> Any:
    """What an answer says: bytes, numbers, lists, of a map its keys and values in turn; an error is a `ServerError`."""
    return _value(raw, 0)[0]


class ServerError(Exception):
    """The server has refused something."""


def _value(raw: bytes, at: int) -> tuple[Any, int]:
    end = raw.index(LINE, at)
    kind, head, after = raw[at : at + 1], raw[at + 1 : end], end + len(LINE)
    if kind == b"-":
        raise ServerError(head.decode(errors="replace"))
    if kind == b"$":
        size = int(head)
        return (None, after) if size < 0 else (raw[after : after + size], after + size + len(LINE))
    if kind == b"_":
        return None, after
    if kind in b"*~>%":
        parts = []
        for _ in range(int(head) * (2 if kind == b"%" else 1)):
            part, after = _value(raw, after)
            parts.append(part)
        return parts, after
    return (int(head) if kind == b":" else head), after


def _number(head: bytes, least: int = 0) -> int:
    try:
        number = int(head[1:])
    except ValueError:
        raise NotResp("invalid length") from None
    if number < least:
        raise NotResp("invalid length")
    return number
