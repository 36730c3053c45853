"""Waiting for other threads with a limit: each call across a virtual hour, and what ends it before."""

from __future__ import annotations

import pytest

from tests.clock.preload.calling import call
from tests.clock.virtual_night import Night

# A thread that holds what the caller waits for; it gives it back when `free` is set.
HELD = """
held, free, gone = threading.Event(), threading.Event(), threading.Event()
def hold(take, give):
    def run():
        take(lock)
        held.set()
        free.wait()
        give(lock)
    threading.Thread(target=run, daemon=True).start()
    held.wait()
lock = ctypes.create_string_buffer(64)
"""

LOCKS = {
    "pthread_mutex_timedlock": ("mutex", "libc.pthread_mutex_timedlock(lock, at(REALTIME))"),
    "pthread_mutex_clocklock": ("mutex", "libc.pthread_mutex_clocklock(lock, MONOTONIC, at(MONOTONIC))"),
    "pthread_rwlock_timedrdlock": ("rwlock", "libc.pthread_rwlock_timedrdlock(lock, at(REALTIME))"),
    "pthread_rwlock_clockrdlock": ("rwlock", "libc.pthread_rwlock_clockrdlock(lock, MONOTONIC, at(MONOTONIC))"),
    "pthread_rwlock_timedwrlock": ("rwlock", "libc.pthread_rwlock_timedwrlock(lock, at(REALTIME))"),
    "pthread_rwlock_clockwrlock": ("rwlock", "libc.pthread_rwlock_clockwrlock(lock, MONOTONIC, at(MONOTONIC))"),
}

TAKING = {
    "mutex": "hold(libc.pthread_mutex_lock, libc.pthread_mutex_unlock)",
    "rwlock": "hold(libc.pthread_rwlock_wrlock, libc.pthread_rwlock_unlock)",
}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_that_stays_held_is_given_up_after_a_virtual_hour(night: Night, name: str) -> None:
    kind, waiting = LOCKS[name]
    assert 3600 <= call(night, HELD, TAKING[kind], f"assert {waiting} == TIMEDOUT") < 3600.1


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_that_is_given_back_is_taken_before_the_limit(night: Night, name: str) -> None:
    kind, waiting = LOCKS[name]
    assert 600 <= call(night, HELD, TAKING[kind], "later(free.set)", f"assert {waiting} == 0") < 601


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_with_a_limit_in_the_past_takes_no_time(night: Night, name: str) -> None:
    kind, waiting = LOCKS[name]
    late = waiting.replace("at(REALTIME)", "at(REALTIME, -5)").replace("at(MONOTONIC)", "at(MONOTONIC, -5)")
    assert call(night, HELD, TAKING[kind], f"assert {late} == TIMEDOUT") < 0.1


def test_a_mutex_whose_owner_died_is_not_waited_for(night: Night) -> None:
    """The try has it already, and says in which state; a second wait would be for itself."""
    body = """
        kind, dead, EOWNERDEAD = ctypes.create_string_buffer(8), ctypes.create_string_buffer(64), 130
        libc.pthread_mutexattr_init(kind)
        libc.pthread_mutexattr_setrobust(kind, 1)
        libc.pthread_mutex_init(dead, kind)
        owner = threading.Thread(target=libc.pthread_mutex_lock, args=(dead,))
        owner.start()
        owner.join()
        time.sleep(1)  # Python joins a moment before the thread's end
        assert libc.pthread_mutex_timedlock(dead, at(REALTIME)) == EOWNERDEAD"""
    assert call(night, body) < 2


OTHERS = {
    "sem_timedwait": "libc.sem_init(room, 0, 0); is_timeout(libc.sem_timedwait(room, at(REALTIME)))",
    "sem_clockwait": "libc.sem_init(room, 0, 0); is_timeout(libc.sem_clockwait(room, MONOTONIC, at(MONOTONIC)))",
    "pthread_cond_timedwait": """
        libc.pthread_mutex_lock(lock)
        assert libc.pthread_cond_timedwait(room, lock, at(REALTIME)) == TIMEDOUT""",
    "pthread_cond_clockwait": """
        libc.pthread_mutex_lock(lock)
        assert libc.pthread_cond_clockwait(room, lock, MONOTONIC, at(MONOTONIC)) == TIMEDOUT""",
    "cnd_timedwait": """
        libc.mtx_init(lock, 0)
        libc.mtx_lock(lock)
        assert libc.cnd_timedwait(room, lock, at(REALTIME)) == THRD_TIMEDOUT""",
    "mtx_timedlock": """
        libc.mtx_init(lock, 1)
        hold(libc.mtx_lock, libc.mtx_unlock)
        assert libc.mtx_timedlock(lock, at(REALTIME)) == THRD_TIMEDOUT""",
    "pthread_timedjoin_np": "assert libc.pthread_timedjoin_np(thread(7200), None, at(REALTIME)) == TIMEDOUT",
    "pthread_clockjoin_np": """
        assert libc.pthread_clockjoin_np(thread(7200), None, MONOTONIC, at(MONOTONIC)) == TIMEDOUT""",
}

JOINED = """
THRD_TIMEDOUT = 4
def thread(seconds):
    made = ctypes.c_ulong()
    assert libc.pthread_create(ctypes.byref(made), None, sleeping, ctypes.c_void_p(seconds)) == 0
    return made
sleeping = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)(lambda seconds: time.sleep(seconds))
"""


@pytest.mark.parametrize("name", OTHERS)
def test_a_wait_for_a_thread_takes_a_virtual_hour_and_no_real_one(night: Night, name: str) -> None:
    leave = "print(time.clock_gettime(MONOTONIC) - began, flush=True); os._exit(0)"  # with threads that still wait
    assert 3600 <= call(night, HELD, JOINED, OTHERS[name], leave) < 3600.1


ENDED = {
    "sem_timedwait": """
        libc.sem_init(room, 0, 0)
        later(lambda: libc.sem_post(room))
        assert libc.sem_timedwait(room, at(REALTIME)) == 0""",
    "cnd_timedwait": """
        libc.mtx_init(lock, 0)
        libc.mtx_lock(lock)
        later(lambda: libc.cnd_signal(room))
        assert libc.cnd_timedwait(room, lock, at(REALTIME)) == 0""",
    "pthread_timedjoin_np": "assert libc.pthread_timedjoin_np(thread(600), None, at(REALTIME)) == 0",
    "pthread_clockjoin_np": "assert libc.pthread_clockjoin_np(thread(600), None, MONOTONIC, at(MONOTONIC)) == 0",
}


@pytest.mark.parametrize("name", ENDED)
def test_another_thread_ends_a_wait_before_its_limit(night: Night, name: str) -> None:
    assert 600 <= call(night, HELD, JOINED, ENDED[name]) < 601
