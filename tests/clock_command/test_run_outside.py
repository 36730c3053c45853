"""`harness clock run` of commands that would leave its time: by their environment, as another user, or as a program."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from harness.stack.cleanup.directories import PREFIX, homes
from tests.clock.needed import needs
from tests.clock.static import linked_statically
from tests.runs import HARNESS, User

RUN = (*HARNESS, "clock", "run", "--at", "2020-01-01T00:00", "--tz", "UTC", "--")
AS_NOBODY = ("--reuid", "65534", "--regid", "65534", "--clear-groups")

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may start programs as another user")


@pytest.fixture(scope="module")
def static(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A program that the clock cannot enter."""
    return linked_statically(tmp_path_factory.mktemp("static"))


def test_a_cleared_environment_tells_the_commands_date(user: User) -> None:
    run = user.runs(*RUN, "bash", "-c", "env -i /bin/date +%F; LD_PRELOAD= date +%F; env -i sh -c 'date +%F'")
    assert (run.code, run.out, run.err) == (0, "2020-01-01\n" * 3, "")


def test_a_program_that_the_clock_cannot_enter_is_named_once_and_the_command_goes_on(user: User, static: str) -> None:
    run = user.runs(*RUN, "sh", "-c", f"{static} none 0; {static} none 0; exit 7")
    assert (run.code, run.out) == (7, "woke\nwoke\n")
    assert run.err == (
        f"harness clock run: sh started {static} outside of the night's time: it is linked statically, and has no "
        "loader that could bring the clock in; take a build of it that is linked dynamically, against glibc\n"
    )


@as_root
@pytest.mark.parametrize(
    "become",
    [
        ("setpriv", *AS_NOBODY, "sh", "-c"),
        ("su", "nobody", "-s", "/bin/sh", "-c"),
        ("su", "-p", "nobody", "-s", "/bin/sh", "-c"),
        ("python3", "-c", "import os, sys; os.setuid(65534); os.execv('/bin/sh', ['sh', '-c', sys.argv[1]])"),
        ("python3", "-c", "import subprocess, sys; subprocess.run(sys.argv[1], shell=True, env={}, user=65534)"),
    ],
    ids=["setpriv", "su", "su -p", "setuid", "subprocess"],
)
def test_another_user_waits_in_the_commands_time(user: User, become: tuple[str, ...]) -> None:
    needs(become[0])
    run = user.runs(*RUN, *become, "/bin/date +%F.%T; /bin/sleep 3600; /bin/date +%F.%T; /usr/bin/id -u")
    assert run.code == 0, run.err
    assert run.out == "2020-01-01.00:00:00\n2020-01-01.01:00:00\n65534\n"


@as_root
def test_another_user_finds_the_library_also_where_ours_is_closed_to_them(user: User, tmp_path: Path) -> None:
    """An install below /root, which nobody else may enter."""
    closed = tmp_path / "closed"
    package = Path(__file__).parents[2] / "harness"
    shutil.copytree(package, closed / "harness", ignore=shutil.ignore_patterns("__pycache__"))
    closed.chmod(0o700)
    command = (*RUN, "setpriv", *AS_NOBODY, "date", "+%F")
    run = user.runs(*command, PYTHONPATH=str(closed))
    assert (run.code, run.out, run.err) == (0, "2020-01-01\n", "")


@as_root
def test_only_who_was_told_the_pages_path_finds_it(user: User) -> None:
    look = 'dirname "$NIGHT_CLOCK"; stat -c %a "$NIGHT_CLOCK" "$(dirname "$NIGHT_CLOCK")"; '
    look += 'ls "$(dirname "$(dirname "$NIGHT_CLOCK")")" 2>/dev/null || echo closed'
    inner, page, folder, listed = user.runs(*RUN, "setpriv", *AS_NOBODY, "sh", "-c", look).out.splitlines()
    assert len(Path(inner).name) == 32
    assert (page, folder, listed) == ("666", "711", "closed")


def test_nothing_of_it_is_left(user: User) -> None:
    run = user.runs(*RUN, "sh", "-c", 'dirname "$NIGHT_CLOCK"')
    folder = Path(run.out.strip())
    assert folder.name.startswith(PREFIX) or folder.parent.name.startswith(PREFIX)
    assert {folder.parent, folder.parent.parent} & set(homes()) or folder.parent.parent == user.temporary
    assert not folder.exists()
    assert not folder.parent.name.startswith(PREFIX) or not folder.parent.exists()
