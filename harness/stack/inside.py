"""What runs first in the clock container: it lays out the stack's volume, then becomes the supervisor.

This process is PID 1 of the PID namespace that all containers of the stack share. So it is their lease (the kernel ends
every one of their processes when this one ends), and orphans of jobs and mocks become its children, to be reaped here.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from contextlib import suppress
from pathlib import Path

import harness
from harness.stack import supervisor

ROOT = Path("/night")
"""Where every container of the stack mounts the volume."""

LIBRARY = ROOT / "lib" / "libnightclock.so"
AGENT = ROOT / "lib" / "night-agent"

BUILT = {LIBRARY: "clock/libnightclock.so", AGENT: "stack/night-agent"}
"""What jobs' containers find on the volume, because nothing of the harness is in their images."""


def lay_out(root: Path = ROOT) -> None:
    """Copy what other images need; renamed into place, so that nobody maps half a library."""
    (root / "lib").mkdir(parents=True, exist_ok=True)
    for target, built in BUILT.items():
        source = Path(harness.__file__).parent / built
        if source.is_file():
            half = target.with_suffix(".half")
            shutil.copyfile(source, half)
            half.chmod(0o755)
            half.rename(target)


def reap_orphans() -> None:
    """Take the exit status of every process that has ended and has no other parent."""

    def reap(*_: object) -> None:
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass

    signal.signal(signal.SIGCHLD, reap)


def main(arguments: list[str]) -> int:
    """Prepare, then run the supervisor on the rest of the command line."""
    os.umask(0)  # jobs run as the user whom their image names, and write beside mocks that run as root
    lay_out()
    reap_orphans()
    return supervisor.main(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
