"""Programs outside the library: while they compute or sleep in real time, time stands still, and they are named."""

from __future__ import annotations

import subprocess

import pytest

from tests.clock.virtual_night import Night


@pytest.mark.parametrize("way", ["sleeps", "polls"])
def test_time_waits_for_a_static_program_that_sleeps_in_real_time(night: Night, static: str, way: str) -> None:
    ended = night.run_python(
        """
        import subprocess, sys, time
        began = time.monotonic()
        try:
            subprocess.run(sys.argv[1:], timeout=60, check=True)
        finally:
            print(round(time.monotonic() - began))
        """,
        arguments=(static, way, "150"),
    )
    assert ended.out.split() == ["woke", "0"], ended.err


def test_a_static_program_that_sleeps_for_too_long_is_named(night: Night, static: str) -> None:
    sleeping = night.start(static, "polls", "60000", component="retrieve")
    stop = night.go(runaway_s=0.3)
    assert stop.reason == "runaway"
    (line,) = stop.waits
    assert line.startswith(f"retrieve (pid {sleeping.pid}) sleeps in real time, in poll, outside the virtual clock")


def test_a_static_program_that_is_stopped_counts_as_waiting(night: Night, static: str) -> None:
    stopped = night.start(static, "polls", "60000")
    night.go(runaway_s=0.1)
    stopped.send_signal(19)
    assert night.run("sleep", "3600").virtual_s >= 3600


def test_a_server_outside_the_library_holds_the_clock_while_it_works_and_not_while_it_rests(
    night: Night, static: str
) -> None:
    server = subprocess.Popen([static, "database", "200"], stdout=subprocess.PIPE, text=True)
    night.processes.append(server)
    night.controller.regard_as_server(server.pid)
    assert server.stdout is not None
    port = server.stdout.readline().strip()
    ended = night.run_python(f"""
        import socket, time
        for turn in range(3):
            time.sleep(1200)
            with socket.create_connection(("127.0.0.1", {port}), timeout=1) as line:
                assert line.recv(100) == b"done"
        print(time.monotonic())
    """)
    assert ended.code == 0, ended.err
    assert 103_600 <= float(ended.out) < 103_601


def test_the_night_of_a_process_that_reads_the_clock_for_ever_is_ended_and_says_why(night: Night) -> None:
    spinning = night.python("import time\nwhile True: time.time()", component="publish")
    stop = night.go(runaway_s=0.5)
    assert stop.reason == "runaway"
    (line,) = stop.waits
    assert line.startswith(f"publish (pid {spinning.pid}) spins: the clock was read ")
