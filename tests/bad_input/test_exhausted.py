"""A machine that runs out of room or of open files: each is told as what it is, and what was there stays."""

from __future__ import annotations

import functools
import os
import resource
import subprocess
from pathlib import Path

import pytest

from harness.clock.census.open_files import AT_LEAST
from harness.clock.library import library_path
from tests.bad_input.mistakes import ENVIRONMENT, PYTEST_NOTHING
from tests.runs import HARNESS, PYTEST, Run, User
from tests.sample import sample

SCENARIO = str(Path(__file__).parents[2] / "scenarios" / "access" / "access_denied.yaml")
CHAIN = str(Path(__file__).parents[2] / "fixtures" / "chains" / "planning_feed" / "chain.yaml")
WORDS = ("expected:", "to do:")

MOUNTS = """
mount --make-rprivate / &&
mount -t tmpfs -o size=64k none /dev/shm &&
mount -t tmpfs -o size="$0" none "$TMPDIR" &&
exec "$@"
"""


def own_mounts() -> list[str]:
    return ["unshare", "-m" if os.geteuid() == 0 else "-rm"]


@functools.cache
def why_no_mounts() -> str:
    probe = [*own_mounts(), "sh", "-c", "mount --make-rprivate / && mount -t tmpfs -o size=64k none /dev/shm"]
    try:
        done = subprocess.run(probe, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        return str(error)
    return "" if done.returncode == 0 else done.stderr.strip()


def on_a_small_disk(user: User, size: str, *argv: str) -> Run:
    """A command whose temporary folder and shared memory have so little room, in mounts of its own.

    Beside what root's stacks have in theirs before anything else: the clock's library.
    """
    if because := why_no_mounts():
        pytest.skip(f"full disks were NOT tested: none can be made small here: {because}")
    room = int(size[:-1]) * {"k": 1, "m": 1 << 10}[size[-1]]
    if os.geteuid() == 0 and (built := library_path()) is not None:
        room += built.stat().st_size >> 10
    return user.runs(*own_mounts(), "sh", "-c", MOUNTS, f"{room}k", *argv)


def is_told(run: Run, *says: str) -> None:
    print(run.said)
    assert "Traceback" not in run.said
    assert "malformed" not in run.said
    assert [text for text in (*says, *WORDS) if text not in run.said] == []


# ---- room ----------------------------------------------------------------------------------------

FULL = [
    ("run", "16k", "No space left on device"),
    ("run", "512k", "No space left on device"),
    ("run", "900k", "night-harness-stack-"),
    ("run", "2m", "disk"),
    ("run", "3m", "disk"),
    ("up", "512k", "No space left on device"),
    ("up", "900k", "No space left on device"),
    ("demo", "900k", "No space left on device"),
]
COMMANDS = {"run": ("run", SCENARIO), "up": ("up", CHAIN), "demo": ("demo",)}


@pytest.mark.parametrize(
    ("command", "size", "says"), [*sample([one for one in FULL if one[0] == "run"], 0), *sample(FULL[5:], 0)]
)
def test_a_full_disk_is_told_wherever_it_fills(user: User, command: str, size: str, says: str) -> None:
    run = on_a_small_disk(user, size, *HARNESS, *COMMANDS[command])
    is_told(run, says)
    assert run.code == ENVIRONMENT


@pytest.mark.parametrize(("size", "says"), [("512k", "No space left on device"), ("900k", "night-harness-stack-")])
def test_a_run_on_a_full_disk_is_told_at_its_start_and_in_its_contents(user: User, size: str, says: str) -> None:
    run = on_a_small_disk(user, size, *HARNESS, "run", SCENARIO)
    is_told(run, says)
    assert run.code == ENVIRONMENT


FILLS = 'head -c 20000000 /dev/zero > "$HOME/filled"; sleep 60\n'


def test_a_job_that_fills_the_disk_of_the_stack_is_told_and_not_judged(user: User) -> None:
    (user.folder / "retrieve.sh").write_text(f"#!/bin/sh\n{FILLS}")
    run = on_a_small_disk(user, "4m", *HARNESS, "run", "night.yaml")
    is_told(run, "its disk is full", "the folder of the stack")
    assert run.code == ENVIRONMENT


def test_a_test_run_on_a_full_disk_says_it_in_the_test(user: User) -> None:
    (user.folder / "retrieve.sh").write_text(f"#!/bin/sh\n{FILLS}")
    run = on_a_small_disk(user, "4m", *PYTEST, "night.yaml")
    is_told(run, "its disk is full")
    assert run.code not in (0, PYTEST_NOTHING)


def test_a_history_that_cannot_be_kept_is_told_and_the_one_that_was_there_stays(user: User) -> None:
    if because := why_no_mounts():
        pytest.skip(f"full disks were NOT tested: none can be made small here: {because}")
    kept = user.folder / "kept"
    kept.mkdir()
    fill = (
        'mount --make-rprivate / && mount -t tmpfs -o size=4k none kept && echo "as it was" > kept/night.jsonl;'
        '"$@"; code=$?; cat kept/night.jsonl; ls -A kept; exit $code'
    )
    run = user.runs(*own_mounts(), "sh", "-c", fill, "sh", *HARNESS, "run", "night.yaml", "--histories", "kept")
    is_told(run, "No space left on device", "kept", "as it was\nnight.jsonl\n")
    assert run.code == ENVIRONMENT


def test_a_project_file_that_cannot_be_added_to_stays_as_it_was(user: User) -> None:
    if because := why_no_mounts():
        pytest.skip(f"full disks were NOT tested: none can be made small here: {because}")
    (user.folder / "kept").mkdir()
    fill = (
        "mount --make-rprivate / && mount -t tmpfs -o size=64k none kept && cd kept && mkdir .git more &&"
        "echo '# as it was' > pyproject.toml; head -c 8000 /dev/zero > fill2;"
        'head -c 999999 /dev/zero > fill 2>/dev/null; rm fill2; ln -s /tmp tmp; mkdir -p "$TMPDIR/new";'
        '"$@"; code=$?; cat pyproject.toml; ls -A; exit $code'
    )
    run = user.runs(*own_mounts(), "sh", "-c", fill, "sh", *HARNESS, "new", "check", "kept_whole")
    print(run.said)
    assert "Traceback" not in run.said
    assert "# as it was" in run.out
    assert ".pyproject.toml.part" not in run.out
    assert run.code == 0 or "No space left on device" in run.said


# ---- open files ----------------------------------------------------------------------------------


def with_files(user: User, count: int, *argv: str) -> Run:
    return user.runs("sh", "-c", f'ulimit -n {count} && exec "$@"', "sh", *argv)


@pytest.mark.parametrize("command", ["run", "up"])
def test_too_few_open_files_are_told_before_a_stack_is_started(user: User, command: str) -> None:
    run = with_files(user, 64, *HARNESS, *COMMANDS[command])
    is_told(run, "may have 64 files open", f"at least {AT_LEAST}", "ulimit -n")
    assert run.code == ENVIRONMENT


def test_a_night_whose_threads_are_too_many_to_watch_is_told_in_a_moment(user: User) -> None:
    (user.folder / "retrieve.sh").write_text("#!/bin/sh\nfor i in $(seq 100); do sleep 3600 & done\nwait\n")
    run = with_files(user, AT_LEAST, *HARNESS, "run", "night.yaml")
    is_told(run, "the night's clock: Too many open files", f"may have {AT_LEAST} files open", "ulimit -n")
    assert run.code == ENVIRONMENT


def test_a_command_in_virtual_time_is_told_too(user: User) -> None:
    many = "for i in $(seq 40); do sleep 100 & done; wait"
    run = with_files(user, 80, *HARNESS, "clock", "run", "--", "bash", "-c", many)
    is_told(run, "the night's clock: Too many open files")
    assert run.code != 0


def test_a_soft_limit_is_raised_where_it_may_be(user: User) -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most != resource.RLIM_INFINITY and most < 4 * AT_LEAST:
        pytest.skip(f"a raised limit was NOT tested: a process may have {most} files open here")
    many = "for i in $(seq 40); do sleep 100 & done; wait"
    run = user.runs("sh", "-c", 'ulimit -Sn 64 && exec "$@"', "sh", *HARNESS, "clock", "run", "--", "bash", "-c", many)
    assert (run.code, run.said) == (0, "")
