"""What a sweep takes and what it leaves."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.stack.cleanup import directories
from harness.stack.cleanup.owner import Owner
from harness.stack.directory import StackDirectory

COVERED = """
import sys
from pathlib import Path
from harness.stack.cleanup import directories
from harness.stack.local.seclusion import seclude
own = Path(sys.argv[1])
directories.homes = lambda: [own.parent]
directories.UNCLAIMED_FOR_S = -1
directories._end_processes = lambda directory: print("ends", directory.name)
print(seclude(own).may_mount)
directories.sweep()
"""
"""A sweep inside a stack: its secluded processes see the other stacks as empty folders."""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(directories, "homes", lambda: [tmp_path])
    return tmp_path


def stack(home: Path, name: str, owner: str | None) -> Path:
    directory = home / f"night-harness-stack-{name}"
    directory.mkdir()
    if owner is not None:
        (directory / "owner").write_text(owner)
    return directory


def dead() -> str:
    """This process, had it started in another moment: a pid that was reused."""
    me = Owner.me()
    return str(Owner(me.pid, "1", me.world))


def test_a_dead_owners_stack_goes(home: Path) -> None:
    directory = stack(home, "a", dead())
    assert directories.sweep() == [directory]
    assert not directory.exists()


def test_a_dead_owners_stack_goes_with_its_temporary_files_in_a_temp_folder_that_is_not_ours(
    home: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    theirs = tmp_path_factory.mktemp("theirs")
    scratch = stack(theirs, "scratch-a", dead())
    directory = stack(home, "a", dead())
    StackDirectory(directory).put_temporary(scratch / "tmp")
    assert directories.sweep() == [directory]
    assert list(theirs.iterdir()) == []


def test_a_link_that_leads_to_no_directory_of_ours_is_not_followed(
    home: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    precious = tmp_path_factory.mktemp("precious")
    (precious / "tmp").mkdir()
    (stack(home, "a", dead()) / "tmp").symlink_to(precious / "tmp")
    directories.sweep()
    assert (precious / "tmp").exists()


def test_a_living_owners_stack_stays_unless_it_is_asked_for(home: Path) -> None:
    directory = stack(home, "a", str(Owner.me()))
    assert directories.sweep() == []
    assert directories.sweep(directory) == [directory]


def test_a_stack_of_another_boot_or_container_stays(home: Path) -> None:
    stack(home, "a", str(Owner(1, "1", "elsewhere")))
    assert directories.sweep() == []


@pytest.mark.parametrize("owner", [None, "", "half a wri"])
def test_an_unclaimed_stack_goes_when_it_is_old_enough(home: Path, owner: str | None) -> None:
    directory = stack(home, "a", owner)
    assert directories.sweep() == []
    os.utime(directory, (0, 0))
    assert directories.sweep() == [directory]


def test_other_names_and_links_stay(home: Path) -> None:
    (home / "something-else").mkdir()
    (home / "night-harness-stack-link").symlink_to(home / "something-else")
    os.utime(home / "something-else", (0, 0))
    assert directories.sweep() == []


def test_a_living_stack_that_is_covered_stays(home: Path) -> None:
    own, _ = (stack(home, name, str(Owner.me())) for name in ("own", "living"))
    argv = [sys.executable, "-c", COVERED, str(own)]
    told = subprocess.run(argv, check=True, capture_output=True, text=True).stdout
    if told.startswith("False"):
        pytest.skip("covered stacks were NOT tested: this user may mount nothing here")
    assert told == "True\n"
