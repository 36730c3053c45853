"""Unchanged programs across virtual hours: CPython, bash, coreutils, curl, Perl."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess

import pytest

from tests.clock.needed import needs
from tests.clock.virtual_night import Night

PYTHON = {
    "time.sleep": "time.sleep(3600)",
    "asyncio.sleep": "asyncio.run(asyncio.sleep(3600))",
    "asyncio.wait_for": """
        async def hang():
            try:
                await asyncio.wait_for(asyncio.Event().wait(), 3600)
            except TimeoutError:
                return
            raise AssertionError
        asyncio.run(hang())""",
    "threading.Event": "assert not threading.Event().wait(3600)",
    "threading.Condition": """
        condition = threading.Condition()
        with condition:
            assert not condition.wait(3600)""",
    "threading.Timer": """
        timer = threading.Timer(3600, print, ["rang"])
        timer.start()
        timer.join()""",
    "queue.get": """
        try:
            queue.Queue().get(timeout=3600)
        except queue.Empty:
            pass""",
    "subprocess timeout": """
        try:
            subprocess.run(["cat"], stdin=os.pipe()[0], stdout=subprocess.PIPE, timeout=3600)
        except subprocess.TimeoutExpired:
            pass""",
    "select": "assert select.select([os.pipe()[0]], [], [], 3600) == ([], [], [])",
    "socket timeout": """
        server = socket.create_server(("127.0.0.1", 0))
        try:
            socket.create_connection(server.getsockname(), timeout=3600).recv(1)
        except TimeoutError:
            pass""",
    "signal.alarm": """
        signal.signal(signal.SIGALRM, lambda *_: None)
        signal.alarm(3600)
        signal.pause()""",
}


@pytest.mark.parametrize("wait", PYTHON)
def test_cpython_waits_a_virtual_hour(night: Night, wait: str) -> None:
    head = "import asyncio, os, queue, select, signal, socket, subprocess, threading, time\nbegan = time.monotonic()\n"
    body = PYTHON[wait].replace("\n        ", "\n").strip()
    ended = night.run_python(head + body + "\nprint(time.monotonic() - began)")
    assert ended.code == 0, ended.err
    assert 3600 <= float(ended.out.split()[-1]) < 3602


@pytest.mark.exhaustive
@pytest.mark.parametrize("version", ["3.12", "3.13"])
def test_other_versions_of_cpython_wait_virtual_hours(night: Night, version: str) -> None:
    """Each is a bonus where a machine has it; the one that runs the tests is always there."""
    name = f"python{version}"
    choose = {**os.environ, "PYENV_VERSION": version}  # pyenv has one program for them all
    asked = [name, "-c", "import sys; print(sys.executable)"]
    found = shutil.which(name) and subprocess.run(asked, env=choose, capture_output=True, text=True, check=False)
    if not found or found.returncode:
        pytest.skip(f"there is no {name} here: pyenv install {version}")
    waits = ["time.sleep", "asyncio.sleep", "threading.Event", "threading.Condition", "queue.get", "select"]
    body = "\n".join(PYTHON[wait].replace("\n        ", "\n").strip() for wait in waits)
    head = "import asyncio, os, queue, select, threading, time\nbegan = time.monotonic()\n"
    ended = night.run(found.stdout.strip(), "-c", f"{head}{body}\nprint(time.monotonic() - began)")
    assert ended.code == 0, ended.err
    assert 6 * 3600 <= float(ended.out) < 6 * 3600 + 1


def test_threads_that_compute_take_turns_at_the_interpreter_lock(night: Night) -> None:
    """The lock's 5 ms wait ends in real time, for virtual time stands still while the other computes."""
    ended = night.run_python("""
        import threading, time
        done = threading.Event()
        def compute():
            while not done.is_set():
                pass
        thread = threading.Thread(target=compute)
        thread.start()
        done.set()
        thread.join()
        print("took turns")
    """)
    assert ended.out == "took turns\n", ended.err


def test_bash_reads_with_a_timeout_and_tells_the_date(night: Night) -> None:
    ended = night.run("bash", "-c", "TZ=UTC date +%H:%M; read -t 1800 x < <(sleep 7200); echo $?; TZ=UTC date +%H:%M")
    assert ended.out.split() == ["02:00", "142", "02:30"]


def test_bash_waits_for_its_children_and_loops(night: Night) -> None:
    ended = night.run("bash", "-c", "for i in 1 2 3; do sleep 600 & done; wait; sleep 20m; echo $SECONDS")
    assert ended.out.strip() == "1800"


def test_coreutils_timeout_ends_a_program_that_takes_too_long(night: Night) -> None:
    ended = night.run("timeout", "600", "sleep", "3600")
    assert ended.code == 124
    assert 600 <= ended.virtual_s < 601


def test_coreutils_timeout_kills_what_ignores_its_first_signal(night: Night) -> None:
    ended = night.run("timeout", "-k", "60", "600", "sh", "-c", "trap '' TERM; sleep 900; sleep 900; sleep 900")
    assert ended.code in {137, -9}  # coreutils' own choice: it is of the group that it kills
    assert 660 <= ended.virtual_s < 661


def test_curl_gives_up_on_a_silent_server_after_its_max_time(night: Night, silent_port: int) -> None:
    needs("curl")
    ended = night.run("curl", "-s", "--noproxy", "*", "--max-time", "300", f"http://127.0.0.1:{silent_port}/")
    assert ended.code == 28
    assert 300 <= ended.virtual_s < 303  # it looks every second, and a hundred such ticks on it may be woken late


def test_curl_retries_a_refused_connection_with_its_pauses(night: Night) -> None:
    needs("curl")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    retry = ["--retry", "3", "--retry-delay", "600", "--retry-connrefused"]
    ended = night.run("curl", "-s", "--noproxy", "*", *retry, f"http://127.0.0.1:{port}/")
    assert ended.code == 7
    assert 1800 <= ended.virtual_s < 1802


def test_perl_sleeps_selects_and_is_alarmed(night: Night) -> None:
    needs("perl")
    ended = night.run(
        "perl",
        "-e",
        """
        my $began = time;
        sleep 600;
        select(undef, undef, undef, 3000);
        eval { local $SIG{ALRM} = sub { die "rang" }; alarm 3600; sleep 7200; };
        print substr($@, 0, 4), " ", time - $began, " ", scalar(gmtime), "\n";""",
    )
    assert ended.out == "rang 7200 Tue Nov 24 04:00:00 2026\n", ended.err
