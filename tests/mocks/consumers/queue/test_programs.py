"""Which server is taken, and what is said where there is none."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from harness.mocks.consumers.queue.programs import NAMES, Program, find, major_version
from harness.mocks.consumers.queue.server import Server
from harness.mocks.consumers.queue.unavailable import QueueUnavailable


@pytest.mark.parametrize("name", NAMES)
def test_debians_serves_where_no_package_does(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("#!/bin/sh\n")
    (tmp_path / name).chmod(0o755)
    assert find({}, str(tmp_path)) == Program(tmp_path / name, f"{name} of the PATH")


def test_without_any_it_is_said_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(QueueUnavailable) as raised:
        find({}, str(tmp_path))
    assert set(raised.value.told) == {"where", "found", "expected", "todo"}
    assert "night-harness[queue]" in str(raised.value)


@pytest.mark.parametrize(
    ("told", "version"),
    [
        ("Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=1", 7),
        ("Valkey server v=9.1.2 sha=00000000:1 malloc=libc bits=64 build=1", 9),
        ("something else", 0),
    ],
)
def test_a_version_is_read_from_what_either_says(told: str, version: int) -> None:
    assert major_version(told) == version


def test_a_server_that_is_too_old_is_refused(tmp_path: Path) -> None:
    old = tmp_path / "redis-server"
    old.write_text("#!/bin/sh\necho 'Redis server v=6.0.16 sha=0'\n")
    old.chmod(0o755)
    with pytest.raises(QueueUnavailable, match="v=6"):
        asyncio.run(Server(tmp_path, tmp_path / "log", Program(old, "a test")).start())


def test_a_server_that_does_not_start_says_what_it_said(tmp_path: Path) -> None:
    broken = tmp_path / "redis-server"
    broken.write_text("#!/bin/sh\necho 'Redis server v=7.0.0'; test \"$1\" = --version\n")
    broken.chmod(0o755)

    async def start() -> None:
        server = Server(tmp_path, tmp_path / "logs" / "log", Program(broken, "a test"))
        await server.start()
        try:
            await server.ready()
        finally:
            await server.stop()

    with pytest.raises(QueueUnavailable, match="it ended; its last output"):
        asyncio.run(start())
