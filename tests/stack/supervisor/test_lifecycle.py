"""How a local stack starts, dies and leaves nothing: real processes, killed in every order."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from harness.errors import StackError
from harness.stack.cleanup import directories
from harness.stack.cleanup.processes import children_of, descendants_of
from harness.stack.directory import StackDirectory
from harness.stack.door import Door
from harness.stack.local.stack import LocalStack
from tests.calibration import patience_s, starts
from tests.sample import sample
from tests.stack.plans import EVENING_NS, HOUR_NS, job, plan
from tests.stack.waiting import is_gone_soon, seen_to_end

OWNER_PROGRAM = """
import json, signal
from harness.stack.local.stack import LocalStack
from tests.stack.plans import EVENING_NS, HOUR_NS, job, plan
stack = LocalStack().start()
stack.reset(plan(job(stack, "long", "sh", "-c", "setsid sleep 36000 & exec sleep 36000")))
stack.begin()
stack.run(EVENING_NS + HOUR_NS)
print(json.dumps({"root": str(stack.directory.root), "health": stack.door.ask("GET", "/health")}), flush=True)
while True:
    signal.pause()
"""


def family(supervisor: int) -> list[int]:
    """The supervisor, the agent, every mock, keeper and job."""
    return [supervisor, *descendants_of(supervisor)]


@pytest.fixture
def owner() -> Iterator[tuple[subprocess.Popen[str], Path, list[int]]]:
    """Another process that owns a stack in the middle of a night: itself, the stack's directory, its processes."""
    process = subprocess.Popen(
        [sys.executable, "-c", OWNER_PROGRAM],
        stdout=subprocess.PIPE,
        text=True,
        process_group=0,
        cwd=Path(__file__).parents[3],
    )
    assert process.stdout is not None
    try:
        told = json.loads(process.stdout.readline())
        members = family(told["health"]["pid"])
        assert len(members) == 11  # the supervisor, the agent, six mocks, a keeper, the job and its daemon
        yield process, Path(told["root"]), members
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_stopping_leaves_no_process_and_no_directory_and_can_be_done_twice() -> None:
    stack = LocalStack().start()
    members = family(stack.door.ask("GET", "/health")["pid"])
    with seen_to_end(members):
        stack.stop()
    stack.stop()
    assert not stack.directory.root.exists()


def test_the_owner_killed_in_the_middle_of_a_night_leaves_nothing(owner: tuple) -> None:
    process, root, members = owner
    begun = time.monotonic()
    with seen_to_end(members):
        process.kill()
    assert is_gone_soon(root)
    print(f"all gone {time.monotonic() - begun:.3f} s after kill -9 of the owner")


@pytest.mark.exhaustive
def test_ctrl_c_in_the_owners_terminal_leaves_nothing(owner: tuple) -> None:
    process, root, members = owner
    with seen_to_end(members):
        os.killpg(process.pid, signal.SIGINT)
    assert process.wait() == -signal.SIGINT
    assert is_gone_soon(root)


@pytest.mark.exhaustive
def test_owner_and_supervisor_killed_together_leave_a_directory_that_the_next_start_sweeps(owner: tuple) -> None:
    process, root, members = owner
    with seen_to_end(members):
        os.kill(members[0], signal.SIGKILL)
        process.kill()
    process.wait()
    directories.sweep()
    assert is_gone_soon(root)


def test_a_sweep_ends_processes_that_nobody_owns_any_more(owner: tuple, tmp_path: Path) -> None:
    process, root, members = owner
    stray = subprocess.Popen(["sleep", "36000"], env={"NIGHT_STACK": str(root)}, stdin=subprocess.DEVNULL)
    bystander = subprocess.Popen(["sleep", "36000"], env={"NIGHT_STACK": f"{root}x"}, stdin=subprocess.DEVNULL)
    os.kill(members[0], signal.SIGKILL)
    process.kill()
    process.wait()
    with seen_to_end([*members, stray.pid]):
        directories.sweep()
    stray.wait()
    assert bystander.poll() is None
    bystander.kill()
    bystander.wait()


@pytest.mark.exhaustive
def test_a_sweep_leaves_the_stacks_of_the_living_alone(owner: tuple) -> None:
    _, root, members = owner
    assert root not in directories.sweep()
    assert root.exists()
    assert all(Path(f"/proc/{pid}").exists() for pid in members)


def test_a_killed_supervisor_is_an_error_of_the_environment_and_stop_cleans_up() -> None:
    stack = LocalStack().start()
    supervisor = stack.door.ask("GET", "/health")["pid"]
    with seen_to_end(family(supervisor)):
        os.kill(supervisor, signal.SIGKILL)
    with pytest.raises(StackError, match="the supervisor of the stack"):
        stack.reset(plan())
    stack.stop()
    assert not stack.directory.root.exists()


@pytest.mark.parametrize("name", sample(["desk", "scheduler"]))
def test_a_mock_killed_in_the_middle_of_a_run_is_named_by_that_run_and_by_whatever_is_asked_next(name: str) -> None:
    with LocalStack() as stack:
        health = stack.door.ask("GET", "/health")
        kill = f"kill -KILL {health['mocks'][name]}; sleep 36000"
        stack.reset(plan(job(stack, "sabotage", "sh", "-c", kill)))

        def live() -> None:
            stack.begin()  # the job may be so quick that this call is already told
            stack.run(EVENING_NS + 8 * HOUR_NS, runaway_s=patience_s())

        with pytest.raises(StackError, match=f"the {name} of the stack: it was killed by SIGKILL;"):
            live()
        with pytest.raises(StackError, match=f"the {name} of the stack"):
            stack.settle()
        assert stack.history()  # what led to it can still be read


def test_a_mock_killed_in_a_run_that_has_begun_to_answer_is_named_in_its_answer() -> None:
    """A run that takes its time is answered with blank lines first."""
    with LocalStack() as stack:
        desk = stack.door.ask("GET", "/health")["mocks"]["desk"]
        work = f"import os, time\nwhile time.process_time() < 2: pass\nos.kill({desk}, 9)\ntime.sleep(36000)"
        stack.reset(plan(job(stack, "sabotage", "python", "-c", work)))
        stack.begin()
        with pytest.raises(StackError, match="the desk of the stack: it was killed by SIGKILL;"):
            stack.run(EVENING_NS + 8 * HOUR_NS, runaway_s=patience_s())


@pytest.mark.exhaustive
def test_a_killed_agent_is_named_too() -> None:
    with LocalStack() as stack:
        health = stack.door.ask("GET", "/health")
        (agent,) = set(children_of(health["pid"])) - set(health["mocks"].values())
        os.kill(agent, signal.SIGKILL)
        with pytest.raises(StackError, match="the agent of the stack: it was killed by SIGKILL"):
            stack.reset(plan())


def test_a_mock_that_ends_at_its_start_is_told_with_its_exit_and_its_last_output() -> None:
    dies = [sys.executable, "-c", "import sys; sys.exit('no such table: pages')"]
    stack = LocalStack(mocks={"desk": dies})
    with pytest.raises(StackError) as told:
        stack.start()
    assert "it exited with code 1" in str(told.value)
    assert "no such table: pages" in str(told.value)
    assert not stack.directory.root.exists()


@pytest.mark.exhaustive
def test_a_mock_that_never_answers_is_named() -> None:
    silent = [sys.executable, "-c", "import signal; print('thinking', flush=True); signal.pause()"]
    within_s = round(starts(30))  # time enough for the others
    stack = LocalStack(mocks={"desk": silent}, up_within_s=within_s)
    told = rf"the mock desk: no answer at control/desk\.sock within {within_s} s(?s:.*)thinking"
    with pytest.raises(StackError, match=told):
        stack.start()
    assert not stack.directory.root.exists()


def test_a_port_in_use_is_told_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        stack = LocalStack(ports={"source": port}, reachable=True)
        begun = time.monotonic()
        with pytest.raises(StackError, match=f"port {port} for source: Address already in use"):
            stack.start()
        print(f"told after {time.monotonic() - begun:.3f} s")
    assert not stack.directory.root.exists()


@pytest.mark.exhaustive
def test_a_port_can_be_chosen() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with LocalStack(ports={"source": port}) as stack:
        assert stack.places()["source.url"] == f"http://127.0.0.1:{port}"


@pytest.mark.parametrize(
    ("program", "found"),
    [("/bin/false", "it ended before it was ready"), ("/no/such/python", "cannot be started: No such file")],
)
def test_a_supervisor_that_does_not_come_up_is_told(program: str, found: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", program)
    stack = LocalStack()
    with pytest.raises(StackError, match=found):
        stack.start()
    assert not stack.directory.root.exists()


def test_a_stack_in_real_time_says_so_and_ends_its_night_when_the_schedule_is_complete() -> None:
    with LocalStack(virtual=False) as stack:
        assert stack.clock == "real time was asked for"
        now_ns = time.time_ns()
        the_job = replace(job(stack, "now", "sh", "-c", "env"), at_ns=now_ns)
        stack.reset(plan(the_job, begins_ns=now_ns))
        stack.begin()
        assert stack.run(now_ns + HOUR_NS).reason == "asked"
        assert "LD_PRELOAD" not in stack.output("now", 1, "out")
        stop = stack.run(time.time_ns() + 10_000_000)
        assert stop.at_ns - now_ns < HOUR_NS


def test_a_stack_works_without_the_compiled_agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    import harness

    shutil.copytree(
        Path(harness.__file__).parent, tmp_path / "harness", ignore=shutil.ignore_patterns("night-agent", "*.so", "*.c")
    )
    program = """
import time
from dataclasses import replace
from harness.stack.local.stack import LocalStack
from tests.stack.plans import HOUR_NS, job, plan
with LocalStack() as stack:
    print(stack.clock)
    now_ns = time.time_ns()
    stack.reset(plan(replace(job(stack, "now", "sh", "-c", "exit 3"), at_ns=now_ns), begins_ns=now_ns))
    stack.begin()
    stack.run(now_ns + HOUR_NS)
    print([event["error"] for event in stack.history() if event["action"] == "job"])
"""
    (tmp_path / "tests").symlink_to(Path(__file__).parents[2])
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(tmp_path)}
    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment, cwd=tmp_path
    )
    assert found.returncode == 0, found.stderr
    clock, errors = found.stdout.splitlines()
    assert "was not built" in clock
    assert errors == "['exit 3']"


@pytest.fixture
def leased(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], Door]]:
    """A supervisor as it runs in a container: it lives by its lease."""
    argv = [sys.executable, "-m", "harness.stack.supervisor", "--dir", str(tmp_path), "--lease-grace-s", "0.3"]
    argv += ["--host", "127.0.0.1", "--token-file", str(tmp_path / "token")]
    process = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    (tmp_path / "token").write_text("secret\n")
    door = Door(json.loads(process.stdout.readline())["door"], "secret")
    yield process, door
    door.close()
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_lease_that_ends_and_is_not_taken_up_again_ends_the_supervisor(leased: tuple) -> None:
    process, door = leased
    door.take_lease()
    assert door.ask("GET", "/health")["mocks"] == {}
    assert process.poll() is None
    door.close()
    assert process.wait(20) == 0


@pytest.mark.exhaustive
def test_a_lease_may_change_hands(leased: tuple) -> None:
    process, door = leased
    door.take_lease()
    second = Door(door.url, "secret")
    second.take_lease()
    door.close()
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(0.6)  # twice the grace
    second.close()
    assert process.wait(20) == 0


def test_a_supervisor_shares_the_library_and_the_agent_with_other_containers(leased: tuple, tmp_path: Path) -> None:
    shared = {path.name for path in StackDirectory(tmp_path).library.iterdir()}
    built = {path.name for path in Path("harness/clock").glob("*.so")} | {"night-agent"}
    assert shared == built


def test_the_file_with_the_token_is_gone_when_the_door_is_open(leased: tuple, tmp_path: Path) -> None:
    _, door = leased
    assert door.ask("GET", "/health")["mocks"] == {}
    assert not (tmp_path / "token").exists()


def test_a_supervisor_without_a_token_does_not_start(tmp_path: Path) -> None:
    argv = [sys.executable, "-m", "harness.stack.supervisor", "--dir", str(tmp_path)]
    found = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert found.returncode == 1
    assert "anybody could open the door" in found.stderr


def test_a_door_that_stops_answering_is_told_as_such() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        door = Door(f"http://127.0.0.1:{mute.getsockname()[1]}", "secret", answer_timeout_s=0.1)
        with pytest.raises(StackError, match="no answer to GET /health"):
            door.ask("GET", "/health")
        door.close()
