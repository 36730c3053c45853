"""Waiting for signals and for other processes' messages with a limit, and signals, fork and exec amid waits."""

from __future__ import annotations

import pytest

from tests.clock.preload.calling import call, program, seconds_of
from tests.clock.virtual_night import Night

WAITING = """
    EAGAIN, EINTR, ETIMEDOUT = errno.EAGAIN, errno.EINTR, errno.ETIMEDOUT
    def set_of(*signals):
        made = ctypes.create_string_buffer(128)
        libc.sigemptyset(made)
        for signo in signals:
            libc.sigaddset(made, signo)
        return made
    def handled(signo, restart=0):
        libc.signal(signo, handler)
        libc.siginterrupt(signo, not restart)
    def kill(signo):
        later(lambda: os.kill(os.getpid(), signo))
    handler = ctypes.CFUNCTYPE(None, ctypes.c_int)(lambda signo: None)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    INFO = 128
    info = (ctypes.c_int * INFO)()
    class Operation(ctypes.Structure):
        _fields_ = [("number", ctypes.c_ushort), ("by", ctypes.c_short), ("flags", ctypes.c_short)]
    take, give = (ctypes.byref(Operation(0, by, 0)) for by in (-1, 1))
    class Queue:
        name = b"/night-%d" % os.getpid()
        def __enter__(self):
            class Attributes(ctypes.Structure):
                _fields_ = [("flags", ctypes.c_long), ("most", ctypes.c_long), ("size", ctypes.c_long),
                            ("now", ctypes.c_long), ("unused", ctypes.c_long * 4)]
            self.file = libc.mq_open(self.name, os.O_RDWR | os.O_CREAT, 0o600, ctypes.byref(Attributes(0, 1, 256, 0)))
            assert self.file >= 0, os.strerror(ctypes.get_errno())
            return self.file
        def __exit__(self, *_):
            libc.mq_unlink(self.name)
    class Semaphores:
        def __enter__(self):
            self.set = libc.semget(0, 1, 0o600)
            return self.set
        def __exit__(self, *_):
            libc.semctl(self.set, 0, 0)
"""

WAITS = {
    "sigtimedwait": "fails_with(EAGAIN, libc.sigtimedwait(set_of(signal.SIGUSR1), None, hour))",
    "sigtimedwait for the clock's own": "fails_with(EAGAIN, libc.sigtimedwait(set_of(signal.SIGURG), info, hour))",
    "semtimedop": """
        with Semaphores() as set:
            fails_with(EAGAIN, libc.semtimedop(set, take, 1, hour))""",
    "mq_timedreceive": """
        with Queue() as queue:
            fails_with(ETIMEDOUT, libc.mq_timedreceive(queue, room, 256, None, at(REALTIME)))""",
    "mq_timedsend": """
        with Queue() as queue:
            assert libc.mq_timedsend(queue, b"x", 1, 0, at(REALTIME)) == 0
            fails_with(ETIMEDOUT, libc.mq_timedsend(queue, b"x", 1, 0, at(REALTIME)))""",
}


@pytest.mark.parametrize("name", WAITS)
def test_a_wait_of_an_hour_takes_a_virtual_hour_and_no_real_one(night: Night, name: str) -> None:
    assert 3600 <= call(night, WAITING, WAITS[name]) < 3600.1


COMES = {
    "sigtimedwait": """
        kill(signal.SIGUSR1)
        assert libc.sigtimedwait(set_of(signal.SIGUSR1), info, hour) == signal.SIGUSR1
        assert info[0] == signal.SIGUSR1 and info[4] == os.getpid()""",
    "sigtimedwait for the clock's own": """
        kill(signal.SIGURG)
        assert libc.sigtimedwait(set_of(signal.SIGURG), info, hour) == signal.SIGURG and info[4] == os.getpid()""",
    "semtimedop": """
        with Semaphores() as set:
            later(lambda: libc.semop(set, give, 1))
            assert libc.semtimedop(set, take, 1, hour) == 0""",
    "mq_timedreceive": """
        with Queue() as queue:
            later(lambda: libc.mq_send(queue, b"x", 1, 0))
            assert libc.mq_timedreceive(queue, room, 256, None, at(REALTIME)) == 1""",
    "mq_timedsend": """
        with Queue() as queue:
            libc.mq_send(queue, b"x", 1, 0)
            later(lambda: libc.mq_receive(queue, room, 256, None))
            assert libc.mq_timedsend(queue, b"x", 1, 0, at(REALTIME)) == 0""",
}


@pytest.mark.parametrize("name", COMES)
def test_what_comes_ends_a_wait_before_its_limit(night: Night, name: str) -> None:
    assert 600 <= call(night, WAITING, COMES[name]) < 601


INTERRUPTED = {
    "sigtimedwait": "fails_with(EINTR, libc.sigtimedwait(set_of(signal.SIGUSR1), None, hour))",
    "semtimedop": """
        with Semaphores() as set:
            fails_with(EINTR, libc.semtimedop(set, take, 1, hour))""",
    "poll": "fails_with(EINTR, libc.poll(one, 1, 3_600_000))",
    "epoll_pwait2": "fails_with(EINTR, libc.epoll_pwait2(epoll, room, 1, hour, None))",
    "recv with a limit": """
        here, there = socket.socketpair()
        here.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, Span(HOUR, 0))
        fails_with(EINTR, libc.recv(here.fileno(), room, 1, 0))""",
    "accept with a limit": """
        server = socket.create_server(("127.0.0.1", 0))
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, Span(HOUR, 0))
        fails_with(EINTR, libc.accept(server.fileno(), None, None))""",
}


@pytest.mark.parametrize("restart", [0, 1], ids=["EINTR", "SA_RESTART"])
@pytest.mark.parametrize("name", INTERRUPTED)
def test_a_signal_handler_ends_a_wait_that_is_never_restarted(night: Night, name: str, restart: int) -> None:
    """These fail with EINTR whatever sigaction asked for: signal(7)."""
    head = f"handled(signal.SIGUSR2, restart={restart})\nkill(signal.SIGUSR2)"
    assert 600 <= call(night, WAITING, head, INTERRUPTED[name]) < 601


def test_a_handler_interrupts_a_message_queue_only_where_it_asks_for_that(night: Night) -> None:
    body = """
        handled(signal.SIGUSR2, restart={restart})
        kill(signal.SIGUSR2)
        with Queue() as queue:
            fails_with({error}, libc.mq_timedreceive(queue, room, 256, None, at(REALTIME)))"""
    assert 600 <= call(night, WAITING, body.format(restart=0, error="EINTR")) < 601
    assert 3600 <= call(night, WAITING, body.format(restart=1, error="ETIMEDOUT")) < 3601


def test_a_handler_for_the_clocks_own_signal_interrupts_a_wait_for_another(night: Night) -> None:
    body = """
        seen = []
        mine = ctypes.CFUNCTYPE(None, ctypes.c_int)(seen.append)
        libc.signal(signal.SIGURG, mine)
        kill(signal.SIGURG)
        fails_with(EINTR, libc.sigtimedwait(set_of(signal.SIGUSR1), None, hour))
        assert seen == [signal.SIGURG]"""
    assert 600 <= call(night, WAITING, body) < 601


def test_a_semaphore_operation_that_would_rather_not_wait_does_not(night: Night) -> None:
    body = """
        IPC_NOWAIT = 0o4000
        with Semaphores() as set:
            fails_with(EAGAIN, libc.semtimedop(set, ctypes.byref(Operation(0, -1, IPC_NOWAIT)), 1, hour))"""
    assert call(night, WAITING, body) < 1


@pytest.mark.parametrize("outer", ["libc.poll(one, 1, 3_600_000)", "libc.pthread_mutex_timedlock(lock, at(REALTIME))"])
def test_a_handler_that_sleeps_itself_sleeps_its_time_within_the_wait(night: Night, outer: str) -> None:
    """A poll ends with EINTR after the handler; a wait for a lock goes on until its own limit."""
    took = call(
        night,
        WAITING,
        f"""
        sleeping = ctypes.CFUNCTYPE(None, ctypes.c_int)(lambda signo: libc.sleep(1200))
        libc.signal(signal.SIGUSR2, sleeping)
        lock, held = ctypes.create_string_buffer(64), threading.Event()
        hold = lambda: (libc.pthread_mutex_lock(lock), held.set(), time.sleep(9999))
        threading.Thread(target=hold, daemon=True).start()
        held.wait()
        kill(signal.SIGUSR2)
        result, error = {outer}, ctypes.get_errno()
        assert (result, error)[result < 0] in (EINTR, ETIMEDOUT), (result, error)
        print(time.clock_gettime(MONOTONIC) - began, flush=True)
        os._exit(0)""",
    )
    assert round(took) == (1800 if "poll" in outer else 3600)


def test_a_child_forked_while_another_thread_waits_waits_for_itself(night: Night) -> None:
    ended = night.run_python(
        program("""
        threading.Thread(target=libc.poll, args=(one, 1, 7_200_000), daemon=True).start()
        time.sleep(600)
        child = os.fork()
        if child == 0:
            lock = ctypes.create_string_buffer(64)
            libc.pthread_mutex_lock(lock)
            assert libc.pthread_mutex_timedlock(lock, at(REALTIME)) == TIMEDOUT
            assert libc.poll(one, 1, 600_000) == 0
            os._exit(0)
        assert os.waitpid(child, 0)[1] == 0""")
    )
    assert round(seconds_of(ended)) == 600 + 3600 + 600


def test_a_program_may_exec_while_its_other_threads_wait(night: Night) -> None:
    """They are gone, and so are their limits: nothing is due before the new program's own."""
    ended = night.run_python("""
        import os, threading, time
        for limit in (60, 1200):
            threading.Thread(target=time.sleep, args=(limit,)).start()
        time.sleep(30)
        os.execvp("sleep", ["sleep", "3600"])
    """)
    assert ended.code == 0, ended.err
    assert round(ended.virtual_s) == 3630


@pytest.mark.parametrize(
    "start", ["subprocess.run(command)", "os.waitpid(os.posix_spawnp('sh', command, os.environ), 0)"]
)
def test_a_child_of_vfork_leaves_the_waits_of_its_parent_alone(night: Night, start: str) -> None:
    """Until it execs, it has the parent's memory, and so its places in the page."""
    body = f"""
        import subprocess
        waiting = threading.Thread(target=time.sleep, args=(7200,))
        waiting.start()
        command = ["sh", "-c", "sleep 600"]
        {start}
        assert libc.poll(one, 1, 600_000) == 0
        assert time.clock_gettime(MONOTONIC) - began < 1201
        waiting.join()"""
    assert 7200 <= call(night, body) < 7201
