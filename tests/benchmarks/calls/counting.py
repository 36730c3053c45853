"""Workers in processes of their own, each of which counts its calls that timed out: here every one of them is false.

A program of this folder is given a number of calls. Whoever calls has a limit, whoever is called works and answers.
Nobody waits for time, but for the rests that a program says it makes. It prints how many calls timed out, how many it
made, and how many rests.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import sys
from collections.abc import Callable

LIMIT_S = 1.0
"""Of every call. No clock of a night gets there by being read, in the time that one call takes."""

_PR_SET_PDEATHSIG, _SIGKILL = 1, 9


def end_with_parent() -> None:
    """So that nothing is left when whoever started this process is killed."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, _SIGKILL)


def work(rounds: int = 300) -> None:
    """Compute, outside the interpreter's lock."""
    hashlib.pbkdf2_hmac("sha256", b"work", b"salt", rounds)


def asked(workers: int) -> int:
    """How many calls each worker makes."""
    return -(-int(sys.argv[1]) // workers)


def report(workers: list[Callable[[], int]], calls: int, rests: int = 0) -> None:
    """Let each worker make its calls, at once, and print the sums, and how often time is waited for after all."""
    end_with_parent()
    read, write = os.pipe()
    for worker in workers:
        if os.fork() == 0:
            end_with_parent()
            os.close(read)
            os.write(write, b"%d\n" % worker())
            os._exit(0)
    os.close(write)
    with os.fdopen(read) as results:
        counts = [int(line) for line in results]
    assert len(counts) == len(workers), "a worker has died"
    print(sum(counts), calls * len(workers), rests, flush=True)
    os._exit(0)
