"""What requests of the protocol are about: which bring rows to a key, and which wait, for how long."""

from __future__ import annotations

from collections.abc import Collection

from harness.mocks.consumers.queue.resp import Command

APPENDING = frozenset({b"RPUSH", b"RPUSHX", b"LPUSH", b"LPUSHX", b"LINSERT", b"XADD"})
"""They bring values that they state to the key that is their first word."""

MOVING = frozenset({b"LMOVE", b"BLMOVE", b"RPOPLPUSH", b"BRPOPLPUSH", b"RENAME", b"RENAMENX", b"COPY", b"SORT"})
"""They bring what is at the key that is their first word to another one."""

PROGRAMS = frozenset({b"EVAL", b"EVALSHA", b"FCALL", b"RESTORE"})
"""They may do anything to the keys that they name."""

_SECONDS_LAST = frozenset({b"BLPOP", b"BRPOP", b"BLMOVE", b"BRPOPLPUSH", b"BZPOPMIN", b"BZPOPMAX"})
_SECONDS_FIRST = frozenset({b"BLMPOP", b"BZMPOP"})
_MILLISECONDS_LAST = frozenset({b"WAIT", b"WAITAOF"})
_READING_STREAMS = frozenset({b"XREAD", b"XREADGROUP"})

_OUT_OF_TURN = frozenset({b"SUBSCRIBE", b"PSUBSCRIBE", b"SSUBSCRIBE", b"MONITOR"})


def keys_stored_at(command: Command, known: Collection[bytes]) -> set[bytes]:
    """To which of these keys it may bring something."""
    name, words = command.words[0], command.words
    if name in APPENDING:
        return {words[1]} & set(known) if len(words) > 1 else set()
    if name in MOVING:
        return set(words[2:]) & set(known)
    return set(words[1:]) & set(known) if name in PROGRAMS else set()


def keys_read(command: Command, known: Collection[bytes]) -> set[bytes]:
    """Which of these keys it is about otherwise."""
    name = command.words[0]
    return set() if name in APPENDING or name in PROGRAMS else set(command.words[1:]) & set(known)


def waits_ms(command: Command) -> int | None:
    """How long it may wait for something to come: 0 is for ever, None is not at all."""
    name, words = command.words[0], command.words
    try:
        if name in _SECONDS_LAST:
            return round(float(words[-1]) * 1000)
        if name in _SECONDS_FIRST:
            return round(float(words[1]) * 1000)
        if name in _MILLISECONDS_LAST:
            return int(words[-1])
        if name in _READING_STREAMS:
            said = [word.upper() for word in words]
            options = said[: said.index(b"STREAMS")]
            return int(options[options.index(b"BLOCK") + 1]) if b"BLOCK" in options else None
    except (ValueError, IndexError, OverflowError):
        return 0  # the server will say what is wrong with it
    return None


def answers_out_of_turn(command: Command) -> bool:
    """Whether what comes from now on answers nothing that was asked."""
    return command.words[0] in _OUT_OF_TURN or (
        command.words[0] == b"CLIENT" and len(command.words) > 1 and command.words[1].upper() == b"REPLY"
    )
