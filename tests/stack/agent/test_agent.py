"""The agent's protocol, in C and in Python: real programs over a real socket."""

from __future__ import annotations

import errno
import os
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from harness.stack.agent import COMPILED
from harness.stack.cleanup.processes import children_of

WAIT_S = 20.0


class Client:
    """One connection to an agent."""

    def __init__(self, path: Path, folder: Path) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.settimeout(WAIT_S)
        try:
            self.socket.connect(str(path))
        except OSError:
            self.socket.close()
            raise
        self.lines = self.socket.makefile("rb")
        self.folder = folder

    def send(self, *strings: str) -> None:
        body = b"\0".join(string.encode() for string in strings)
        self.socket.sendall(struct.pack("<I", len(body)) + body)

    def launch(self, *argv: str, cwd: str | None = None, env: Mapping[str, str] | None = None) -> str:
        variables = {"PATH": os.environ["PATH"]} if env is None else env
        out, err = str(self.folder / "out"), str(self.folder / "err")
        pairs = [f"{name}={value}" for name, value in variables.items()]
        self.send("launch", cwd or str(self.folder), out, err, str(len(argv)), *argv, *pairs)
        return self.line()

    def line(self) -> str:
        """The next line; of one that tells an end, all but the time that the program has worked."""
        told = self.told()
        return told.rpartition(" ")[0] if told.startswith(("exited ", "signaled ")) else told

    def told(self) -> str:
        return self.lines.readline().decode().rstrip("\n")

    def out(self) -> str:
        return (self.folder / "out").read_text()

    def close(self) -> None:
        self.lines.close()
        self.socket.close()


class Agent:
    def __init__(self, folder: Path, process: subprocess.Popen[bytes]) -> None:
        self.folder, self.process, self.path = folder, process, folder / "a.sock"
        self.clients: list[Client] = []

    def connect(self) -> Client:
        self.clients.append(Client(self.path, self.folder))
        return self.clients[-1]

    def wait_for_no_keeper(self) -> None:
        """Every keeper is a child that the kernel reaps: none left means all of their programs are dead too."""
        waiting = [pidfd(keeper) for keeper in children_of(self.process.pid)]
        for fd in waiting:
            if fd is not None:
                wait_for_end(fd)


def pidfd(pid: int) -> int | None:
    try:
        return os.pidfd_open(pid)
    except ProcessLookupError:
        return None


def wait_for_end(fd: int) -> None:
    ready, _, _ = select.select([fd], [], [], WAIT_S)
    os.close(fd)
    assert ready, "a process that should have ended still runs"


@pytest.fixture(params=["c", "python"])
def agent(request: pytest.FixtureRequest) -> Iterator[Agent]:
    if request.param == "c" and not COMPILED.exists():
        pytest.skip("night-agent was not compiled: there was no C compiler at install time")
    program = [str(COMPILED)] if request.param == "c" else [sys.executable, "-m", "harness.stack.agent"]
    folder = Path(tempfile.mkdtemp())  # not tmp_path: a unix socket's path is short
    process = subprocess.Popen([*program, "--with-parent", str(folder / "a.sock")])
    agent = Agent(folder, process)
    while process.poll() is None:
        try:
            agent.connect().close()
            break
        except (FileNotFoundError, ConnectionRefusedError):
            os.sched_yield()
    yield agent
    for client in agent.clients:
        client.close()
    process.kill()
    process.wait()
    shutil.rmtree(folder)


def test_a_program_is_started_and_its_exit_code_comes_back(agent: Agent) -> None:
    client = agent.connect()
    started = client.launch("sh", "-c", "echo $$; echo bad >&2; exit 3")
    assert started.startswith("started ")
    assert client.line() == "exited 3"
    assert client.out() == started.removeprefix("started ") + "\n"
    assert (agent.folder / "err").read_text() == "bad\n"


BUSY = "import time\nwhile time.process_time() < 0.2: pass"


@pytest.mark.parametrize(
    ("program", "processes"),
    [
        (BUSY, 1),
        (f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {BUSY!r}])\n{BUSY}", 2),
        ("import time; time.sleep(0.2)", 0),
    ],
    ids=["works", "has a child that works", "sleeps"],
)
def test_the_end_says_for_how_long_the_program_and_its_children_have_worked(
    agent: Agent, program: str, processes: int
) -> None:
    client = agent.connect()
    client.launch(sys.executable, "-c", program)
    how, code, worked_ns = client.told().split()
    assert (how, code) == ("exited", "0")
    assert 0.2 * processes <= int(worked_ns) / 1e9 < 0.2 * processes + 0.19


def test_a_killed_program_is_told_from_one_that_exited(agent: Agent) -> None:
    client = agent.connect()
    assert client.launch("sh", "-c", "kill -KILL $$").startswith("started ")
    assert client.line() == "signaled 9"


def test_the_program_gets_the_environment_that_was_given_and_no_other(agent: Agent) -> None:
    client = agent.connect()
    client.launch("/usr/bin/env", env={"A": "1", "EMPTY": "", "EQUALS": "a=b"})
    assert client.line() == "exited 0"
    assert sorted(client.out().splitlines()) == ["A=1", "EMPTY=", "EQUALS=a=b"]


def test_the_program_runs_in_its_folder_in_a_session_of_its_own(agent: Agent) -> None:
    client = agent.connect()
    client.launch(sys.executable, "-c", "import os; print(os.getcwd(), os.getsid(0) == os.getpid())")
    assert client.line() == "exited 0"
    assert client.out() == f"{agent.folder} True\n"


def test_signals_that_the_agent_ignores_or_blocks_are_as_usual_in_the_program(agent: Agent) -> None:
    client = agent.connect()
    client.launch(
        sys.executable,
        "-c",
        "import signal; print(signal.getsignal(signal.SIGCHLD).name, signal.pthread_sigmask(0, []))",
    )
    assert client.line() == "exited 0"
    assert client.out() == "SIG_DFL set()\n"


def test_a_program_that_is_not_there_is_enoent(agent: Agent) -> None:
    assert agent.connect().launch("/no/such/program") == f"error {errno.ENOENT} No such file or directory"


def test_a_program_that_is_not_on_the_path_of_the_job_is_enoent(agent: Agent) -> None:
    assert agent.connect().launch("sh", env={"PATH": "/nowhere"}) == f"error {errno.ENOENT} No such file or directory"


def test_a_file_without_execute_permission_is_eacces(agent: Agent) -> None:
    program = agent.folder / "program"
    program.write_text("#!/bin/sh\n")
    assert agent.connect().launch(str(program)) == f"error {errno.EACCES} Permission denied"
    found = agent.connect().launch("program", env={"PATH": str(agent.folder)})
    assert found == f"error {errno.EACCES} Permission denied"


def test_a_file_that_is_no_program_is_enoexec(agent: Agent) -> None:
    program = agent.folder / "program"
    program.write_text("not a program\n")
    program.chmod(0o755)
    assert agent.connect().launch(str(program)) == f"error {errno.ENOEXEC} Exec format error"


def test_a_folder_that_is_not_there_is_named(agent: Agent) -> None:
    found = agent.connect().launch("sh", cwd="/no/such/folder")
    assert found == f"error {errno.ENOENT} No such file or directory: /no/such/folder"


def test_output_that_cannot_be_opened_is_an_error(agent: Agent) -> None:
    client = agent.connect()
    client.send("launch", "/", "/no/such/out", "/no/such/err", "1", "/bin/sh")
    assert client.line() == f"error {errno.ENOENT} No such file or directory: its output files"


def test_a_program_with_a_slash_is_relative_to_its_folder(agent: Agent) -> None:
    (agent.folder / "here").symlink_to("/bin/sh")
    client = agent.connect()
    assert client.launch("./here", "-c", "exit 4").startswith("started ")
    assert client.line() == "exited 4"


def test_the_path_is_searched_in_order_and_relative_entries_count_from_the_folder(agent: Agent) -> None:
    for folder, code in (("one", 1), ("two", 2)):
        (agent.folder / folder).mkdir()
        program = agent.folder / folder / "program"
        program.write_text(f"#!/bin/sh\nexit {code}\n")
        program.chmod(0o755)
    client = agent.connect()
    client.launch("program", env={"PATH": f"/nowhere:two:{agent.folder}/one"})
    assert client.line() == "exited 2"


def test_an_order_may_be_larger_than_any_buffer(agent: Agent) -> None:
    client = agent.connect()
    values = {f"V{number}": "x" * 100 for number in range(5000)}
    assert client.launch("sh", "-c", "echo ${#V4999}", env={**values, "PATH": "/bin"}).startswith("started ")
    assert client.line() == "exited 0"
    assert client.out() == "100\n"


def test_arguments_beyond_what_the_kernel_takes_are_its_own_error(agent: Agent) -> None:
    assert agent.connect().launch("/bin/true", "x" * 1_000_000).startswith(f"error {errno.E2BIG} ")


@pytest.mark.parametrize(
    "strings", [("nonsense",), ("launch", "/", "o", "e", "9", "sh"), ("launch", "/", "o", "e", "x", "sh"), ("launch",)]
)
def test_an_order_that_is_none_is_refused(agent: Agent, strings: tuple[str, ...]) -> None:
    client = agent.connect()
    client.send(*strings)
    assert client.line() == f"error {errno.EBADMSG} Bad message: not a launch order"
    assert client.line() == ""


def test_an_order_too_large_to_be_one_is_refused(agent: Agent) -> None:
    client = agent.connect()
    client.socket.sendall(struct.pack("<I", 1 << 30))
    assert client.line().startswith(f"error {errno.EMSGSIZE} ")


def test_signals_reach_the_whole_process_group(agent: Agent) -> None:
    client = agent.connect()
    client.launch("sh", "-c", "sleep 1000 & echo $!; wait")
    while not client.out():
        os.sched_yield()
    child = pidfd(int(client.out()))
    client.socket.sendall(b"signal %d\n" % signal.SIGTERM)
    assert client.line() == "signaled 15"
    assert child is not None
    wait_for_end(child)


def test_a_stopped_program_can_be_continued_and_killed(agent: Agent) -> None:
    client = agent.connect()
    pid = int(client.launch("cat", "/dev/zero").split()[1])
    client.socket.sendall(b"signal %d\n" % signal.SIGSTOP)
    while Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "T":
        os.sched_yield()
    client.socket.sendall(b"signal %d\nsignal %d\n" % (signal.SIGCONT, signal.SIGKILL))
    assert client.line() == "signaled 9"


@pytest.mark.parametrize("line", [b"signal 0\n", b"signal 999\n", b"signal x\n", b"help\n", b"x" * 200])
def test_nonsense_ends_the_program(agent: Agent, line: bytes) -> None:
    client = agent.connect()
    watched = pidfd(int(client.launch("sleep", "1000").split()[1]))
    client.socket.sendall(line)
    assert watched is not None
    wait_for_end(watched)


def test_a_client_that_goes_takes_the_program_and_its_daemons_with_it(agent: Agent) -> None:
    client = agent.connect()
    client.launch("sh", "-c", "setsid sh -c 'sleep 1000 & echo $!; wait' & setsid setsid sleep 1001 & echo $!; wait")
    descendants = []
    while len(descendants) < 2:
        descendants = client.out().split()
    keeper = children_of(agent.process.pid)
    family = keeper + [pid for parent in keeper for pid in children_of(parent)] + [int(pid) for pid in descendants]
    watched = [fd for fd in map(pidfd, family) if fd is not None]
    client.close()
    for fd in watched:
        wait_for_end(fd)


def test_what_a_finished_program_left_behind_lives_until_the_client_goes(agent: Agent) -> None:
    client = agent.connect()
    client.launch("sh", "-c", "setsid sleep 1000 & echo $!")
    assert client.line() == "exited 0"
    orphan = pidfd(int(client.out()))
    assert orphan is not None
    client.close()
    wait_for_end(orphan)


def test_a_client_that_goes_before_its_order_is_whole_leaves_nothing(agent: Agent) -> None:
    client = agent.connect()
    client.socket.sendall(struct.pack("<I", 1000) + b"launch\0")
    client.close()
    agent.wait_for_no_keeper()
    assert agent.process.poll() is None


def test_clear_ends_all_programs_and_waits_until_they_are_dead(agent: Agent) -> None:
    silent = agent.connect()
    running = [agent.connect() for _ in range(3)]
    pids = [int(client.launch("sh", "-c", "setsid sleep 1000 & wait").split()[1]) for client in running]
    clearing = agent.connect()
    clearing.send("clear")
    assert clearing.line() == "cleared"
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)
    assert silent.line() == ""
    again = agent.connect()
    assert again.launch("true").startswith("started ")


def test_a_killed_agent_takes_every_program_with_it(agent: Agent) -> None:
    client = agent.connect()
    watched = pidfd(int(client.launch("sleep", "1000").split()[1]))
    agent.process.kill()
    assert watched is not None
    wait_for_end(watched)


def test_many_programs_at_once_leave_no_zombies(agent: Agent) -> None:
    clients = [agent.connect() for _ in range(30)]
    for client in clients:
        client.launch("true")
    assert [client.line() for client in clients] == ["exited 0"] * 30
    for client in clients:
        client.close()
    agent.wait_for_no_keeper()
    assert children_of(agent.process.pid) == []


def test_an_agent_whose_socket_path_is_too_long_says_so(tmp_path: Path) -> None:
    if not COMPILED.exists():
        pytest.skip("night-agent was not compiled: there was no C compiler at install time")
    path = tmp_path / ("x" * 120)
    found = subprocess.run([str(COMPILED), str(path)], capture_output=True, text=True)
    assert found.returncode == 1
    assert "a unix socket's path has 107 bytes at most" in found.stderr
