"""Signals of `harness clock run`: they reach the command once, and whoever is killed, nothing is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.stack.cleanup.processes import descendants_of
from tests.runs import HARNESS, User, until
from tests.sample import sample

RUN = (*HARNESS, "clock", "run")

TELLS = """if True:
    import os, signal, sys
    def tell(signo, frame):
        os.write(1, f"got {signal.Signals(signo).name}\\n".encode())
    for name in sys.argv[1:]:
        signal.signal(getattr(signal, name), tell)
    os.write(1, b"ready\\n")
    while os.read(0, 1):
        pass
    os.write(1, b"over\\n")
"""
"""Tells of each signal, and waits for the end of its input, which the clock does not wait for."""

DAEMONS = """if True:
    import os, signal, subprocess
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a script's background command begins with it ignored
    subprocess.Popen(["setsid", "sh", "-c", "trap '' TERM INT HUP; while :; do sleep 100000; done"])
    os.write(1, b"ready\\n")
    os.read(0, 1)
"""


@pytest.fixture
def typed() -> Iterator[tuple[int, int]]:
    """A pipe for the command's input, which is open until the test ends it."""
    reads, writes = os.pipe()
    yield reads, writes
    for fd in (reads, writes):
        try:
            os.close(fd)
        except OSError:
            continue


def begin(user: User, typed: tuple[int, int], program: str, *arguments: str) -> subprocess.Popen[bytes]:
    process = user.begin(*RUN, "--", sys.executable, "-c", program, *arguments, stdin=typed[0])
    os.close(typed[0])
    until(lambda: "ready" in user.said(process), lambda: user.said(process, "err"))
    return process


PASSED = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2")


@pytest.mark.parametrize("name", sample(PASSED, {"SIGINT", "SIGHUP"}))
@pytest.mark.parametrize("group", sample([False, True]), ids=["to the harness", "to the group"])
def test_a_signal_reaches_the_command_once(user: User, typed: tuple[int, int], name: str, group: bool) -> None:
    process = begin(user, typed, TELLS, *PASSED)
    (os.killpg if group else os.kill)(process.pid, getattr(signal, name))
    until(lambda: "got" in user.said(process))
    os.close(typed[1])
    run = user.ended(process)
    assert (run.code, run.out, run.err) == (0, f"ready\ngot {name}\nover\n", "")


def test_a_signal_to_the_group_reaches_a_command_that_has_a_group_of_its_own(
    user: User, typed: tuple[int, int]
) -> None:
    process = begin(user, typed, "import os; os.setpgid(0, 0)\n" + TELLS.replace("if True:", "if os:"), *PASSED)
    os.killpg(process.pid, signal.SIGTERM)
    until(lambda: "got" in user.said(process))
    os.close(typed[1])
    assert user.ended(process).out == "ready\ngot SIGTERM\nover\n"


def test_a_signal_that_comes_too_late_changes_nothing(user: User, typed: tuple[int, int]) -> None:
    process = begin(user, typed, TELLS)
    keeper = descendants_of(process.pid)[0]
    os.kill(keeper, signal.SIGSTOP)
    process.send_signal(signal.SIGUSR1)  # passed on to a keeper that finds the command ended when it goes on
    os.close(typed[1])
    until(lambda: "over" in user.said(process) and _state(descendants_of(process.pid)[-1]) == "Z")
    os.kill(keeper, signal.SIGCONT)
    assert user.ended(process).code == 0


def test_a_command_that_a_signal_ends_says_so_by_its_exit_code(user: User, typed: tuple[int, int]) -> None:
    process = begin(user, typed, TELLS)
    process.terminate()
    assert user.ended(process).code == 128 + signal.SIGTERM


def test_a_stopped_clock_run_goes_on_where_it_was(user: User, typed: tuple[int, int]) -> None:
    process = begin(user, typed, TELLS)
    _, command = descendants_of(process.pid)
    os.kill(process.pid, signal.SIGTSTP)
    until(lambda: _state(process.pid) == _state(command) == "T")
    os.kill(process.pid, signal.SIGCONT)
    until(lambda: "T" not in (_state(process.pid), _state(command)))
    os.close(typed[1])
    assert user.ended(process).out == "ready\nover\n"


def _state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


@pytest.mark.parametrize("killed", sample(["both", "harness", "keeper"]))
def test_nothing_is_left_whoever_is_killed(user: User, typed: tuple[int, int], killed: str) -> None:
    process = begin(user, typed, DAEMONS)
    until(lambda: len(descendants_of(process.pid)) >= 4)
    family = descendants_of(process.pid)
    assert user.directories()
    if killed in ("keeper", "both"):
        os.kill(family[0], signal.SIGKILL)
    if killed in ("harness", "both"):
        process.kill()
    if killed == "both":
        process.wait()
        user.runs(*RUN, "true")  # the next run sweeps what nobody was left to end
    else:
        run = user.ended(process)
        assert run.code == (-signal.SIGKILL if killed == "harness" else 3)
        assert ("was killed" in run.err) == (killed == "keeper")
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in family))
    assert user.directories() == []


def test_ctrl_c_ends_a_command_whose_children_ignore_it(user: User, typed: tuple[int, int]) -> None:
    process = begin(user, typed, DAEMONS)
    until(lambda: len(descendants_of(process.pid)) >= 4)  # its child's child sleeps, so the child ignores the signal
    family = descendants_of(process.pid)
    os.killpg(process.pid, signal.SIGINT)
    run = user.ended(process)
    assert run.code in (1, 128 + signal.SIGINT)
    assert "what it left behind was ended too" in run.err
    assert not any(Path(f"/proc/{pid}").exists() for pid in family)
