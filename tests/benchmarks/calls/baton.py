"""A baton that one of eight processes has: whoever gets it works for a moment, and gives it to any other.

At every instant one of them works, and it is soon another: whoever looks at one after the other may meet none.
"""

from __future__ import annotations

import os
import random
import select

from counting import LIMIT_S, asked, report, work

MEMBERS = 8
SIZE = 8


def member(mine: int, others: list[int], seed: int) -> int:
    """Wait for the baton, work, pass it on, with one call less to make; the last is said to everybody."""
    chance = random.Random(seed)
    false, left = 0, 1
    while left > 0:
        false += not select.select([mine], [], [], LIMIT_S)[0]
        left = int.from_bytes(os.read(mine, SIZE)) - 1
        work(chance.randrange(1, 60))
        for next_one in [chance.choice(others)] if left > 0 else others:
            os.write(next_one, max(left, 0).to_bytes(SIZE))
    return false


if __name__ == "__main__":
    calls = asked(MEMBERS)
    pipes = [os.pipe() for _ in range(MEMBERS)]
    os.write(pipes[0][1], (calls * MEMBERS).to_bytes(SIZE))
    ends = [(read, [write for _, write in pipes if write != own]) for read, own in pipes]
    report([lambda at=at: member(*ends[at], at) for at in range(MEMBERS)], calls)
