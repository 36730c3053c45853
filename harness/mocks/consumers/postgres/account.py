"""Whose process the server is: this user's, or, where that is root, another's, because PostgreSQL refuses root."""

from __future__ import annotations

import asyncio
import os
import pwd
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from harness.clock import library
from harness.mocks.consumers.postgres.unavailable import PostgresUnavailable

NAMES = ("postgres", "nobody")
"""Who runs it where root runs the night: the first whom this machine has. It must have a name, or initdb refuses."""

BECOME = Path(__file__).with_name("become.py")


@dataclass(frozen=True)
class Account:
    """A user of this machine."""

    uid: int
    gid: int
    name: str

    def own(self, path: Path) -> None:
        """Give this user a file or folder."""
        if self.uid != os.geteuid():
            shutil.chown(path, self.uid, self.gid)

    async def start(
        self, *command: str, cwd: Path, stdout: int | None = None, stderr: int | None = None
    ) -> asyncio.subprocess.Process:
        """Start a program of this user's, in the night's time where this process is in it, that ends with this one."""
        argv = [sys.executable, "-I", "-S", str(BECOME), str(self.uid), str(self.gid), *command]
        return await asyncio.create_subprocess_exec(
            *argv,
            cwd=cwd,
            env=_environment(),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
        )

    async def run(self, *command: str, cwd: Path) -> tuple[int, str]:
        """Run one to its end: its exit code and all that it printed."""
        process = await self.start(*command, cwd=cwd, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
        printed, _ = await process.communicate()
        return process.returncode or 0, printed.decode(errors="replace").strip()


def account() -> Account:
    """Who runs the server; PostgresUnavailable where there is nobody."""
    if os.geteuid() != 0:
        return _oneself()
    for name in NAMES:
        try:
            found = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(found.pw_uid, found.pw_gid, name)
    raise PostgresUnavailable(
        "the user who runs PostgreSQL",
        found=f"root, which PostgreSQL refuses, and none of the users {', '.join(NAMES)}",
        expected="another user of this machine",
        todo="run as a user who is not root, or: adduser --system postgres",
    )


def _oneself() -> Account:
    uid = os.geteuid()
    try:
        return Account(uid, os.getegid(), pwd.getpwuid(uid).pw_name)
    except KeyError:
        raise PostgresUnavailable(
            "the user who runs PostgreSQL",
            found=f"number {uid}, which has no name on this machine; initdb refuses that",
            expected="a user with a name",
            todo=f"add a line to /etc/passwd (an image's, too): night:x:{uid}:{os.getegid()}::/tmp:/bin/sh",
        ) from None


def _environment() -> dict[str, str]:
    """The night's, and nothing else of this process's: the library as any user may load it."""
    kept = {name: os.environ[name] for name in ("NIGHT_STACK", "NIGHT_NETWORK") if name in os.environ}
    kept |= {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C", "LC_ALL": "C"}
    if library.is_in_a_night(os.environ):
        page = Path(os.environ["NIGHT_CLOCK"])
        kept |= library.preload_environment(page, os.environ.get("NIGHT_COMPONENT"), for_all_users=True)
    return kept
