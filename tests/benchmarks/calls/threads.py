"""Threads of one process: queues, conditions, semaphores, events and locks, each waited for with a limit."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

from counting import LIMIT_S, asked, report, work

PROCESSES = 2


def through_queues(calls: int) -> int:
    """A question in one queue, the answer in another."""
    questions: queue.Queue[int] = queue.Queue()
    answers: queue.Queue[int] = queue.Queue()

    def answer() -> None:
        for _ in range(calls):
            question = questions.get()
            work()
            answers.put(question)

    threading.Thread(target=answer, daemon=True).start()
    false = 0
    for call in range(calls):
        questions.put(call)
        try:
            answers.get(timeout=LIMIT_S)
        except queue.Empty:
            false += 1
            answers.get()
    return false


def through_conditions(calls: int) -> int:
    """A turn that goes to and fro under one condition."""
    condition, turns = threading.Condition(), [0]

    def answer() -> None:
        for call in range(calls):
            with condition:
                condition.wait_for(lambda now=call: turns[0] > 2 * now)
                work()
                turns[0] += 1
                condition.notify_all()

    threading.Thread(target=answer, daemon=True).start()
    false = 0
    for call in range(calls):
        with condition:
            turns[0] += 1
            condition.notify_all()
            if not condition.wait_for(lambda now=call: turns[0] == 2 * now + 2, LIMIT_S):
                false += 1
                condition.wait_for(lambda now=call: turns[0] == 2 * now + 2)
    return false


def through_semaphores(calls: int) -> int:
    """A semaphore for each direction."""
    asked_for, done = threading.Semaphore(0), threading.Semaphore(0)

    def answer() -> None:
        for _ in range(calls):
            asked_for.acquire()
            work()
            done.release()

    threading.Thread(target=answer, daemon=True).start()
    false = 0
    for _ in range(calls):
        asked_for.release()
        if not done.acquire(timeout=LIMIT_S):
            false += 1
            done.acquire()
    return false


def through_locks(calls: int) -> int:
    """A lock that another thread holds while it works, and an event that says that it does."""
    lock = threading.Lock()
    false = 0
    for _ in range(calls):
        held = threading.Event()

        def hold(says: threading.Event = held) -> None:
            with lock:
                says.set()
                work()

        threading.Thread(target=hold, daemon=True).start()
        false += not held.wait(LIMIT_S)
        if lock.acquire(timeout=LIMIT_S):
            lock.release()
        else:
            false += 1
    return false


WAYS: list[Callable[[int], int]] = [through_queues, through_conditions, through_semaphores, through_locks]


def all_ways(calls: int) -> int:
    """Each in a thread of its own, at once."""
    counts: list[int] = []
    threads = [
        threading.Thread(target=lambda way=way: counts.append(way(calls // len(WAYS))), daemon=True) for way in WAYS
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(counts) == len(WAYS), "a thread has died"
    return sum(counts)


if __name__ == "__main__":
    calls = -(-asked(PROCESSES) // len(WAYS)) * len(WAYS)
    report([lambda: all_ways(calls)] * PROCESSES, calls)
