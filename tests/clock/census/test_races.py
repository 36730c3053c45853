"""No timeout fires while anybody works, and nothing that happens to a process wedges the clock."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from harness.clock.census import census
from tests.calibration import patience_s, starts
from tests.clock.virtual_night import HOUR, SECOND, Night

STATUS_ONLY = 4
"""A page flag: the census makes do with `status`, as where the kernel denies the rest."""


def test_a_client_gives_up_on_a_hung_socket_after_thirty_minutes(night: Night) -> None:
    ended = night.run_python("""
        import socket, time
        began = time.time()
        server = socket.create_server(("127.0.0.1", 0))
        for attempt in range(2):
            client = socket.create_connection(server.getsockname(), timeout=1800)
            client.sendall(b"hello?")
            try:
                client.recv(1)
            except TimeoutError:
                print(round(time.time() - began))
    """)
    assert ended.out.split() == ["1800", "3600"]


def test_time_stands_still_while_a_program_computes(night: Night) -> None:
    ended = night.run_python("""
        import hashlib, threading, time
        def compute():
            hashlib.pbkdf2_hmac("sha256", b"", b"", 200_000)
            finished.append(time.monotonic())
        finished, began = [], time.monotonic()
        thread = threading.Thread(target=compute)
        thread.start()
        time.sleep(1)
        thread.join()
        print(finished[0] - began)
    """)
    assert float(ended.out) < 0.5


def test_a_child_that_never_loads_the_library_is_seen(night: Night) -> None:
    """Time waits for a computing child that was started with an empty environment."""
    ended = night.run_python("""
        import subprocess, sys, time
        began = time.monotonic()
        code = "for i in range(2_000_000): pass"
        child = subprocess.Popen([sys.executable, "-S", "-c", code], env={}, stdout=subprocess.PIPE)
        try:
            child.communicate(timeout=1)
        except subprocess.TimeoutExpired:
            print("falsely")
        print(round(time.monotonic() - began))
    """)
    assert ended.out.split() == ["0"], ended.err


@pytest.mark.parametrize(
    "way",
    [
        "os.waitpid(os.fork() or (time.sleep(3600), os._exit(0)), 0)",
        "subprocess.run(['sleep', '3600'])",
        "os.waitpid(os.posix_spawnp('sleep', ['sleep', '3600'], os.environ), 0)",
        "os.system('sleep 3600')",
        "os.execvp('sh', ['sh', '-c', 'exec sleep 3600'])",
        "multiprocessing.get_context('fork').Process(target=time.sleep, args=(3600,)).run()",
    ],
    ids=["fork", "vfork", "posix_spawn", "system", "exec", "multiprocessing"],
)
def test_children_live_in_the_same_night(night: Night, way: str) -> None:
    ended = night.run_python(f"import multiprocessing, os, subprocess, time\n{way}")
    assert ended.code == 0, ended.err
    assert 3600 <= ended.virtual_s < 3601


def test_a_thread_that_forks_while_others_wait_leaves_both_sides_right(night: Night) -> None:
    ended = night.run_python("""
        import os, threading, time
        began = time.monotonic()
        waiting = threading.Thread(target=time.sleep, args=(7200,))
        waiting.start()
        time.sleep(1800)
        child = os.fork()
        if child == 0:
            time.sleep(1800)
            print(round(time.monotonic() - began), flush=True)
            os._exit(0)
        os.waitpid(child, 0)
        waiting.join()
        print(round(time.monotonic() - began))
    """)
    assert ended.out.split() == ["3600", "7200"], ended.err


def test_threads_that_come_and_go_leave_their_places_to_others(night: Night) -> None:
    ended = night.run_python("""
        import threading, time
        for turn in range(5):
            threads = [threading.Thread(target=time.sleep, args=(60,)) for _ in range(20)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        print(round(time.monotonic()))
    """)
    assert ended.out.split() == ["100300"], ended.err


def test_killing_a_process_in_the_middle_of_a_wait_does_not_wedge_the_others(night: Night) -> None:
    victims = [night.python("import time; time.sleep(600)") for _ in range(3)]
    other = night.python("import time\nfor _ in range(40): time.sleep(300)")
    assert night.go(hours=0.1).reason == "until"
    for victim in victims:
        victim.kill()
        victim.wait()
    assert night.go().reason == "stuck"
    assert other.poll() == 0


def test_killing_at_any_moment_does_not_wedge_the_clock(night: Night) -> None:
    """Also inside the library: victims do nothing but wait and read the clock, and are shot at odd moments."""
    for turn in range(8):
        victim = night.python("import time\nwhile True: time.sleep(5)")
        assert night.go(hours=(turn + 1) / 60).reason in {"until", "stuck"}
        victim.kill()
        assert night.run("sleep", "60").code == 0


def test_a_stopped_process_counts_as_waiting(night: Night) -> None:
    stopped = night.python("while True: pass")
    os.kill(stopped.pid, signal.SIGSTOP)
    assert night.run("sleep", "3600").virtual_s >= 3600


def test_a_stopped_process_that_goes_on_finds_its_wait_over(night: Night) -> None:
    stopped = night.python("import time; time.sleep(60); print('over')")
    assert night.go(hours=0.001).reason == "until"
    os.kill(stopped.pid, signal.SIGSTOP)
    assert night.run("sleep", "3600").code == 0
    os.kill(stopped.pid, signal.SIGCONT)
    assert night.go().reason == "stuck"
    assert stopped.communicate(timeout=patience_s())[0] == "over\n"


def test_a_thread_that_was_woken_and_has_no_cpu_yet_is_not_asleep(night: Night) -> None:
    """For a moment it is on no run queue, has not run, and is about to write what the other waits for."""
    cpus = sorted(os.sched_getaffinity(0))
    if len(cpus) < 2:
        pytest.skip("whoever wakes another on its own CPU sees it on the queue at once")
    program = night.python(
        """
        import os, select, sys, threading, time
        reader, writer = os.pipe()
        def write():
            os.sched_setaffinity(0, {int(sys.argv[1])})
            for turn in range(300):
                time.sleep(600)
                os.write(writer, b"x")
        threading.Thread(target=write).start()
        late = 0
        for turn in range(300):
            late += not select.select([reader], [], [], 900)[0]
            os.read(reader, 1)
        print(late)
        """,
        str(cpus[1]),
    )
    os.sched_setaffinity(0, {cpus[0]})
    try:
        assert night.go().reason == "stuck"
    finally:
        os.sched_setaffinity(0, cpus)
    assert program.communicate(timeout=patience_s())[0] == "0\n"


@pytest.mark.parametrize("stopped", [False, True], ids=["blocked", "stopped"])
@pytest.mark.parametrize("flags", [0, STATUS_ONLY], ids=["closely", "plainly"])
def test_a_parent_inside_vfork_works_no_more_than_its_child(
    night: Night, tmp_path: Path, flags: int, stopped: bool
) -> None:
    """The parent is in uninterruptible sleep until the child execs; the child may take for ever."""
    census.library().night_page_plant(night.page.address, flags)
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    parent = night.python(
        """
        import os, sys
        opening = [(os.POSIX_SPAWN_OPEN, 0, sys.argv[1], os.O_RDONLY, 0)]
        os.waitpid(os.posix_spawnp("cat", ["cat"], os.environ, file_actions=opening), 0)
        """,
        str(fifo),
    )
    stop = night.go(hours=1, runaway_s=patience_s())
    assert (stop.reason, stop.jumps) == ("stuck", 0), stop.waits
    children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children").read_text().split()
    if stopped:
        os.kill(int(children[0]), signal.SIGSTOP)
    sleeper = night.start("sleep", "1800")
    assert night.go(hours=1, runaway_s=patience_s()).jumps == 1
    assert sleeper.wait(patience_s()) == 0
    if stopped:
        os.kill(int(children[0]), signal.SIGCONT)
    os.close(os.open(fifo, os.O_WRONLY))
    assert night.go(hours=1).reason == "stuck"
    assert parent.poll() == 0


def test_a_signal_handler_interrupts_a_sleep_with_the_right_remaining_time(night: Night) -> None:
    ended = night.run_python("""
        import ctypes, os, signal, subprocess, time
        libc = ctypes.CDLL(None, use_errno=True)
        handler = ctypes.CFUNCTYPE(None, ctypes.c_int)(lambda signo: None)
        libc.signal(signal.SIGUSR1, handler)
        subprocess.Popen(["sh", "-c", f"sleep 1200; kill -USR1 {os.getpid()}"])
        span = (ctypes.c_long * 2)(3600, 0)
        print(libc.nanosleep(span, span), ctypes.get_errno(), round(span[0] + span[1] / 1e9))
    """)
    assert ended.out.split() == ["-1", "4", "2400"], ended.err


def test_python_goes_on_sleeping_after_a_signal(night: Night) -> None:
    ended = night.run_python("""
        import signal, time
        signal.signal(signal.SIGALRM, lambda *_: print("rang"))
        signal.setitimer(signal.ITIMER_REAL, 600, 600)
        time.sleep(3600)
        signal.setitimer(signal.ITIMER_REAL, 0)
    """)
    assert ended.out.split().count("rang") in {5, 6}
    assert 3600 <= ended.virtual_s < 3601


def test_a_program_may_have_the_clocks_signal_for_itself(night: Night) -> None:
    ended = night.run_python("""
        import os, signal, time
        signal.signal(signal.SIGURG, lambda *_: print("mine", flush=True))
        time.sleep(3600)
        os.kill(os.getpid(), signal.SIGURG)
        time.sleep(3600)
        print(signal.getsignal(signal.SIGURG) is not signal.SIG_DFL)
    """)
    assert ended.out.split() == ["mine", "True"], ended.err
    assert ended.virtual_s >= 7200


def test_a_program_that_blocks_every_signal_still_wakes(night: Night) -> None:
    ended = night.run_python("""
        import signal, threading, time
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
        time.sleep(1800)
        threading.Event().wait(1800)
        print("woke")
    """)
    assert ended.out == "woke\n", ended.err


def test_a_cpu_bound_start_beside_a_deadline_is_not_overtaken(night: Night) -> None:
    """The second program's start (real work) happens before the first one's one-second timeout."""
    first = night.python("""
        import subprocess, sys
        print(subprocess.run([sys.executable, "-c", "import json, asyncio; print('started')"],
                             capture_output=True, text=True, timeout=1).stdout)
    """)
    before = night.page.now_ns
    assert night.go().reason == "stuck"
    assert first.communicate(timeout=patience_s())[0].strip() == "started"
    assert night.page.now_ns - before < SECOND


def test_a_jump_with_thirty_threads_is_quick(night: Night, capsys: pytest.CaptureFixture[str]) -> None:
    program = night.python("""
        import threading, time
        others = [threading.Thread(target=time.sleep, args=(10**6,), daemon=True) for _ in range(29)]
        for thread in others:
            thread.start()
        for turn in range(200):
            time.sleep(60)
    """)
    began = time.perf_counter()
    stop = night.controller.run(night.page.now_ns + 2 * HOUR)
    each_s = (time.perf_counter() - began) / stop.jumps
    with capsys.disabled():
        print(f"\n  one jump with 30 threads: {each_s * 1000:.2f} ms")
    assert stop.jumps >= 119
    assert each_s < starts(1)
    program.kill()
