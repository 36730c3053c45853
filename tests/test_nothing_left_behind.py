"""However a command is ended in the middle of a night, no process and no directory of it is there soon after."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.stack.cleanup.processes import descendants_of
from tests.runs import HARNESS, PYTEST, User, until, user_in

CHAIN = """\
chain: busy
owner: data-ops
deadline: "06:00"
jobs:
  compute:
    run: [./compute.sh]
    at: "02:00"
    environment: {MARK: %s}
"""

# It never waits, so that the night's time stands still and the night is not over before it is ended. Its own child is
# in a session of its own, as a daemon is.
COMPUTE = """\
#!/bin/sh
setsid sleep 36000 &
: > "$MARK"
while :; do :; done
"""

SCENARIO = """\
scenario: a night that is ended from outside
chain: chain.yaml
night: 2026-11-23
faults: [no_fault]
expect: {outcome: unaffected}
"""

RUN = (*HARNESS, "run", "night.yaml")
UP = (*HARNESS, "up", "chain.yaml")
TEST = (*PYTEST, "night.yaml")
TEST_IN_WORKERS = (*PYTEST, "-n", "1", "night.yaml")

INTERRUPTED = 2
"""pytest's exit code for it, and ours."""


def mark(folder: Path) -> Path:
    """What the job makes when it is at work: beside its chain's folder, of which it has a view of its own."""
    return folder.with_name("mark")


@pytest.fixture
def user(tmp_path: Path) -> Iterator[User]:
    folder = tmp_path / "chain"
    folder.mkdir()
    (folder / "chain.yaml").write_text(CHAIN % mark(folder))
    (folder / "compute.sh").write_text(COMPUTE)
    (folder / "compute.sh").chmod(0o755)
    (folder / "night.yaml").write_text(SCENARIO)
    with user_in(folder) as user:
        yield user


exhaustive = pytest.mark.exhaustive


@pytest.mark.parametrize(
    ("command", "signo", "code"),
    [
        pytest.param(RUN, signal.SIGINT, INTERRUPTED, id="ctrl-c-of-run", marks=exhaustive),
        pytest.param(RUN, signal.SIGTERM, INTERRUPTED, id="sigterm-of-run", marks=exhaustive),
        pytest.param(RUN, signal.SIGHUP, -signal.SIGHUP, id="closed-terminal-of-run"),
        pytest.param(RUN, signal.SIGKILL, -signal.SIGKILL, id="kill-9-of-run", marks=exhaustive),
        pytest.param(UP, signal.SIGINT, INTERRUPTED, id="ctrl-c-of-up", marks=exhaustive),
        pytest.param(UP, signal.SIGTERM, INTERRUPTED, id="sigterm-of-up"),
        pytest.param(UP, signal.SIGKILL, -signal.SIGKILL, id="kill-9-of-up", marks=exhaustive),
        pytest.param(TEST, signal.SIGINT, INTERRUPTED, id="ctrl-c-of-pytest", marks=exhaustive),
        pytest.param(TEST, signal.SIGTERM, -signal.SIGTERM, id="sigterm-of-pytest", marks=exhaustive),
        pytest.param(TEST, signal.SIGKILL, -signal.SIGKILL, id="kill-9-of-pytest"),
        pytest.param(TEST_IN_WORKERS, signal.SIGINT, INTERRUPTED, id="ctrl-c-of-pytest-with-workers", marks=exhaustive),
        pytest.param(
            TEST_IN_WORKERS, signal.SIGKILL, -signal.SIGKILL, id="kill-9-of-pytest-with-workers", marks=exhaustive
        ),
    ],
)
def test_nothing_is_left_of_a_command_that_is_ended_in_mid_night(
    user: User, command: tuple[str, ...], signo: signal.Signals, code: int
) -> None:
    process = user.begin(*command)
    ready = (lambda: "Ctrl-C ends it" in user.said(process)) if command is UP else mark(user.folder).exists
    until(lambda: ready() or process.poll() is not None)
    assert process.poll() is None, user.said(process, "err")
    family = descendants_of(process.pid)
    assert len(family) >= 8  # the supervisor, the agent, six mocks, and where there are jobs, a keeper, one and its own
    assert user.directories()

    begun = time.monotonic()
    if signo == signal.SIGINT:
        os.killpg(process.pid, signo)  # a terminal sends it to the whole group
    else:
        process.send_signal(signo)
    run = user.ended(process, begun)
    print(f"all gone {time.monotonic() - begun:.2f} s after {signo.name}")
    assert run.code == code
    assert "Traceback" not in run.said
    assert [pid for pid in family if Path(f"/proc/{pid}").exists()] == []


def test_what_a_run_left_whose_supervisor_was_killed_with_it_goes_with_the_next_run(user: User) -> None:
    process = user.begin(*RUN)
    until(mark(user.folder).exists)
    [supervisor] = [pid for pid in descendants_of(process.pid) if b"harness.stack.supervisor" in command_of(pid)]
    os.kill(supervisor, signal.SIGKILL)
    process.kill()
    process.wait()
    left = user.directories()
    assert left
    (user.folder / "night.yaml").write_text("scenario: not one\n")
    user.runs(*HARNESS, "clean")
    assert [directory for directory in left if directory.exists()] == []


def command_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()
