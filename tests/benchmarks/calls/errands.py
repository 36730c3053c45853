"""Errands: after a minute of rest for everybody, a message goes through the hands of some of many, and must come back.

Most of them have slept since long before. Whoever is looked at before or after the message was there only sleeps.
"""

from __future__ import annotations

import os
import random
import select
import time

from counting import LIMIT_S, asked, end_with_parent, report, work

MEMBERS, HANDS = 24, 12


def member(mine: int, others: list[int], home: int, seed: int) -> None:
    """Wait for the message, work, pass it on; the last hand brings it home."""
    chance = random.Random(seed)
    while True:
        (hands,) = os.read(mine, 1)
        work(chance.randrange(1, 20))
        os.write(chance.choice(others) if hands else home, bytes([max(hands - 1, 0)]))


def errands(calls: int) -> int:
    """One after the other, all on one CPU: no message is quicker than one that has no other CPU to wake."""
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    pipes = [os.pipe() for _ in range(MEMBERS)]
    home, way_home = os.pipe()
    for at, (mine, own) in enumerate(pipes):
        if os.fork() == 0:
            end_with_parent()
            member(mine, [write for _, write in pipes if write != own], way_home, at)
    false = 0
    for call in range(calls):
        time.sleep(60)
        os.write(pipes[call % MEMBERS][1], bytes([HANDS]))
        false += not select.select([home], [], [], LIMIT_S)[0]
        os.read(home, 1)
    return false


if __name__ == "__main__":
    calls = asked(1)
    report([lambda: errands(calls)], calls, rests=calls)
