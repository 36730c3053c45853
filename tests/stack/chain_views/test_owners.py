"""Whose files a namespace of users knows."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from harness.stack.chain_views.owners import Owners

ALL = f"0 0 {1 << 32}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "file").touch()
    return tmp_path


def only(number: int) -> str:
    return f"{number:10} 0 1\n{number + 5:10} 0 2\n"


def test_all_is_known_where_its_owner_and_its_group_are(folder: Path) -> None:
    status = (folder / "inner" / "file").stat()
    assert Owners(only(status.st_uid), only(status.st_gid)).have_all_of(folder)
    assert not Owners(only(status.st_uid + 1), ALL).have_all_of(folder)
    assert not Owners(ALL, only(status.st_gid + 1)).have_all_of(folder)
    assert Owners.here().have_all_of(folder)


def test_one_file_of_another_owner_is_enough_and_a_repositorys_own_do_not_count(folder: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("files of other owners were NOT tested: only root can make one")
    (folder / ".git").mkdir()
    (folder / ".git" / "index").touch()
    os.chown(folder / ".git" / "index", 12345, 12345)
    own = Owners(only(os.geteuid()), only(folder.stat().st_gid))
    assert own.have_all_of(folder)
    os.chown(folder / "inner" / "file", os.geteuid(), 12345)
    assert not own.have_all_of(folder)
