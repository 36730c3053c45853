"""A user of this machine who runs the server of a consumer: its files, and programs that end with this one."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from harness.clock import library

BECOME = Path(__file__).with_name("become.py")


@dataclass(frozen=True)
class Account:
    """A user of this machine.

    ``short_sleeps_end``: in its programs, also while the night's time stands still.
    """

    uid: int
    gid: int
    name: str
    short_sleeps_end: bool = False

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
            env=_environment(short_sleeps_end=self.short_sleeps_end),
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


def _environment(*, short_sleeps_end: bool) -> dict[str, str]:
    """The night's, and nothing else of this process's: the library as any user may load it."""
    kept = {name: os.environ[name] for name in ("NIGHT_STACK", "NIGHT_NETWORK") if name in os.environ}
    kept |= {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C", "LC_ALL": "C"}
    if library.is_in_a_night(os.environ):
        page = Path(os.environ["NIGHT_CLOCK"])
        kept |= library.preload_environment(page, os.environ.get("NIGHT_COMPONENT"), for_all_users=True)
        kept |= library.SHORT_SLEEPS_END if short_sleeps_end else {}
    return kept
