"""Where PostgreSQL's programs are found, and what is said where there are none that will do."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.mocks.consumers.postgres import account
from harness.mocks.consumers.postgres.programs import NEEDED, Programs, find
from harness.mocks.consumers.postgres.server import Server
from harness.mocks.consumers.postgres.unavailable import PostgresUnavailable


def bin_of(folder: Path, script: str = "echo 'postgres (PostgreSQL) 12.1'") -> Path:
    folder.mkdir(parents=True)
    for name in NEEDED:
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    return folder


@pytest.fixture
def passable() -> Iterator[Path]:
    """Its folder may be passed through by the server's user, as pytest's own may not."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_a_package_comes_before_debians_and_that_before_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "packed_postgres").mkdir()
    (tmp_path / "packed_postgres" / "__init__.py").write_text("raise SystemError('imported')")
    monkeypatch.syspath_prepend(tmp_path)
    packages = {"packed_postgres": ("install/bin",)}
    on_path = bin_of(tmp_path / "anywhere")
    assert find({}, tmp_path, str(on_path)) == Programs(on_path, "the PATH")
    for version in ("9", "17", "old"):
        bin_of(tmp_path / version / "bin")
    assert find(packages, tmp_path, str(on_path)).folder == tmp_path / "17" / "bin"
    packed = bin_of(tmp_path / "packed_postgres" / "install" / "bin")
    assert find(packages, tmp_path, str(on_path)) == Programs(packed, "packed_postgres")


def test_none_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(PostgresUnavailable) as raised:
        find({"no_such_package": ("bin",)}, tmp_path, "")
    assert set(raised.value.told) == {"where", "found", "expected", "todo"}
    assert "no_such_package" in raised.value.told["found"]
    assert "night-harness[postgres]" in raised.value.told["todo"]


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("echo 'postgres (PostgreSQL) 12.1'", "PostgreSQL 14 or newer"),
        ("[ \"$1\" = --version ] && echo 'postgres (PostgreSQL) 18.1' && exit; echo no room >&2; exit 1", "no room"),
        ("exit 3", "postgres cannot be started"),
    ],
)
def test_one_that_will_not_do_is_told_with_its_words(passable: Path, script: str, told: str) -> None:
    programs = Programs(bin_of(passable / "bin", script), "tested")
    server = Server(passable, passable / "log", programs)
    with pytest.raises(PostgresUnavailable, match=told):
        asyncio.run(server.start())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root is refused by PostgreSQL")
def test_root_needs_another_user_who_may_read_the_programs(passable: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed = bin_of(passable / "closed" / "bin")
    closed.parent.chmod(0o700)
    with pytest.raises(PostgresUnavailable, match="Permission denied"):
        asyncio.run(Server(passable, passable / "log", Programs(closed, "tested")).start())
    monkeypatch.setattr(account, "NAMES", ("nobody-by-this-name",))
    with pytest.raises(PostgresUnavailable, match="nobody-by-this-name"):
        account.account()
