"""Pipes between parent and child, waited on by poll, select and epoll in turn; and newborn children."""

from __future__ import annotations

import os
import select
from collections.abc import Callable

from counting import LIMIT_S, asked, end_with_parent, report, work

PAIRS, BIRTH_EVERY = 3, 16


def by_poll(fd: int, limit_s: float | None) -> bool:
    """Whether something can be read within the limit."""
    poll = select.poll()
    poll.register(fd, select.POLLIN)
    return bool(poll.poll(None if limit_s is None else limit_s * 1000))


def by_select(fd: int, limit_s: float | None) -> bool:
    """The same."""
    return bool(select.select([fd], [], [], limit_s)[0])


def by_epoll(fd: int, limit_s: float | None) -> bool:
    """The same."""
    with select.epoll() as epoll:
        epoll.register(fd, select.EPOLLIN)
        return bool(epoll.poll(limit_s))


WAYS: list[Callable[[int, float | None], bool]] = [by_poll, by_select, by_epoll]


def timed_out(fd: int, way: Callable[[int, float | None], bool]) -> bool:
    """Read an answer; whether it took longer than the limit."""
    late = not way(fd, LIMIT_S)
    os.read(fd, 1)
    return late


def newborn_timed_out() -> bool:
    """The same of a child that is made for it."""
    read, write = os.pipe()
    child = os.posix_spawnp("echo", ["echo"], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, write, 1)])
    os.close(write)
    late = timed_out(read, by_poll)
    os.close(read)
    os.waitpid(child, 0)
    return late


def pair(calls: int) -> int:
    """A child that works and answers, over two pipes."""
    (asks, asked_to), (answers, answered_to) = os.pipe(), os.pipe()
    if os.fork() == 0:
        end_with_parent()
        os.close(asked_to)
        while os.read(asks, 1):
            work()
            os.write(answered_to, b"a")
        os._exit(0)
    false = 0
    for call in range(calls):
        if call % BIRTH_EVERY == 0:
            false += newborn_timed_out()
            continue
        os.write(asked_to, b"q")
        false += timed_out(answers, WAYS[call % len(WAYS)])
    return false


if __name__ == "__main__":
    calls = asked(PAIRS)
    report([lambda: pair(calls)] * PAIRS, calls)
